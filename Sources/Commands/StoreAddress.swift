/// A store, or a group of it, as commands take it: `STORE` or `STORE::GROUP`.
struct StoreAddress: Sendable, Equatable {
    /// The store's directory.
    let path: String
    /// The group's path in the store, without slashes at its ends; empty for all of the store.
    let group: String

    /// What `text` names: the last `::` ends the path, so that a path with `::` in it is given as `a::b.zarr::`.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        let colon = UInt8(ascii: ":")
        guard let end = bytes.indices.dropLast().last(where: { bytes[$0] == colon && bytes[$0 + 1] == colon }) else {
            path = text
            group = ""
            return
        }
        path = String(decoding: bytes[..<end], as: UTF8.self)
        group = String(decoding: bytes[(end + 2)...], as: UTF8.self).trimmingSlashes
    }
}
