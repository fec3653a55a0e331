import Zarr

/// Attributes are put together from these.
extension JSONValue {
    /// A whole number, as near as 64 bits come to it.
    init(_ integer: some BinaryInteger) {
        self = Int64(exactly: integer).map { .integer($0) } ?? .unsigned(UInt64(clamping: integer))
    }

    /// An object of `texts`, the first of those with the same name; nil where there are none.
    init?(_ texts: [(name: String, value: String)]) {
        guard !texts.isEmpty else { return nil }
        self = .object(Dictionary(texts.map { ($0.name, .text($0.value)) }) { first, _ in first })
    }
}
