import Support
import Zarr

/// One way to put a recording together from a store and a copy of it.
struct MendingAttempt {
    let store: any WritableStore
    /// The store, with the documents that are taken from the copy.
    let own: any Store
    let copy: any Store
    let path: String
    let documents: MendedDocuments
    /// Whether what the copy has counts before what the store has.
    let prefersCopy: Bool
    let cache: BlockCache

    /// What is to be written, and what is known of it.
    private struct Draft {
        /// The arrays that are written anew, by name.
        var arrays: [String: any StagedNode] = [:]
        /// Whether something was taken whose bytes no checksum proves.
        var hasUnproved = false
        /// The SHA-256 of coded audio.
        var audioSHA256: String?
    }

    /// Makes it, proves it, and puts it in place. Returns what was written, in words. Throws, and writes nothing, if it is not proved.
    func run() throws -> [String] {
        var draft = Draft(hasUnproved: documents.hasUnproved)
        try draftAudio(in: &draft)
        let name = HierarchyNames.blob
        for other in documents.names where other != name && other != HierarchyNames.blobChecksums {
            try draftArray(other, in: &draft)
        }
        guard !draft.arrays.isEmpty || !documents.values.isEmpty else {
            throw RecordingError("no checksum shows what is wrong, or the copy has no better", recording: path)
        }
        try prove(draft)
        return try put(draft)
    }

    // MARK: - Putting together

    /// The array `name` of a side; nil if there is none, or one that announces far more than an import would have written for what is there.
    private func array(_ name: String, in side: any Store) -> ZarrArray? {
        guard let array = try? ZarrArray.open(side, path: "\(path)/\(name)", cache: cache, absent: .damage),
            let kept = try? side.byteCount(below: array.path),
            array.byteCount <= Self.plausibleByteCount || kept >= array.byteCount / Self.plausibleRatio
        else { return nil }
        return array
    }

    private static let plausibleByteCount: UInt64 = 1 << 30
    private static let plausibleRatio: UInt64 = 64

    /// The audio, and its checksums if it has any.
    private func draftAudio(in draft: inout Draft) throws {
        let name = HierarchyNames.blob
        let (ours, theirs) = (array(name, in: own), array(name, in: copy))
        let blob = MendedBlob(
            own: ours, copy: theirs, checksums: { self.checksums(ours, theirs, $0) }, prefersCopy: prefersCopy)
        guard var blob else {
            // Samples that are not coded.
            try draftArray(name, in: &draft)
            return
        }
        if try prefersCopy || !blob.isWhole() {
            let model = (prefersCopy ? theirs ?? ours : ours ?? theirs)
            guard let model else { return }
            let node = try store.stageNode()
            let writer = ArrayWriter(in: node, try .replacing(model, name))
            try blob.forEachPiece { try writer.append($0) }
            try writer.finish(attributes: attributes(name))
            draft.arrays[name] = node
        }
        if blob.hasUnprovedBytes { draft.hasUnproved = true }
        draft.audioSHA256 = blob.sha256
        try draftChecksums(blob.checksums, in: &draft)
    }

    private func draftChecksums(_ checksums: MendedChecksums, in draft: inout Draft) throws {
        let name = HierarchyNames.blobChecksums
        guard documents.names.contains(name), !checksums.areAllOwn else { return }
        guard checksums.areComplete, checksums.blockByteCount == UInt64(BlobChecksums.writtenBlockByteCount) else {
            throw RecordingError("\(name) can be read on neither side", recording: path)
        }
        let node = try store.stageNode()
        let writer = ArrayWriter(in: node, .checksums)
        try writer.append(checksums: checksums.checksums.compactMap { $0 })
        try writer.finish(attributes: attributes(name))
        draft.arrays[name] = node
    }

    private func checksums(_ ours: ZarrArray?, _ theirs: ZarrArray?, _ byteCount: UInt64) -> MendedChecksums {
        func side(_ array: ZarrArray?, _ store: any Store) -> BlobChecksums? {
            array.flatMap { array in
                let opened = try? BlobChecksums(
                    of: array, at: "\(path)/\(HierarchyNames.blobChecksums)", in: store, cache: cache)
                return opened.flatMap { $0 }
            }
        }
        // The checksums are of a blob of this length, whichever side has one.
        return MendedChecksums(
            own: side(ours ?? theirs, own), copy: side(theirs ?? ours, copy), byteCount: byteCount)
    }

