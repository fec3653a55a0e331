/// The columns of a catalogue that is kept in a store: what they are called, and in which array each is.
///
/// They are made from `RecordingColumn.all`, behind two of every row: its path, and what is there. If a recording may lack a fact, an integer
/// says whether it has it, in a column before those of the fact. A column of texts has its bytes among those of all texts, and a column of
/// integers says where each text ends.
struct ColumnLayout: Sendable {
    /// Where a part of a row is.
    enum Place: Sendable, Equatable {
        /// In the column of integers with this number.
        case integer(Int)
        /// In the column of real numbers with this number.
        case real(Int)
        /// In the column of texts with this number, and in the column of integers that says where they end.
        case text(Int, ends: Int)
    }

    /// Columns of integers that parts of earlier versions lack: their rows do not have the fact.
    static let optionalIntegers: Set = ["has_document_crc32c", "document_crc32c"]

    /// The layout of what this version writes.
    static let current = ColumnLayout()

    /// The names of the columns of integers.
    private(set) var integers: [String] = []
    /// The names of the columns of real numbers.
    private(set) var reals: [String] = []
    /// The names of the columns of texts.
    private(set) var texts: [String] = []
    /// The places of the parts of a row, in the order in which they are written.
    private(set) var places: [Place] = []

    private init() {
        add("path", .text)
        add("kind", .integer)
        for column in RecordingColumn.all {
            guard let storage = column.storage else { continue }
            if storage.isOptional { add("has_\(column.name)", .integer) }
            for part in storage.parts { add(part.column(of: column.name), part.kind) }
        }
    }

    private mutating func add(_ name: String, _ kind: FactPart.Kind) {
        switch kind {
        case .integer:
            places.append(.integer(integers.count))
            integers.append(name)
        case .real:
            places.append(.real(reals.count))
            reals.append(name)
        case .text:
            places.append(.text(texts.count, ends: integers.count))
            texts.append(name)
            integers.append(Self.ends(of: name))
        }
    }

    /// The name of the column that says where the texts of the column called `name` end.
    static func ends(of name: String) -> String { "\(name)_end" }
}
