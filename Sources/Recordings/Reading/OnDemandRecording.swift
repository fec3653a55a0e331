import Support
import Synchronization
import WaveFile
import Zarr

/// The samples of a recording that is opened when they are first asked for, and closed when too many others are open.
///
/// The facts of a hundred thousand recordings fit in memory; their arrays, indexes and decoders do not. There is such
/// an object only for the recordings that were used last, and for those that are still referenced.
final class OnDemandRecording: SampleReading {
    private let path: String
    private let opener: RecordingOpener
    /// What was announced of it: if it opens as anything else, no read may return its bytes.
    private let announced: WaveOutline
    private let announcedCodedFile: CodedFileOutline?
    /// All that was announced, if it may be what a catalogue in the store says, which may be stale; nil if not.
    private let unproven: RecordingFacts?
    /// The store as it was when this object was made.
    private let pinned: PinnedStore
    private let opened = SingleFlight<Opened>()
    private let isInUse = Atomic<Bool>(false)
    /// The files as which programs have opened it.
    private let begun = Mutex<Set<UInt64>>([])
    /// Whether it was found to be rewritten since it was opened. It then stays so: another object takes its place.
    private let isStale = Atomic<Bool>(false)

    /// A class, so that a recording that is not open takes little memory.
    private final class Opened: Sendable {
        let recording: Recording

        init(_ recording: Recording) {
            self.recording = recording
        }
    }

    /// The samples of the recording that `facts` announce, read from `pinned`.
    init(_ facts: RecordingFacts, in pinned: PinnedStore, opener: RecordingOpener) {
        path = facts.path
        self.pinned = pinned
        announced = facts.outline
        announcedCodedFile = facts.codedFile
        unproven = opener.stored == nil ? nil : facts
        self.opener = opener
    }

    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
        try noticingChange { recording throws(RecordingError) in try recording.samples.read(bytes: range) }
    }

    func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError) {
        try noticingChange { recording throws(RecordingError) in try recording.samples.decodeAhead(bytes: range) }
    }

    func stretch(containing byte: UInt64) -> Range<UInt64>? {
        (try? noticingChange { recording in recording.samples.stretch(containing: byte) }) ?? nil
    }

    func expect(bytes range: Range<UInt64>) {
        try? noticingChange { recording in recording.samples.expect(bytes: range) }
    }

    var requestsAtOnce: Int? { opener.requestsAtOnce }

    func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
        try noticingChange { recording throws(RecordingError) in try recording.samples.fetchAhead(bytes: range) }
    }

    /// The bytes `range` of a part of the source's around the samples.
    fileprivate func envelopeBytes(
        _ part: SourceEnvelope.Part, _ range: Range<UInt64>
    ) throws(RecordingError) -> [UInt8] {
        try noticingChange { recording throws(RecordingError) in
            guard let envelope = recording.envelope else { throw change }
            return try envelope.bytes(part, range)
        }
    }

    /// What the WAV file of the recording says, of which `facts` are known.
    fileprivate func description(of facts: RecordingFacts) throws(RecordingError) -> WaveDescription {
        try noticingChange { () throws(RecordingError) in try opener.description(of: facts, in: pinned) }
    }

    /// Asked when a program opens it: if the kernel has all bytes already, nobody would find out by reading.
    var isRewritten: Bool {
        if isStale.load(ordering: .relaxed) { return true }
        guard begun.withLock({ !$0.isEmpty }), !pinned.isUnchanged(path) else { return false }
        noteChange()
        return true
    }

    /// True from the second time on that the file is opened: an object that was there before may have read another version of the
    /// recording.
    func beginReading(as file: UInt64) -> Bool {
        begun.withLock { !$0.insert(file).inserted }
    }

    /// What `body` returns for the recording. If it turns out to be rewritten since it was opened, nothing can be read of this object any
    /// more, and the next program that opens it gets another one.
    private func noticingChange<T>(
        _ body: (Recording) throws(RecordingError) -> T
    ) throws(RecordingError) -> T {
        try noticingChange { () throws(RecordingError) in try body(recording()) }
    }

    private func noticingChange<T>(_ body: () throws(RecordingError) -> T) throws(RecordingError) -> T {
        if isStale.load(ordering: .relaxed) { throw change }
        do throws(RecordingError) {
            return try body()
        } catch {
            if error.isChange { noteChange() }
            throw error
        }
    }

    private func noteChange() {
        isStale.store(true, ordering: .relaxed)
        opener.openRecordings.forget(self, path: path)
        opened.clear()
        pinned.forget()
    }

    /// Whether it was used since the last call. Only `OpenRecordings` calls this.
    fileprivate func takeUse() -> Bool {
        isInUse.exchange(false, ordering: .relaxed)
    }

    /// Whether `facts` announce the same.
    fileprivate func isAnnounced(by facts: RecordingFacts) -> Bool {
        facts.outline == announced && facts.codedFile == announcedCodedFile && unproven?.areSame(as: facts) != false
    }

    /// Whether it was opened as what was announced.
    private func isAnnounced(_ facts: RecordingFacts) -> Bool {
        facts.outline == announced && unproven?.areSame(as: facts) != false
    }

    /// Keeps `recording` open, which was opened to learn its facts.
    func keep(_ recording: Recording) {
        opened.set(Opened(recording))
    }

    /// Closes the recording, as soon as no read uses it any more.
    fileprivate func close() {
        opened.clear()
    }

    /// The recording, opened if need be, once for all threads that wait for it.
    private func recording() throws(RecordingError) -> Recording {
        isInUse.store(true, ordering: .relaxed)
        var isNew = false
        let opened = try opened.get { () throws(RecordingError) in
            do throws(Cancelled) {
                try Cancellation.check()
            } catch {
                throw RecordingError("is not opened", recording: path, cause: error)
            }
            let recording = try opener.open(path, in: pinned)
            guard isAnnounced(recording.facts.shown(opener.metadata)) else { throw change }
            isNew = true
            return Opened(recording)
        }
        if isNew { opener.openRecordings.add(self) }
        return opened.recording
    }

    private var change: RecordingError {
        RecordingError(
            "was rewritten since it was opened", recording: path,
            cause: StoreError(.changed, "is another one now; open it again", key: path))
    }
}

