import Support

/// A store or a group of it, in the form `STORE` or `STORE::GROUP` of the command line.
struct StoreAddress: Sendable, Equatable {
    /// Where a store is.
    enum Place: Sendable, Equatable {
        /// At this path: a folder or a ZIP archive.
        case path(String)
        /// Below this address of a web server.
        case web(String)
        /// Below this prefix of a bucket.
        case bucket(String, prefix: String)
    }

    /// The store's path, or its address with a scheme.
    let path: String
    /// The group's path in the store, without slashes at its ends; empty for the whole store.
    let group: String

    /// The group `group` of the store at `path`, which may be an address with a scheme.
    init(path: String, group: String) {
        self.path = Self.localPath(path) ?? path
        self.group = group
    }

    /// The path in the store of the group at `subgroup` below this one.
    func group(below subgroup: String) -> String {
        [group, subgroup].filter { !$0.isEmpty }.joined(separator: "/")
    }

    /// Parses `text`. The last `::` ends the path, so one that contains `::` is written `a::b.zarr::`.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        let colon = UInt8(ascii: ":")
        let start = Self.endOfBrackets(bytes)
        guard
            let end = bytes.indices.dropLast().last(where: {
                $0 >= start && bytes[$0] == colon && bytes[$0 + 1] == colon
            })
        else {
            self.init(path: text, group: "")
            return
        }
        self.init(
            path: String(decoding: bytes[..<end], as: UTF8.self),
            group: String(decoding: bytes[(end + 2)...], as: UTF8.self).trimmingSlashes)
    }

    /// Throws if the file or folder `output`, which need not exist, is the store or in it. Standard output (`-`) is not.
    func checkIsNotWritten(to output: String) throws(CommandError) {
        guard output != "-", !isRemote, let store = FilePath.resolved(path) else { return }
        guard !FilePath.lies(FilePath.resolvedWhereThere(output), in: store) else {
            throw CommandError("\(output): is in the store, which is only read; write to a place outside it")
        }
    }

    /// Where the store is.
    var place: Place {
        if let rest = Self.rest(of: path, after: "s3://") {
            let bucket = rest.prefix { $0 != "/" }
            return .bucket(String(bucket), prefix: String(rest.dropFirst(bucket.count)).trimmingSlashes)
        }
        for scheme in ["http://", "https://"] {
            if let rest = Self.rest(of: path, after: scheme) { return .web(scheme + rest) }
        }
        return .path(path)
    }

    /// Whether the store is read by a network.
    var isRemote: Bool {
        if case .path = place { return false }
        return true
    }

    /// The path as an absolute one, which a change of directory does not affect; an address with a scheme is one already.
    var absolutePath: String { isRemote ? path : FilePath.absolute(path) }

    /// What follows `scheme`, in whatever case, at the start of `text`.
    private static func rest(of text: String, after scheme: String) -> Substring? {
        text.prefix(scheme.count).lowercased() == scheme ? text.dropFirst(scheme.count) : nil
    }

    /// Where the address of a host in brackets ends, which has colons itself; 0 for a path.
    private static func endOfBrackets(_ bytes: [UInt8]) -> Int {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let scheme = ["http://", "https://"].first(where: { rest(of: text, after: $0) != nil }) else { return 0 }
        let host = bytes[scheme.utf8.count...]
        guard host.first == UInt8(ascii: "[") else { return host.startIndex }
        return host.firstIndex(of: UInt8(ascii: "]")) ?? host.endIndex
    }

    /// The path that the address `text` names if its scheme is `file`; nil if it has another, or none.
    private static func localPath(_ text: String) -> String? {
        guard let rest = rest(of: text, after: "file://") else { return nil }
        let path = rest.hasPrefix("localhost/") ? rest.dropFirst("localhost".count) : rest
        guard path.hasPrefix("/") else { return nil }
        var bytes: [UInt8] = []
        var encoded = Array(path.utf8)[...]
        while let byte = encoded.popFirst() {
            guard byte == UInt8(ascii: "%"), encoded.count >= 2,
                let decoded = UInt8(String(decoding: encoded.prefix(2), as: UTF8.self), radix: 16), decoded != 0
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(decoded)
            encoded = encoded.dropFirst(2)
        }
        return String(fileBytes: bytes)
    }
}
