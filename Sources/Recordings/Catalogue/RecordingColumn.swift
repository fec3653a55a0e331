import WaveFile

/// A column of the table of what is known of recordings: one line of `RecordingColumn.all`.
public struct RecordingColumn: Sendable {
    /// What the catalogue calls it, and each output that has no name of its own for it.
    public let name: String
    /// What it says, in a sentence.
    public let meaning: String
    /// What its numbers count, if they have a unit.
    public let unit: String?
    /// What kind of value it has; nil if it is only kept in the catalogue and shown nowhere.
    public var kind: RecordingValue.Kind? { content.kind }
    let places: [Place]
    private let content: Content

    /// A column called `name` of `content`, which is in the outputs of `places`.
    init(_ name: String, _ content: Content, unit: String? = nil, _ meaning: String, in places: [Place] = []) {
        self.name = name
        self.content = content
        self.unit = unit
        self.meaning = meaning
        self.places = places
    }

    /// What it says of the recording of `row`; nil if that is not known.
    public func value(_ row: RecordingRow) -> RecordingValue? { content.value(row) }

    /// How its fact is kept; nil if it has none of its own.
    var storage: FactStorage? { content.storage }
}

// MARK: - Outputs

extension RecordingColumn {
    /// That an output has a column, and how.
    struct Place {
        let output: RecordingOutput
        /// What it is called there, unless that is the column's name.
        var name: String?
        /// The column that it follows there, unless the table has it in its place.
        var predecessor: String?
        var isAlwaysShown = false

        static let recordingsCSV = Place(output: .recordingsCSV)
        static let listTable = Place(output: .listTable)
        static let listCSV = Place(output: .listCSV)
        static let listJSON = Place(output: .listJSON)
        static let infoText = Place(output: .infoText)
        static let infoJSON = Place(output: .infoJSON)
        static let extendedAttributes = Place(output: .extendedAttributes)

        /// The same, but called `name`, and after the column called `predecessor`.
        func named(_ name: String, after predecessor: String? = nil) -> Place {
            var place = self
            place.name = name
            place.predecessor = predecessor
            return place
        }

        /// The same, also for recordings of which nothing is known there.
        var always: Place {
            var place = self
            place.isAlwaysShown = true
            return place
        }
    }
}

extension [RecordingColumn.Place] {
    /// Every output that may leave out what is not known, and both CSVs.
    static let everywhere: [RecordingColumn.Place] = [
        .recordingsCSV, .listCSV, .listJSON, .infoText, .extendedAttributes,
    ]
}

// MARK: - Contents

extension RecordingColumn {
    /// What a column says: a fact that is kept, or what follows from facts and the row.
    struct Content: Sendable {
        let kind: RecordingValue.Kind?
        let value: @Sendable (RecordingRow) -> RecordingValue?
        var storage: FactStorage?

        /// What `value` makes of a row, of that `kind`.
        static func of(
            _ kind: RecordingValue.Kind, _ value: @escaping @Sendable (RecordingRow) -> RecordingValue?
        ) -> Content {
            Content(kind: kind, value: value)
        }

        /// A fact that every recording has: how it is had, and how it is set.
        static func fact<Fact: ShownFact>(
            _ get: @escaping FactStorage.Getter<Fact>, _ set: @escaping FactStorage.Setter<Fact>
        ) -> Content {
            Content(kind: Fact.kind, value: { get($0.facts).shown }, storage: FactStorage(get, set))
        }

        /// A fact that a recording may have; what the catalogue says is believed if `isPlausible`.
        static func fact<Fact: ShownFact>(
            _ get: @escaping FactStorage.Getter<Fact?>, _ set: @escaping FactStorage.Setter<Fact>,
            if isPlausible: @escaping @Sendable (Fact) -> Bool = { _ in true }
        ) -> Content {
            Content(
                kind: Fact.kind, value: { get($0.facts)?.shown }, storage: FactStorage(get, set, if: isPlausible))
        }

        /// A fact that every recording has and no output shows.
        static func kept<Fact: StoredFact>(
            _ get: @escaping FactStorage.Getter<Fact>, _ set: @escaping FactStorage.Setter<Fact>
        ) -> Content {
            Content(kind: nil, value: { _ in nil }, storage: FactStorage(get, set))
        }

        /// A fact that a recording may have and no output shows.
        static func kept<Fact: StoredFact>(
            _ get: @escaping FactStorage.Getter<Fact?>, _ set: @escaping FactStorage.Setter<Fact>
        ) -> Content {
            Content(kind: nil, value: { _ in nil }, storage: FactStorage(get, set))
        }
    }
}
