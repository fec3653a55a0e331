/// A store or a group of it, in the form `STORE` or `STORE::GROUP` of the command line.
struct StoreAddress: Sendable, Equatable {
    /// The store's directory.
    let path: String
    /// The group's path in the store, without slashes at its ends; empty for the whole store.
    let group: String

    /// The group `group` of the store in the directory `path`.
    init(path: String, group: String) {
        self.path = path
        self.group = group
    }

    /// The path in the store of the group at `subgroup` below this one.
    func group(below subgroup: String) -> String {
        [group, subgroup].filter { !$0.isEmpty }.joined(separator: "/")
    }

    /// Parses `text`. The last `::` ends the path, so a path that contains `::` is written `a::b.zarr::`.
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
