import Glibc
import Support
import Synchronization
import Zarr

/// A store as a recording reads it from when it is opened until it is closed: a value that is rewritten meanwhile is an error, since
/// what was read before belongs to other bytes than what would be read now.
final class PinnedStore: Store {
    private let base: any Store
    /// The same, with parts that were read in advance; nil if it takes no round trips.
    private let fetching: FetchingStore?
    /// When the recording was opened, in nanoseconds since 1970.
    private let opened: Int64
    /// The path of the array of audio, and the version that its folder had when the recording was opened; nil if that is not known. If
    /// another recording is put in its place, its values need not be newer, but the folder is another one.
    private let audio: String
    private let audioVersion: UInt64?
    private let state = Mutex(State())

    private struct State {
        /// The version in which each value was first read, from the recording in its place.
        var versions: [String: UInt64] = [:]
        /// The thread that looks later whether what it reads is of the recording in its place, and the versions in which it has read values first.
        var opening: (thread: pthread_t, versions: [String: UInt64])?

        /// The version in which `key` was read first, as far as this thread is to know.
        func version(of key: String) -> UInt64? {
            versions[key] ?? (isOpening ? opening?.versions[key] : nil)
        }

        /// Whether this thread is the one that looks later.
        var isOpening: Bool { opening.map { pthread_equal($0.thread, pthread_self()) != 0 } ?? false }
    }

    /// The values of `base` as they are now, for the recording whose audio is the array at `audio`.
    init(_ base: any Store, audio: String) {
        self.base = base
        fetching = base.requestsAtOnce == nil ? nil : FetchingStore(base)
        self.audio = audio
        audioVersion = (try? base.status(of: audio))?.version
        opened = Self.now
    }

    var listsFolders: Bool { base.listsFolders }

    var requestsAtOnce: Int? { base.requestsAtOnce }

    func fetch(_ requests: [ValueRequest]) -> FetchedParts? {
        guard let fetching else { return nil }
        let looks = requests.lazy.compactMap { self.look(with: self.pinned($0)) }
        return fetching.fetch(requests.map { pinned($0) } + [looks.first].compactMap(\.self))
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let info = try read(ValueRequest(key, part), into: memory) else {
            // That a value is missing says nothing if the recording is gone.
            guard isInPlace else { throw change(key) }
            return nil
        }
        guard isPinned(key, info.version), !isNewer(info.changed) else {
            base.forget()
            throw change(key)
        }
        return info
    }

    /// Reads from the base. If only the document of the audio shows whether the recording is in its place, that is looked at together with a
    /// chunk that is read for the first time.
    private func read(
        _ request: ValueRequest, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let fetching else { return try base.get(request.key, request.part, into: memory) }
        let request = pinned(request)
        guard let look = look(with: request) else { return try fetching.get(request, into: memory) }
        var results = fetching.get([request, look]) { number, byteCount in
            number == 0 ? memory(byteCount) : UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }[...]
        guard let read = results.popFirst(), let looked = results.popFirst() else { return nil }
        let info = try read.get()
        guard try looked.get()?.version == look.version else { throw change(request.key) }
        return info
    }

    /// The look at the document of the audio that goes with `request`; nil if that needs none.
    private func look(with request: ValueRequest) -> ValueRequest? {
        let document = "\(audio)/zarr.json"
        guard request.version == nil, request.key.hasPrefix("\(audio)/c") else { return nil }
        return state.withLock { $0.version(of: document) }.map { ValueRequest(document, .range(0..<0), version: $0) }
    }

    /// `request` for the version in which its value was first read.
    private func pinned(_ request: ValueRequest) -> ValueRequest {
        var request = request
        request.version = request.version ?? state.withLock { $0.version(of: request.key) }
        return request
    }

    func expect(_ requests: [ValueRequest]) { base.expect(requests) }

    /// What `body` returns, which opens the recording at `path` on this thread. Whether the recording is in its place is looked at once, behind it,
    /// rather than with each value that is read for the first time.
    func opening<T>(_ path: String, _ body: () throws(RecordingError) -> T) throws(RecordingError) -> T {
        let isFirst = state.withLock { state in
            guard state.opening == nil else { return false }
            state.opening = (pthread_self(), [:])
            return true
        }
        guard isFirst else { return try body() }
        let result = Result { () throws(RecordingError) in try body() }
        let versions = state.withLock { state in
            defer { state.opening = nil }
            return state.opening?.versions ?? [:]
        }
        let isPinned =
            isInPlace
            && state.withLock { state in
                state.versions.merge(versions) { first, _ in first }
                return versions.allSatisfy { state.versions[$0.key] == $0.value }
            }
        guard isPinned else {
            base.forget()
            throw RecordingError("cannot be read", recording: path, cause: change(audio))
        }
        return try result.get()
    }

    func distrust(_ key: String) { base.distrust(key) }

    func forget() { base.forget() }

    func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }

    /// Whether `version` is the one in which `key` was first read; if it is read for the first time, this one is, unless the array of audio
    /// is another one.
    private func isPinned(_ key: String, _ version: UInt64?) -> Bool {
        guard let version else { return true }
        let known: Bool? = state.withLock { state in
            if let first = state.version(of: key) { return first == version }
            guard state.isOpening else { return nil }
            state.opening?.versions[key] = version
            return true
        }
        if let known { return known }
        guard isInPlace else { return false }
        return state.withLock { state in
            let first = state.versions[key] ?? version
            state.versions[key] = first
            return first == version
        }
    }

    /// Whether the array of audio is the one that was there when the recording was opened, as far as the folder's version shows. While this thread
    /// is to look later, it is.
    private var isInPlace: Bool {
        audioVersion == nil || state.withLock { $0.isOpening } || (try? base.status(of: audio))?.version == audioVersion
    }

    /// Chunks at whose files `isUnchanged` looks, at most: each takes some microseconds.
    private static let lookedChunkCount = 4

    /// Whether the document of the recording at `path`, and the first chunks of its audio that were read, are those that were read, as far as their
    /// files show. Of a store on another machine that would take round trips, and what was read counts as the same.
    func isUnchanged(_ path: String) -> Bool {
        guard base.requestsAtOnce == nil else { return true }
        let known = state.withLock { state in
            let chunks = state.versions.filter { $0.key.hasPrefix("\(audio)/c/") }.prefix(Self.lookedChunkCount)
            return [("\(path)/zarr.json", state.versions["\(path)/zarr.json"])] + chunks.map { ($0.key, $0.value) }
        }
        return known.allSatisfy { key, version in
            guard let version else { return true }
            do throws(StoreError) {
                return try base.status(of: key)?.version == version
            } catch {
                // It may be the same, and reading it will tell.
                return true
            }
        }
    }

    private func change(_ key: String) -> StoreError {
        StoreError(.changed, "was rewritten since the recording was opened", key: key)
    }

    /// Whether a value that was written at `changed` was so after the recording was opened. A time that is still to come says nothing:
    /// then the clock was wrong when it was written, or is wrong now.
    private func isNewer(_ changed: Int64?) -> Bool {
        guard let changed, changed > opened else { return false }
        return changed <= Self.now
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
