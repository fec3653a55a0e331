import Support

/// The names that nodes can have. See "Node names" in the Zarr v3 core specification.
public enum NodeName {
    /// What names begin with that are used for other things in a store: the folders of writing that is under way.
    static let reservedPrefix = String.hiddenNamePrefix
    /// The node at the root of a store that is its catalogue. It is no member of the root to anybody who lists that.
    public static let catalogue = "\(reservedPrefix)catalogue"

    /// Whether a node can be called `name`.
    static func isAllowed(_ name: some StringProtocol) -> Bool {
        !name.hasPrefix("__") && !name.allSatisfy { $0 == "." }
    }

    /// The path of the folder that `path` is in.
    static func parent(of path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }

    /// Throws unless a node can be made at `path`.
    static func check(path: String) throws(ZarrError) {
        guard !path.isEmpty else { return }
        for name in path.split(separator: "/", omittingEmptySubsequences: false)
        where !isAllowed(name) || name.hasPrefix(reservedPrefix) || name.utf8.contains(0) {
            throw ZarrError(
                .invalidRequest,
                "'\(name)' cannot be the name of a group: a name is not empty, has other characters than dots, and does not "
                    + "begin with __ or \(reservedPrefix)", path: path)
        }
    }
}
