import CLibAV
import Support

/// The samples of one Ogg page, held until it is known where the page ends.
///
/// Only a page says what its time is, and libavformat counts on over pages that are missing: the packets of the page that follows
/// them seem to begin too early, up to the time of its end.
struct HeldPage {
    /// Bytes of samples that are held at most. Real pages have a second or so.
    private static let byteLimit = 64 << 20

    /// The samples in order.
    private(set) var samples: [SampleBuffer] = []
    /// The samples of one channel that there are.
    private(set) var sampleCount: Int64 = 0
    /// The offset of the page in the file; nil before the first.
    private var position: Int64?
    /// The time behind its last packet, in ticks of the stream; nil if that is not known.
    private var end: Int64?

    /// A page that begins with `packet`; before the first page if that is nil.
    init(_ packet: AVPacket? = nil) {
        position = packet?.pos
    }

    /// Whether `packet` is of a later page.
    func isFollowed(by packet: AVPacket) -> Bool {
        position.map { $0 != packet.pos } ?? true
    }

    /// Adds the time of `packet`, which is of the page.
    mutating func add(timeOf packet: AVPacket) {
        end = packet.pts == zwl_AV_NOPTS_VALUE ? nil : packet.pts.adding(packet.duration)
    }

    /// The time at which the page ends if `next` is the first packet behind it, in ticks of the stream; nil if that is not known.
    func end(before next: AVPacket?) -> Int64? {
        let following = next.flatMap { $0.pts == zwl_AV_NOPTS_VALUE ? nil : $0.pts }
        return end.map { max($0, following ?? $0) }
    }

    /// Adds decoded samples.
    mutating func append(_ buffer: SampleBuffer) {
        samples.append(buffer)
        sampleCount += Int64(buffer.sampleCount)
    }

    /// Whether no more samples are to be held.
    var isFull: Bool { samples.reduce(0) { $0 + $1.slice.count } > Self.byteLimit }

    /// Takes the samples out.
    mutating func takeSamples() -> [SampleBuffer] {
        defer {
            samples = []
            sampleCount = 0
        }
        return samples
    }
}
