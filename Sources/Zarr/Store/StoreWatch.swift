/// What may have changed in a store: names in its folders.
public struct NoticedChanges: Sendable, Equatable {
    /// The names that may be new, gone or other ones, by the folders that they are in.
    private var names: [String: Set<String>] = [:]
    /// Whether everything may have changed.
    private var isUnbounded = false

    /// No changes.
    public init() {}

    /// Everything may have changed.
    public static var all: NoticedChanges {
        var changes = NoticedChanges()
        changes.isUnbounded = true
        return changes
    }

    /// Whether nothing has changed.
    public var isEmpty: Bool { !isUnbounded && names.isEmpty }

    /// Adds `name` in `folder`.
    public mutating func add(_ name: String, in folder: String) {
        names[folder, default: []].insert(name)
    }

    /// Adds `other` to these.
    public mutating func add(_ other: NoticedChanges) {
        isUnbounded = isUnbounded || other.isUnbounded
        names.merge(other.names) { $0.union($1) }
    }

    /// Those in `folder`; nil if nothing has changed there.
    public func inFolder(_ folder: String) -> Extent? {
        isUnbounded ? .all : names[folder].map { .names($0) }
    }

    /// What has changed in a folder.
    public enum Extent: Sendable {
        /// All names, perhaps.
        case all
        case names(Set<String>)

        /// Whether `name` may be another one than before.
        public func contains(_ name: String) -> Bool {
            switch self {
            case .all: true
            case .names(let names): names.contains(name)
            }
        }
    }
}

/// Notices what changes in folders of a store. Safe to use from any thread.
public protocol StoreWatch: Sendable {
    /// A descriptor that can be read from, in the words of poll(2), when something has changed.
    var descriptor: Int32 { get }

    /// Notices, from now on, what changes directly in the folder `prefix` (empty: the root).
    func add(_ prefix: String) throws(StoreError)

    /// What has changed since the last call.
    func takeChanges() -> NoticedChanges
}
