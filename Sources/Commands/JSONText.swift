import FoundationEssentials

/// JSON for scripts: keys in order, so that the same store gives the same text.
enum JSONText {
    /// `value` over several lines, the last line's end included.
    static func document(_ value: some Encodable) throws(CommandError) -> String {
        try text(value, [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
    }

    /// `value` on one line, the line's end included.
    static func line(_ value: some Encodable) throws(CommandError) -> String {
        try text(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    private static func text(
        _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
    ) throws(CommandError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        // What zarr-python writes bare and JSON does not have.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
        } catch {
            throw CommandError("no JSON can be made of it", cause: error)
        }
    }
}
