import Support
import Synchronization

/// The samples of a recording that is opened when they are first asked for, and closed when too many others are open.
///
/// The facts of a hundred thousand recordings fit in memory; their arrays, indexes and decoders do not.
final class OnDemandRecording: SampleReading {
    private let path: String
    private let opener: RecordingOpener
    /// What was announced of it: no read may return the bytes of another.
    private let announced: WaveOutline
    private let opened = SingleFlight<Opened>()
    private let isInUse = Atomic<Bool>(false)

    /// A class, so that little is kept while nothing is open.
    private final class Opened: Sendable {
        let recording: Recording

        init(_ recording: Recording) {
            self.recording = recording
        }
    }

    /// The samples of the recording that `facts` announce.
    init(_ facts: RecordingFacts, opener: RecordingOpener) {
        path = facts.path
        announced = facts.outline
        self.opener = opener
    }

    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
        try recording().samples.read(bytes: range)
    }

    func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError) {
        try recording().samples.decodeAhead(bytes: range)
    }

    /// The source's bytes around the samples.
    func envelopeBytes() throws(RecordingError) -> (head: [UInt8], tail: [UInt8]) {
        guard let envelope = try recording().envelope else { throw change }
        return try envelope.bytes()
    }

    /// Whether it was used since the last call, which `OpenRecordings` makes.
    func takeUse() -> Bool {
        isInUse.exchange(false, ordering: .relaxed)
    }

    /// Keeps `recording`, which was opened to learn its facts, if there is room for it.
    func keep(_ recording: Recording) {
        guard opener.openRecordings.addIfRoom(self) else { return }
        opened.set(Opened(recording))
    }

    /// Closes the recording, as soon as nobody reads it any more.
    func close() {
        opened.clear()
    }

    /// The recording, opened if need be, once for all threads that wait for it.
    private func recording() throws(RecordingError) -> Recording {
        isInUse.store(true, ordering: .relaxed)
        var isNew = false
        let opened = try opened.get { () throws(RecordingError) in
            let recording = try opener.open(path)
            guard recording.facts.outline == announced else { throw change }
            isNew = true
            return Opened(recording)
        }
        if isNew { opener.openRecordings.add(self) }
        return opened.recording
    }

    private var change: RecordingError {
        RecordingError("the store's recording changed since it was mounted; mount it again", recording: path)
    }
}

extension Recording {
    /// The recording of which `facts` are known, opened by `samples` when it is read.
    init(_ facts: RecordingFacts, _ samples: OnDemandRecording) {
        let envelope = facts.envelopeSize.map { size in
            SourceEnvelope(size: size) { () throws(RecordingError) in try samples.envelopeBytes() }
        }
        self.init(facts, samples: samples, envelope: envelope)
    }
}

/// The recordings that are open, of which there is a bounded number. By the CLOCK rule, a hand goes round, and a recording that
/// was used since its last visit is spared once.
final class OpenRecordings: Sendable {
    /// Weak: a recording holds its opener, which holds these.
    private struct Member {
        weak var recording: OnDemandRecording?
    }

    private struct Ring {
        var members: [Member] = []
        var hand = 0
    }

    private let limit: Int
    private let ring = Mutex(Ring())

    /// At most `limit` recordings, at least one.
    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    /// Takes note that `recording` is open, if there is room.
    func addIfRoom(_ recording: OnDemandRecording) -> Bool {
        ring.withLock { ring in
            guard ring.members.count < limit else { return false }
            ring.members.append(Member(recording: recording))
            return true
        }
    }

    /// Takes note that `recording` was opened, and closes another if there are too many.
    func add(_ recording: OnDemandRecording) {
        let closed = ring.withLock { ring -> OnDemandRecording? in
            guard ring.members.count >= limit else {
                ring.members.append(Member(recording: recording))
                return nil
            }
            while ring.members[ring.hand].recording?.takeUse() == true { ring.hand = (ring.hand + 1) % limit }
            let closed = ring.members[ring.hand].recording
            ring.members[ring.hand] = Member(recording: recording)
            ring.hand = (ring.hand + 1) % limit
            return closed
        }
        closed?.close()
    }
}
