import Support

/// Where the samples of the frames of a damaged FLAC file belong, by the numbers of the frames: some may be lost, out of order or there
/// twice, and other streams of the same form may follow.
struct FLACFramePlaces {
    /// A frame, and its first sample of one channel in the recording.
    struct Place {
        let start: UInt64
        let frame: FLACFrameSearch.Frame

        var end: UInt64 { start.adding(UInt64(frame.blockSize)) ?? .max }
    }

    /// The most samples that a gap may have, a day at 48 kHz: what jumps farther ahead is another stream.
    private static let gapLimit: UInt64 = 1 << 32
    /// The fewest bytes of lost frames, as a part of the mean.
    private static let lostFrameShare: UInt64 = 4

    /// The frames, in the order of their samples.
    private(set) var places: [Place] = []
    /// Frames that are there twice.
    private(set) var duplicateCount = 0
    /// Whether frames are out of order.
    private(set) var isOutOfOrder = false
    /// Samples of one channel before the first frame that the numbers of the frames announce, and that are no part of the recording.
    private(set) var skippedSamples: UInt64 = 0
    /// The first sample of each stream but the first.
    private(set) var joints: [UInt64] = []

    /// The samples of one channel, gaps included.
    var sampleCount: UInt64 { places.last?.end ?? 0 }

    /// Frames with numbers of one count, with the samples that these stand for.
    private struct Run {
        let first: FLACFrameSearch.Frame
        let samplesPerNumber: UInt64
        private(set) var places: [Place] = []
        private var checksums: [UInt64: Content] = [:]
        private(set) var end: UInt64 = 0

        private struct Content: Equatable {
            let checksum: UInt16
            let byteCount: Int
        }

        enum Addition { case added, late, duplicate, refused }

        init(_ first: FLACFrameSearch.Frame, samplesPerNumber: UInt64) {
            self.first = first
            self.samplesPerNumber = samplesPerNumber
        }

        /// Adds `frame` if it can be one of this count.
        mutating func add(_ frame: FLACFrameSearch.Frame) -> Addition {
            let start = frame.number.multiplied(by: samplesPerNumber) ?? .max
            guard frame.hasSampleNumber == first.hasSampleNumber,
                samplesPerNumber == 1 || UInt64(frame.blockSize) <= samplesPerNumber,
                places.isEmpty || start <= end.adding(FLACFramePlaces.gapLimit) ?? .max
            else { return .refused }
            let content = Content(checksum: frame.checksum, byteCount: frame.byteCount)
            if let other = checksums[start] { return other == content ? .duplicate : .refused }
            checksums[start] = content
            let place = Place(start: start, frame: frame)
            places.append(place)
            let isLate = start < end
            end = max(end, place.end)
            return isLate ? .late : .added
        }
    }

    /// The places of `frames`, which are in the order of the file. `announced` is how many samples of one channel the file says it has,
    /// 0 if it does not; `lostByteCount` bytes before the first frame are no frame.
    init(_ frames: [FLACFrameSearch.Frame], announced: UInt64, lostByteCount: UInt64) {
        var runs: [Run] = []
        var run: Run?
        for (index, frame) in frames.enumerated() {
            let next = index + 1 < frames.count && !frames[index + 1].followsMarker ? frames[index + 1] : nil
            let isOther = frame.followsMarker || run.map { Self.beginsOther(frame, next, $0) } ?? true
            var addition = isOther ? .refused : run?.add(frame) ?? .refused
            if addition == .refused {
                if let run { runs.append(run) }
                run = Run(frame, samplesPerNumber: Self.samplesPerNumber(of: frame, next))
                addition = run?.add(frame) ?? .refused
            }
            if addition == .duplicate { duplicateCount += 1 }
            if addition == .late { isOutOfOrder = true }
        }
        if let run { runs.append(run) }
        for (index, run) in runs.enumerated() {
            let sorted = run.places.sorted { $0.start < $1.start }
            var origin = sorted.first?.start ?? 0
            if index == 0 {
                if Self.isHeadLost(origin, run, announced: announced, lostByteCount) { origin = 0 }
                skippedSamples = origin
            } else {
                joints.append(sampleCount)
            }
            let base = sampleCount
            for place in sorted {
                places.append(Place(start: base.adding(place.start - origin) ?? .max, frame: place.frame))
            }
        }
    }

    /// Whether `frame`, which `next` follows, is smaller than those of `run`, but not its last.
    private static func beginsOther(
        _ frame: FLACFrameSearch.Frame, _ next: FLACFrameSearch.Frame?, _ run: Run
    ) -> Bool {
        guard run.samplesPerNumber > 1, UInt64(frame.blockSize) < run.samplesPerNumber, let next else { return false }
        return next.blockSize == frame.blockSize && next.number == frame.number.adding(1)
    }

    /// What the number of `frame` stands for: samples, or frames of its size. Streams older than the bit that says this may count
    /// samples; `next`, the frame behind it, shows that.
    private static func samplesPerNumber(of frame: FLACFrameSearch.Frame, _ next: FLACFrameSearch.Frame?) -> UInt64 {
        let countsSamples =
            frame.blockSize > 1 && next.map { $0.number == frame.number.adding(UInt64(frame.blockSize)) } ?? false
        return frame.hasSampleNumber || countsSamples ? 1 : UInt64(frame.blockSize)
    }

    /// Whether the `head` samples before the first frame of `run` are lost, so that silence has to stand for them. Otherwise the file
    /// has never had them: it is a piece of a longer stream.
    private static func isHeadLost(
        _ head: UInt64, _ run: Run, announced: UInt64, _ lostByteCount: UInt64
    ) -> Bool {
        guard head > 0, head <= gapLimit else { return false }
        if announced >= run.end { return true }
        let byteCount = run.places.reduce(0) { $0 + UInt64($1.frame.byteCount) }
        let sampleCount = run.places.reduce(0) { $0 + UInt64($1.frame.blockSize) }
        return (lostByteCount.multiplied(by: Self.lostFrameShare * sampleCount) ?? .max)
            >= (head.multiplied(by: byteCount) ?? .max)
    }
}
