import WaveFile

/// A column of the table of recordings: one line of `RecordingColumn.all`.
public struct RecordingColumn: Sendable {
    /// Its name in the catalogue, and in each output that has no other name for it.
    public let name: String
    /// What its values are, in a sentence.
    public let meaning: String
    /// The unit of its numbers, if they have one.
    public let unit: String?
    /// What kind of value it has; nil if it is only kept in the catalogue and shown nowhere.
    public var kind: RecordingValue.Kind? { content.kind }
    let places: [Place]
    private let content: Content

    /// A column called `name`, which is shown in the outputs of `places`.
    init(_ name: String, _ content: Content, unit: String? = nil, _ meaning: String, in places: [Place] = []) {
        self.name = name
        self.content = content
        self.unit = unit
        self.meaning = meaning
        self.places = places
    }

    /// Its value for the recording of `row`; nil if that is not known.
    public func value(_ row: RecordingRow) -> RecordingValue? { content.value(row) }

    /// How its fact is stored; nil if its values follow from others.
    var storage: FactStorage? { content.storage }
}

// MARK: - Outputs

extension RecordingColumn {
    /// How an output shows a column.
    struct Place {
        let output: RecordingOutput
        /// Its name there, if that is not the column's.
        var name: String?
        /// The name of the column that it follows there; nil if it is in the order of the table.
        var predecessor: String?
        var isAlwaysShown = false

        static let recordingsCSV = Place(output: .recordingsCSV)
        static let indexPage = Place(output: .indexPage)
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

        /// The same, but shown even if the value is not known.
        var always: Place {
            var place = self
            place.isAlwaysShown = true
            return place
        }
    }
}

extension [RecordingColumn.Place] {
    /// Every output that may leave out unknown values, and both CSVs.
    static let everywhere: [RecordingColumn.Place] = [
        .recordingsCSV, .indexPage, .listCSV, .listJSON, .infoText, .extendedAttributes,
    ]
}

// MARK: - Contents

extension RecordingColumn {
    /// What the values of a column are: a fact that is stored, or what follows from the row.
    struct Content: Sendable {
        let kind: RecordingValue.Kind?
        let value: @Sendable (RecordingRow) -> RecordingValue?
        var storage: FactStorage?

        /// Values of `kind` that `value` computes from a row.
        static func of(
            _ kind: RecordingValue.Kind, _ value: @escaping @Sendable (RecordingRow) -> RecordingValue?
        ) -> Content {
            Content(kind: kind, value: value)
        }

        /// A fact that every recording has, with its getter and its setter.
        static func fact<Fact: ShownFact>(
            _ get: @escaping FactStorage.Getter<Fact>, _ set: @escaping FactStorage.Setter<Fact>
        ) -> Content {
            Content(kind: Fact.kind, value: { get($0.facts).shown }, storage: FactStorage(get, set))
        }

        /// A fact that a recording may lack. A value from the catalogue is refused unless it `isPlausible`.
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

        /// A fact that a recording may lack and no output shows.
        static func kept<Fact: StoredFact>(
            _ get: @escaping FactStorage.Getter<Fact?>, _ set: @escaping FactStorage.Setter<Fact>
        ) -> Content {
            Content(kind: nil, value: { _ in nil }, storage: FactStorage(get, set))
        }
    }
}
