import FoundationEssentials

/// Makes the bytes of a zarr.json, with a checksum. The same document always makes the same bytes.
enum DocumentEncoder {
    /// `document` as JSON, for the node at `path`.
    static func encode(_ document: some Encodable, path: String) throws(ZarrError) -> [UInt8] {
        let encoder = JSONEncoder()
        do {
            let plain = try encoder.encode(document)
            return try DocumentChecksum.encoded(JSONDecoder().decode(JSONValue.self, from: plain))
        } catch {
            throw ZarrError(.invalidRequest, "the attributes cannot be written as JSON", path: path, cause: error)
        }
    }
}
