import Support

/// Distinguishes a reader that reads a recording from front to back from one that jumps about in it, and says how far
/// to decode ahead of the former.
///
/// The kernel's own read-ahead asks from several threads and out of order, so a read near the furthest one so far goes on with
/// the run, before or behind it.
struct SequentialRun {
    /// Bytes that reads of one run may be apart.
    private static let tolerance: UInt64 = 1 << 20
    /// Bytes that a reader has read before anything is decoded ahead: more than an excerpt of a few seconds.
    private static let threshold: UInt64 = 1 << 20
    /// Bytes that are decoded ahead at a time, at least.
    private static let step: UInt64 = 256 << 10

    /// How many bytes are read for each one that is skipped, at least: a reader that takes a second here and there, in
    /// order, is not sequential.
    private static let density: UInt64 = 4

    /// The furthest byte that was read.
    private(set) var position: UInt64 = 0
    /// How many bytes of the run were read.
    private(set) var length: UInt64 = 0
    /// How many bytes before the furthest were not read.
    private var skipped: UInt64 = 0
    /// Where the last range that was to be decoded ahead ends.
    private var requestedEnd: UInt64 = 0

    /// The run of a reader of which nothing is known yet.
    init() {}

    /// The run of a reader that is known to read from front to back, beginning at byte `start`.
    init(knownFrom start: UInt64) {
        position = start
        length = Self.threshold
    }

    /// Whether the reader is sequential.
    var isSequential: Bool { length >= Self.threshold && skipped <= length / Self.density }

    /// Whether the reader is past `range`, and will not ask for it any more.
    func isBehind(_ range: Range<UInt64>) -> Bool {
        range.upperBound.adding(Self.tolerance) ?? .max < position
    }

    /// Records that `range` is being read.
    mutating func note(_ range: Range<UInt64>) {
        let distance = max(range.lowerBound, position) - min(range.lowerBound, position)
        guard distance <= Self.tolerance else {
            self = SequentialRun()
            position = range.upperBound
            return
        }
        // Skipped bytes were not read, or not yet: a jump ahead, however short, is no proof of a run.
        skipped += range.lowerBound.subtracting(position) ?? 0
        let behind = min(range.upperBound, position).subtracting(range.lowerBound) ?? 0
        let filled = min(behind, skipped)
        skipped -= filled
        length += filled + UInt64(range.count) - behind
        position = max(position, range.upperBound)
    }

    /// What to decode ahead of the reader now, if anything: within `byteCount`, and at most `depth` bytes from where the reader is.
    func next(of byteCount: UInt64, depth: UInt64) -> Range<UInt64>? {
        guard isSequential else { return nil }
        let start = max(requestedEnd, position)
        let end = min(position.adding(min(depth, length)) ?? .max, byteCount)
        guard start < end, end - start >= Self.step || end == byteCount else { return nil }
        return start..<end
    }

    /// Records that `range`, which is what `next` has returned or a part of it, is to be decoded ahead. Returns false if something behind its
    /// beginning is already.
    mutating func request(_ range: Range<UInt64>) -> Bool {
        guard !range.isEmpty, requestedEnd <= range.lowerBound else { return false }
        requestedEnd = range.upperBound
        return true
    }
}
