public import Support

/// Why a node of a hierarchy, or a part of an array, cannot be read or written.
public struct ZarrError: DescribedError {
    /// What sort of failure it is, for callers that treat them differently.
    public enum Kind: Sendable {
        /// There is no node at that path.
        case notFound
        /// The node's document does not follow the Zarr v3 specification.
        case invalidDocument
        /// It is Zarr, but needs something that is not supported.
        case unsupported
        /// What was asked for is not in the array, or does not fit the buffer.
        case invalidRequest
        /// A chunk or a shard is not what the array's document says.
        case damagedChunk
        /// The store could not be read or written; the cause says why.
        case store
    }

    /// What sort of failure it is.
    public let kind: Kind
    /// What happened.
    let problem: String
    /// The path of the node, or the key of the chunk or shard; empty for the root.
    public let path: String
    /// The error beneath, if there is one.
    public let cause: (any Error)?

    /// An error about the node at `path`.
    public init(_ kind: Kind, _ problem: String, path: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.problem = problem
        self.path = path
        self.cause = cause
    }

    init(_ error: StoreError, path: String) {
        self.init(.store, "cannot be read", path: path, cause: error)
    }

    init(_ problem: DocumentProblem, path: String) {
        self.init(problem.kind, problem.problem, path: path)
    }

    /// The path and the problem.
    public var summary: String { "/\(path): \(problem)" }
}