extension OnDemandRecording: CodedFileReading {
    func codedHead(_ tags: RecordingTags) throws(RecordingError) -> [UInt8] {
        try noticingChange { recording throws(RecordingError) in try codedFile(of: recording).codedHead(tags) }
    }

    func codedBodyByteCount() throws(RecordingError) -> UInt64 {
        try noticingChange { recording throws(RecordingError) in try codedFile(of: recording).codedBodyByteCount() }
    }

    func codedBody(_ range: Range<UInt64>, _ tags: RecordingTags) throws(RecordingError) -> [BlockSlice] {
        try noticingChange { recording throws(RecordingError) in
            try codedFile(of: recording).codedBody(range, tags)
        }
    }

    func fetchAhead(ofCodedBody range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
        try noticingChange { recording throws(RecordingError) in
            try codedFile(of: recording).fetchAhead(ofCodedBody: range)
        }
    }

    private func codedFile(of recording: Recording) throws(RecordingError) -> any CodedFileReading {
        guard let file = recording.codedFile, recording.facts.codedFile == announcedCodedFile else { throw change }
        return file
    }
}

extension Recording {
    /// The recording of which `facts` are known, opened by `samples` when it is read. Its WAV file shows `metadata`.
    init(_ facts: RecordingFacts, _ samples: OnDemandRecording, _ metadata: MetadataSelection) {
        let envelope = facts.envelopeSize.map { size in
            SourceEnvelope(size: size) { part, range throws(RecordingError) in try samples.envelopeBytes(part, range) }
        }
        let codedFile: OnDemandRecording? = facts.codedFile == nil ? nil : samples
        self.init(
            facts, samples: samples, envelope: envelope, codedFile: codedFile, metadata: metadata
        ) { () throws(RecordingError) in
            try samples.description(of: facts)
        }
    }
}

/// The recordings that are open, of which there is a bounded number. By the CLOCK rule, a hand goes round, and a recording that
/// was used since its last visit is spared once.
final class OpenRecordings: Sendable {
    private struct Holder {
        weak var recording: OnDemandRecording?
    }

    private struct State {
        /// Those that are open.
        var open: [OnDemandRecording] = []
        var hand = 0
        /// All that are still referenced, by path, so that the next request for one gets the same object. Some may be
        /// gone.
        var held: [String: Holder] = [:]
        /// If `held` has this many entries, those that are gone are removed.
        var sweepCount = 512
        var isEnded = false
    }

    private let limit: Int
    private let state = Mutex(State())

    /// At most `limit` recordings, at least one.
    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    /// Whether fewer are open than may be.
    var hasRoom: Bool { state.withLock { !$0.isEnded && $0.open.count < limit } }

    /// The recording that `facts` announce: one that is still referenced, else a new one by `make`.
    func recording(_ facts: RecordingFacts, make: () -> OnDemandRecording) -> OnDemandRecording {
        state.withLock { state in
            if let recording = state.held[facts.path]?.recording, recording.isAnnounced(by: facts) { return recording }
            if state.held.count >= state.sweepCount {
                state.held = state.held.filter { $0.value.recording != nil }
                state.sweepCount = max(512, 2 * state.held.count)
            }
            let recording = make()
            state.held[facts.path] = Holder(recording: recording)
            return recording
        }
    }

    /// No longer gives out `recording`, which has that `path`.
    func forget(_ recording: OnDemandRecording, path: String) {
        state.withLock { state in
            if state.held[path]?.recording === recording { state.held[path] = nil }
        }
    }

    /// No longer gives out the recording at `path`, or those in the group there.
    func forget(below path: String) {
        state.withLock { state in
            let paths = state.held.keys.filter { $0 == path || $0.utf8.starts(with: "\(path)/".utf8) }
            for path in paths { state.held[path] = nil }
        }
    }

    /// Records that `recording` was opened, and closes another if there are too many.
    func add(_ recording: OnDemandRecording) {
        let closed = state.withLock { state -> OnDemandRecording? in
            // Recordings hold the opener, and that holds this object: one that is added after the end would never be
            // freed.
            guard !state.isEnded else { return nil }
            guard state.open.count >= limit else {
                state.open.append(recording)
                return nil
            }
            while state.open[state.hand].takeUse() { state.hand = (state.hand + 1) % limit }
            let closed = state.open[state.hand]
            state.open[state.hand] = recording
            state.hand = (state.hand + 1) % limit
            return closed
        }
        closed?.close()
    }

    /// Releases all of them, for good: from now on, a recording is open only as long as it is referenced.
    func end() {
        let open = state.withLock { state in
            state.isEnded = true
            defer { state.open = [] }
            return state.open
        }
        _ = open
    }
}