    private func draftArray(_ name: String, in draft: inout Draft) throws {
        let mended = MendedArray(own: array(name, in: own), copy: array(name, in: copy), prefersCopy: prefersCopy)
        guard let model = mended.model else {
            throw RecordingError("\(name) is on neither side", recording: path)
        }
        if prefersCopy, mended.copy == nil { return }
        if !prefersCopy, mended.isWhole() { return }
        let node = try store.stageNode()
        let writer = ArrayWriter(in: node, try .replacing(model, name))
        try mended.forEachPiece { try writer.append($0) }
        try writer.finish(attributes: attributes(name))
        draft.arrays[name] = node
        // Indexes are compared with the audio, row by row.
        let isIndex = CodecRegistry.all.contains { $0.indexNames.contains(name) }
        if !isIndex, let source = mended.copy, !source.hasChecksums { draft.hasUnproved = true }
    }

    /// The attributes of the array `name`.
    private func attributes(_ name: String) throws -> [String: JSONValue] {
        let place = "\(path)/\(name)"
        let sides = prefersCopy ? [copy, own] : [own, copy]
        let arrays = sides.lazy.compactMap { try? ZarrArray.open($0, path: place, cache: cache) }
        return try arrays.first?.attributes(as: [String: JSONValue].self) ?? [:]
    }

    // MARK: - Proving

    /// Throws unless `draft` would be a recording without a fault, and that of this place.
    private func prove(_ draft: Draft) throws {
        let folders = draft.arrays.map { ("\(path)/\($0)", $1.path) }
        let seen = PatchedStore(own, folders: Dictionary(uniqueKeysWithValues: folders))
        var check = RecordingCheck(
            store: seen, node: try RecordingNode(store: seen, path: path, cache: cache), cache: cache, isDeep: true,
            addsChecksums: false, progress: { _ in }, decoded: { _ in })
        check.run()
        // An index that is wrong is repaired afterwards.
        if let fault = check.findings.first(where: { $0.kind != .note && $0.repair != .possible }) {
            throw RecordingError("with what the copy has, \(fault.problem)", recording: path)
        }
        let source = StoredSource(of: path, in: seen)?.sha256?.lowercased()
        let isSource = check.hasSourceSHA256 || (source != nil && draft.audioSHA256 == source)
        // Sound that has the SHA-256 that the store itself remembers is right, wherever it is from.
        if isSource, documents.isOwn { return }
        guard isSource || !draft.hasUnproved else {
            throw RecordingError("neither a SHA-256 nor a checksum proves it", recording: path)
        }
        guard isSameAudio(isSource: isSource) else {
            throw RecordingError("nothing proves that the copy's recording is the same", recording: path)
        }
    }

    /// Whether the audio on both sides is the same as far as it is right.
    private func isSameAudio(isSource: Bool) -> Bool {
        let name = HierarchyNames.blob
        let (ours, theirs) = (array(name, in: own), array(name, in: copy))
        let sums = HierarchyNames.blobChecksums
        let both = MendedArray(own: array(sums, in: own), copy: array(sums, in: copy), prefersCopy: false).agreement()
        if both.same + both.different > 0 { return both.different == 0 }
        let blob = MendedBlob(
            own: ours, copy: theirs, checksums: { self.checksums(ours, theirs, $0) }, prefersCopy: false)
        guard let blob, blob.checksums.checksums.contains(where: { $0 != nil }) else {
            let samples = MendedArray(own: ours, copy: theirs, prefersCopy: false).agreement()
            return isSource ? samples.same > samples.different : samples.same > 0 && samples.different == 0
        }
        // The checksums are of one side: the other must have most of what they are of.
        let agreement = blob.agreement(of: blob.checksums.ownCount > 0 ? theirs : ours)
        return agreement.same > agreement.different
    }

    // MARK: - Putting in place

    /// Puts the arrays of `draft` in place, each as a whole, and then the documents. Returns what they are, in words.
    private func put(_ draft: Draft) throws -> [String] {
        var written: [String] = []
        for (name, node) in draft.arrays.sorted(by: { $0.key < $1.key }) {
            try ArrayRepair.refuseStrangers(at: "\(path)/\(name)", in: store)
            try node.replace("\(path)/\(name)")
            written.append(name)
        }
        // That of the recording is the last: it makes the others one.
        for key in documents.values.keys.sorted(by: { $0.count > $1.count }) {
            let name = String(key.dropFirst(path.count + 1))
            guard !draft.arrays.keys.contains(where: { name == "\($0)/zarr.json" }), let bytes = documents.values[key]
            else { continue }
            try store.replace(key, with: bytes)
            written.append(name)
        }
        return written
    }
}
