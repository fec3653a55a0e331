import FoundationEssentials
import Support

/// JSON for scripts. Keys are sorted, so that the same store gives the same text.
enum JSONText {
    /// `value` on several lines, with a line feed at the end.
    static func document(_ value: some Encodable) throws(CommandError) -> String {
        try text(value, [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
    }

    /// `value` on one line, with a line feed at the end.
    static func line(_ value: some Encodable) throws(CommandError) -> String {
        try text(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    private static func text(
        _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
    ) throws(CommandError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        // JSON has no such numbers; zarr-python writes them without quotes.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self).escapingDirectionsInJSON + "\n"
        } catch {
            throw CommandError("no JSON can be made of it", cause: error)
        }
    }
}
