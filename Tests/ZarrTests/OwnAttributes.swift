import Zarr

extension [String: JSONValue] {
    /// Attributes without the checksum of the document that has them.
    var own: [String: JSONValue] { filter { $0.key != "zarrwlr_crc32c" } }
}
