public import Support
import Synchronization
import WaveFile
public import Zarr

/// A store that cannot be asked what is in a folder, such as one on a web server, listed by all that is known of it: by its consolidated
/// metadata, by the catalogue that it keeps of itself, and by the names that an import gives to arrays, of which it is asked which are there.
public final class CataloguedStore: Store {
    private let base: any Store
    private let catalogue: StoredCatalogue
    private let hasGuessed = Atomic<Bool>(false)

    /// Names of arrays of a recording.
    private static let arrays = CodecRegistry.ownNames.sorted()
    /// The most arrays of sidecars of a group.
    private static let sidecarLimit = 4096

    /// The store `base`. What cannot be read of its catalogue is logged in `log`.
    public init(_ base: any Store, log: Log) {
        self.base = base
        catalogue = StoredCatalogue(in: base, showing: .all, log: log)
    }

    /// Whether a list may have left out something that is there: it was not one of consolidated metadata, or not all of the catalogue could be used.
    public var mayHaveMore: Bool { hasGuessed.load(ordering: .relaxed) || catalogue.isIncomplete }

    /// The names that are known. Throws if nothing says what is in a group.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        let consolidated: Set<String>
        var refusal: StoreError?
        do throws(StoreError) {
            consolidated = Set(try base.children(of: prefix))
        } catch {
            guard error.kind == .denied else { throw error }
            (consolidated, refusal) = ([], error)
        }
        if let members = catalogue.members(ofGroup: prefix) {
            let names = consolidated.union(members.keys)
            let all = try names.union(sidecars(in: prefix, besides: names))
            return refusal != nil || all != consolidated ? guessing(Array(all)) : all.sorted()
        }
        guard consolidated.isEmpty, refusal != nil || !isConsolidated(prefix) else { return consolidated.sorted() }
        guard try isRecording(prefix, refusal) else {
            // Whatever is in a group that nothing names, nobody knows.
            if refusal == nil, try isGroup(prefix) { hasGuessed.store(true, ordering: .relaxed) }
            return []
        }
        return try guessing(nodes(Self.arrays, in: prefix))
    }

    /// `names`, which may not be all.
    private func guessing(_ names: [String]) -> [String] {
        hasGuessed.store(true, ordering: .relaxed)
        return names.sorted()
    }

    /// Whether the consolidated metadata have the node at `path`.
    private func isConsolidated(_ path: String) -> Bool {
        guard let name = path.split(separator: "/").last else { return true }
        let group = path.dropLast(name.count).split(separator: "/").joined(separator: "/")
        return (try? base.children(of: group))?.contains(String(name)) == true
    }

    /// Whether there is a group at `path`.
    private func isGroup(_ path: String) throws(StoreError) -> Bool {
        do throws(ZarrError) {
            return try NodeDocument(base, path: path).map { document throws(ZarrError) in try !document.isArray() }
                ?? false
        } catch {
            throw StoreError(.failed, "what is in it is not known", key: path, cause: error)
        }
    }

    /// Whether the node at `path` has arrays of a recording. It has nothing if it is an array. Of another group it is not known what it has: then
    /// `refusal` is thrown.
    private func isRecording(_ path: String, _ refusal: StoreError?) throws(StoreError) -> Bool {
        // What an import calls so is an array.
        guard !Self.arrays.contains(where: { path.hasSuffix("/\($0)") }) else { return false }
        let isRecording: Bool
        do throws(ZarrError) {
            guard let document = try NodeDocument(base, path: path), try !document.isArray() else { return false }
            isRecording = try document.attributes(as: ListedAttributes.self).isRecording
        } catch {
            throw StoreError(.failed, "what is in it is not known", key: path, cause: error)
        }
        if !isRecording, let refusal { throw refusal }
        return isRecording
    }

    /// Those of `names` that are nodes in the one at `path`.
    private func nodes(_ names: [String], in path: String) throws(StoreError) -> [String] {
        let requests = names.map {
            ValueRequest(path.isEmpty ? "\($0)/zarr.json" : "\(path)/\($0)/zarr.json", .range(0..<0))
        }
        let results = base.get(requests) { _, _ in UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        var found: [String] = []
        for (name, result) in zip(names, results) {
            do throws(StoreError) {
                if try result.get() != nil { found.append(name) }
            } catch {
                // Services that do not let everybody list a bucket say so of whatever is not there.
                guard error.kind == .forbidden else { throw error }
            }
        }
        return found
    }

    /// The arrays of sidecars of the group at `path`, which are written one after the other, that are not among `names`.
    private func sidecars(in path: String, besides names: Set<String>) throws(StoreError) -> [String] {
        var found: [String] = []
        for number in 0..<Self.sidecarLimit where !names.contains(SidecarArray.name(number)) {
            let next = try nodes([SidecarArray.name(number)], in: path)
            guard !next.isEmpty else { break }
            found += next
        }
        return found
    }

    // MARK: - As the base

    /// As of the base.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        try base.get(key, part, into: memory)
    }

    /// As of the base.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        base.get(requests, into: memory)
    }

    /// As of the base.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }

    /// As of the base.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }

    /// It knows names of an earlier time.
    public var listsFolders: Bool { false }

    /// As of the base.
    public var requestsAtOnce: Int? { base.requestsAtOnce }

    /// As of the base.
    public func forget() { base.forget() }
}
