import Support
import Zarr

/// Mends one recording of a store from a copy of the store.
///
/// Each array of the recording is put together from what is right on either side. What would then be in the store is checked like a recording
/// that is there, with everything decoded. It is written only if that finds nothing wrong, and if the SHA-256 of the source or the
/// checksums prove that both sides are of one recording.
struct RecordingMending {
    let store: any WritableStore
    let copy: any Store
    /// The recording's path, in both.
    let path: String
    let cache: BlockCache

    /// Mends the recording, and returns what was written, in words. Throws if nothing of it can be proved right, and nothing is then written.
    func mend() throws -> [String] {
        let documents = try MendedDocuments(of: path, in: store, copy: copy, cache: cache)
        let own = PatchedStore(store, values: documents.values)
        try checkIdentity(own)
        var failure: (any Error)?
        for prefersCopy in [false, true] {
            do {
                let attempt = MendingAttempt(
                    store: store, own: own, copy: copy, path: path, documents: documents, prefersCopy: prefersCopy,
                    cache: cache)
                return try attempt.run()
            } catch {
                failure = failure ?? error
            }
            // All of it can be the copy's only if that is right.
            if try RecordingProof.everything.fault(of: path, in: copy, cache: cache) != nil { break }
        }
        throw failure ?? RecordingError("cannot be mended", recording: path)
    }

    /// Arrays that the copy has and the store does not, though nothing else would show that: those that keep the source, and checksums.
    func lostArrays() -> [String] {
        guard let own = StoredSource(of: path, in: store), let other = StoredSource(of: path, in: copy),
            own.sha256 != nil, own.sha256 == other.sha256, own.stream == other.stream
        else { return [] }
        return (HierarchyNames.sourceArrays + [HierarchyNames.blobChecksums]).filter {
            has($0, copy) && !has($0, store)
        }
    }

    private func has(_ name: String, _ side: any Store) -> Bool {
        ((try? side.status(of: "\(path)/\(name)/zarr.json")) ?? nil) != nil
    }

    /// Throws if the documents say that the two recordings are of different sources.
    private func checkIdentity(_ own: any Store) throws {
        guard let ours = StoredSource(of: path, in: own) else {
            throw RecordingError("is no recording that an import wrote", recording: path)
        }
        guard let theirs = StoredSource(of: path, in: copy) else { return }
        guard ours.sha256 == theirs.sha256, ours.stream == theirs.stream else {
            throw RecordingError("the copy has another recording there", recording: path)
        }
    }
}
