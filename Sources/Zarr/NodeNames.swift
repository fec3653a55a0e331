/// The names of what may be nodes in a group.
public struct NodeNames: Sendable {
    /// The names, sorted, each of which means one node.
    public let distinct: [String]
    /// Further names that Unicode takes for the same as one of those, since they differ only in the code points of which letters are made (é as one,
    /// or as e and an accent). A path could mean either node, so these are in none.
    public let twins: [String]

    /// `names`, which are sorted. Of those that are the same to Unicode, the first by its bytes counts.
    init(_ names: [String]) {
        var (distinct, twins): ([String], [String]) = ([], [])
        distinct.reserveCapacity(names.count)
        for name in names {
            guard let last = distinct.last, last == name else {
                distinct.append(name)
                continue
            }
            let isFirst = name.utf8.lexicographicallyPrecedes(last.utf8)
            if isFirst { distinct[distinct.count - 1] = name }
            twins.append(isFirst ? last : name)
        }
        (self.distinct, self.twins) = (distinct, twins)
    }

    /// These `distinct` names, and `twins`.
    public init(distinct: [String], twins: [String]) {
        (self.distinct, self.twins) = (distinct, twins)
    }

    /// Why the node `twin` is not read, and what to do.
    public static func problem(of twin: String) -> String {
        "is not read: another name in its folder differs from it only in how Unicode encodes its letters; rename one of them "
            + "(this one is \(quoted(twin)) in a shell)"
    }

    /// Whether another name could be the same to Unicode as that of the node at `path`.
    static func canHaveTwin(_ path: String) -> Bool {
        path.split(separator: "/").last?.utf8.contains { $0 >= 0x80 } ?? false
    }

    /// Throws if a new node at `path` would be a twin of one of those whose names `children` returns, of the folder that it is called with. It is not
    /// called for a name that has none.
    static func checkIsNoTwin(
        _ path: String, among children: (_ folder: String) throws(StoreError) -> [String]
    ) throws(StoreError) {
        guard canHaveTwin(path), let name = path.split(separator: "/").last else { return }
        let names = try children(NodeName.parent(of: path))
        guard let other = names.first(where: { $0 == name && !$0.utf8.elementsEqual(name.utf8) }) else { return }
        throw StoreError(
            .denied,
            "cannot be made: there is \(quoted(other)) (as a shell has it), which differs from it only in how Unicode encodes its letters",
            key: path)
    }

    /// Calls `body`, which makes a node at `path` of `store`, in a group that exists, while nobody makes a twin of it. Throws if there is one.
    static func whileNoTwin<T>(
        of path: String, in store: any WritableStore, _ body: () throws(StoreError) -> T
    ) throws(StoreError) -> T {
        guard canHaveTwin(path) else { return try body() }
        return try store.withLock(on: NodeName.parent(of: path)) { () throws(StoreError) in
            try checkIsNoTwin(path) { folder throws(StoreError) in try there(in: folder, of: store) }
            return try body()
        }
    }

    /// The names of what is in the folder `path` of `store`; none if it is no group, or not yet.
    static func there(in path: String, of store: any WritableStore) throws(StoreError) -> [String] {
        let isThere = path.isEmpty ? true : try store.contains("\(path)/zarr.json")
        return isThere ? try store.children(of: path) : []
    }

    /// `name` as shells take it, with its bytes where they are not ASCII.
    private static func quoted(_ name: String) -> String {
        let text = name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\\(Character(Unicode.Scalar(byte)))"
            case 0x20..<0x7F: String(Character(Unicode.Scalar(byte)))
            default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return "$'\(text.joined())'"
    }
}
