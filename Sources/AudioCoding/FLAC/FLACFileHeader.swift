import Support

/// The bytes before the frames of a FLAC file: STREAMINFO, a seek table if it is long, and tags. RFC 9639, section 8.
public struct FLACFileHeader: Sendable {
    /// A place to which a player can seek. RFC 9639, section 8.5.
    public struct SeekPoint: Sendable, Equatable {
        /// The first sample of a frame, from the start of the stream.
        public let sample: UInt64
        /// The offset of the frame, in bytes from that of the first frame.
        public let offset: UInt64
        /// Samples of the frame.
        public let sampleCount: UInt16

        /// The frame at `offset`.
        public init(sample: UInt64, offset: UInt64, sampleCount: UInt16) {
            self.sample = sample
            self.offset = offset
            self.sampleCount = sampleCount
        }

        /// A point without a place, which players ignore.
        fileprivate static let placeholder = SeekPoint(sample: .max, offset: 0, sampleCount: 0)
        fileprivate static let byteCount = 18

        fileprivate var bytes: [UInt8] {
            var bytes: [UInt8] = []
            withUnsafeBytes(of: sample.bigEndian) { bytes += $0 }
            withUnsafeBytes(of: offset.bigEndian) { bytes += $0 }
            withUnsafeBytes(of: sampleCount.bigEndian) { bytes += $0 }
            return bytes
        }
    }

    private enum Block: UInt8 {
        case streamInfo = 0
        case seekTable = 3
        case vorbisComment = 4
    }

    /// Samples between two seek points, unless there would be too many of them.
    private static let seekDistance: UInt64 = 1 << 19
    private static let seekPointLimit: UInt64 = 100
    /// The most samples that STREAMINFO can announce.
    private static let sampleLimit: UInt64 = 0xF_FFFF_FFFF

    /// The bytes.
    public let bytes: [UInt8]

    /// The header of a file of `sampleCount` samples of one channel, whose frames `streamInfo` describes. `seekPoints` are in order; those that
    /// are missing, of as many as such a file has, are placeholders.
    public init(
        _ streamInfo: FLACStreamInfo, sampleCount: UInt64, seekPoints: [SeekPoint], _ comments: VorbisComments
    ) throws(AudioCodingError) {
        let announced = sampleCount > Self.sampleLimit ? 0 : sampleCount
        // The MD5 is that of as many samples as were announced.
        let isSame = streamInfo.totalSamples == nil || streamInfo.totalSamples == announced
        let info =
            isSame
            ? try streamInfo.with(totalSamples: announced) : try streamInfo.with(totalSamples: announced, md5: nil)
        let count = Self.seekPointCount(sampleCount: sampleCount)
        let points = seekPoints.prefix(count) + repeatElement(.placeholder, count: max(count - seekPoints.count, 0))
        bytes =
            Array("fLaC".utf8) + Self.block(.streamInfo, info.bytes)
            + (count == 0 ? [] : Self.block(.seekTable, points.flatMap(\.bytes)))
            + Self.block(.vorbisComment, comments.bytes, isLast: true)
    }

    /// The bytes of such a header.
    public static func byteCount(sampleCount: UInt64, _ comments: VorbisComments) -> UInt64 {
        let count = seekPointCount(sampleCount: sampleCount)
        let table = count == 0 ? 0 : 4 + count * SeekPoint.byteCount
        return UInt64(4 + 4 + FLACStreamInfo.byteCount + table + 4 + comments.bytes.count)
    }

    /// The samples that the seek points of a file of `sampleCount` samples are for.
    public static func seekTargets(sampleCount: UInt64) -> [UInt64] {
        let count = UInt64(seekPointCount(sampleCount: sampleCount))
        return (0..<count).map { sampleCount / count * $0 }
    }

    private static func seekPointCount(sampleCount: UInt64) -> Int {
        Int(min(sampleCount / seekDistance, seekPointLimit))
    }

    private static func block(_ block: Block, _ content: [UInt8], isLast: Bool = false) -> [UInt8] {
        let count = content.count
        return [
            block.rawValue | (isLast ? 0x80 : 0), UInt8(truncatingIfNeeded: count >> 16),
            UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count),
        ] + content
    }
}
