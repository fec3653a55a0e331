import Recordings

/// A recording as a JSON object in an output: a member for each column whose value is known.
struct RecordingObject: Encodable {
    private let values: [(name: String, value: RecordingValue)]

    init(_ row: RecordingRow, for output: RecordingOutput) {
        values = output.values(of: row)
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) { nil }
    }

    /// Writes the members, into an object that may have others too.
    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Name.self)
        for (name, value) in values { try members.encode(value, forKey: Name(stringValue: name)) }
    }
}
