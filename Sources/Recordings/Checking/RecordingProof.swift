public import Support
public import Zarr

/// How a recording is proved to be whole before somebody relies on it, and deletes its source.
public enum RecordingProof: String, Sendable {
    /// Its documents and indexes are read, and every chunk is there with its size. Indexes and whatever else is compressed are read.
    case structure
    /// Everything is read, decoded and compared, as by `StoreCheck` with `isDeep`.
    case everything

    /// Why the recording at `path` of `store` is not whole; nil if nothing is found. What cannot be looked at is thrown.
    public func fault(of path: String, in store: any Store, cache: BlockCache) throws(RecordingError) -> String? {
        do throws(RecordingError) {
            let node = try RecordingNode(store: store, path: path, cache: cache)
            switch self {
            case .structure: return try Self.structureFault(of: node, in: store, cache: cache)
            case .everything: return try Self.anyFault(of: node, in: store, cache: cache)
            }
        } catch {
            let finding = Finding(error)
            if finding.kind == .unchecked { throw error }
            return finding.problem
        }
    }

    private static func structureFault(
        of node: RecordingNode, in store: any Store, cache: BlockCache
    ) throws(RecordingError) -> String? {
        let loaded = try RecordingLoader(store: store, cache: cache, log: .silent).load(node)
        let names = loaded.codec.ownNames
        do {
            for name in try store.children(of: node.path) where names.contains(name) {
                let path = "\(node.path)/\(name)"
                guard case .array(let array)? = try ZarrNode.open(store, path: path, cache: cache, absent: .damage)
                else { throw ZarrError(.notFound, "is no array", path: path) }
                try array.readFirstElements()
            }
        } catch {
            throw RecordingError("is not whole", recording: node.path, cause: error)
        }
        return nil
    }

    private static func anyFault(
        of node: RecordingNode, in store: any Store, cache: BlockCache
    ) throws(RecordingError) -> String? {
        var check = RecordingCheck(
            store: store, node: node, cache: cache, isDeep: true, addsChecksums: false, progress: { _ in },
            decoded: { _ in })
        check.run()
        if let fault = check.findings.first(where: { $0.kind == .fault }) { return fault.problem }
        if let unchecked = check.findings.first(where: { $0.kind == .unchecked }) {
            throw RecordingError(unchecked.problem, recording: node.path)
        }
        return nil
    }
}
