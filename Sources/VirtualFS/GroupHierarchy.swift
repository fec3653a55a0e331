/// The groups of a store that a volume shows as directories, with the groups around them.
///
/// Paths are told apart by their bytes: a Swift `String` would take two spellings of `é` for one.
struct GroupHierarchy {
    /// A group, and what is in it.
    struct Group {
        /// Its path in the store, empty for the store's root.
        let path: String
        /// The last part of the path.
        let name: String
        var subgroups: [Int] = []
        /// The caller's own numbers of its recordings.
        var recordings: [Int] = []
    }

    private typealias Path = [ArraySlice<UInt8>]

    private static let slash = UInt8(ascii: "/")

    private let top: Path
    private var groups: [Group]
    private var indices: [[UInt8]: Int]

    /// Only the group `top` as yet, index 0.
    init(top: String) {
        self.top = Self.components(of: top)
        let path = Self.joined(self.top)
        groups = [Group(path: String(decoding: path, as: UTF8.self), name: "")]
        indices = [path: 0]
    }

    /// The group at `index`.
    subscript(index: Int) -> Group { groups[index] }

    /// Whether the node at `path` is the top group or lies in it.
    func contains(_ path: String) -> Bool {
        Self.components(of: path).starts(with: top)
    }

    /// The index of the group at `path`, added if need be with those between; nil where it lies outside the top group.
    mutating func index(ofGroup path: String) -> Int? {
        let path = Array(path.utf8)
        if let index = indices[path] { return index }
        let components = Self.components(of: path)
        guard components.starts(with: top) else { return nil }
        var index = 0
        var key = Self.joined(top)
        for component in components.dropFirst(top.count) {
            if !key.isEmpty { key.append(Self.slash) }
            key += component
            index = indices[key] ?? add(component, path: key, to: index)
        }
        // The same path with slashes to spare is found at once the next time.
        indices[path] = index
        return index
    }

    /// Adds the group that the node at `path` is in, if that is not outside the top group.
    mutating func addGroup(around path: String) {
        let components = Self.components(of: path)
        guard components.count > top.count else { return }
        _ = index(ofGroup: String(decoding: Self.joined(components.dropLast()), as: UTF8.self))
    }

    /// Puts the recording that the caller calls `recording` in the group at `index`.
    mutating func addRecording(_ recording: Int, toGroup index: Int) {
        groups[index].recordings.append(recording)
    }

    /// The groups in `group`, those first whose names can be file names as they are, then in the order of their bytes.
    func orderedSubgroups(of group: Group) -> [Int] {
        group.subgroups
            .map { index in
                let name = Array(groups[index].name.utf8)
                return (index: index, isMended: FileName(directory: groups[index].name).bytes() != name, name: name)
            }
            .sorted { left, right in
                left.isMended == right.isMended
                    ? left.name.lexicographicallyPrecedes(right.name) : right.isMended
            }
            .map(\.index)
    }

    private mutating func add(_ name: ArraySlice<UInt8>, path: [UInt8], to parent: Int) -> Int {
        let index = groups.count
        groups.append(Group(path: String(decoding: path, as: UTF8.self), name: String(decoding: name, as: UTF8.self)))
        groups[parent].subgroups.append(index)
        indices[path] = index
        return index
    }

    private static func components(of path: String) -> Path { components(of: Array(path.utf8)) }

    private static func components(of path: [UInt8]) -> Path { path.split(separator: slash) }

    private static func joined(_ components: some Sequence<ArraySlice<UInt8>>) -> [UInt8] {
        Array(components.joined(separator: [slash]))
    }
}
