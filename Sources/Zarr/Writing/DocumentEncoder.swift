import FoundationEssentials

/// Makes the bytes of a zarr.json. The same document always makes the same bytes.
enum DocumentEncoder {
    /// `document` as JSON, for the node at `path`.
    static func encode(_ document: some Encodable, path: String) throws(ZarrError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(document))
        } catch {
            throw ZarrError(.invalidRequest, "the attributes cannot be written as JSON", path: path, cause: error)
        }
    }
}
