import AudioCoding
import Support
import Zarr

/// The frames of a stream that do not say which samples are theirs, by their numbers.
///
/// The stored index counts them, once a few of its rows have proved right; from then on every row that is used must prove right
/// against the header of its frame. If one does not, a table built from the stream says where the frames are: which of the two
/// it is follows from those rows and the stream alone. If the table has another number of frames than the index, some are lost:
/// nothing in a frame says which, so a unit that cannot be had by the index cannot be had at all.
final class CountedFrames<Format: CountedFrameFormat>: Sendable {
    /// Bytes of the stream that are looked at together for its first frames.
    private static var pieceByteCount: UInt64 { 64 << 10 }

    /// How many frames there are; at least one.
    let count: UInt64

    private let finder: FrameFinder<Format>
    /// The index, if it has proved right.
    private let index: StoredFrameIndex?

    private var blob: CodedBlob { finder.blob }

    /// Counts the frames of a stream that begins with `first`: by the index if that proves right, else by scanning it all.
    init(_ finder: FrameFinder<Format>, startingWith first: CodedFrame) throws {
        self.finder = finder
        // Rows that cannot be read prove nothing.
        if let index = finder.index, (try? Self.proves(index, in: finder.blob, first: first)) == true {
            self.index = index
            count = index.count
        } else {
            index = nil
            count = UInt64(try finder.table().count)
        }
    }

    /// Calls `body` with the bytes of each of the frames `range`, which lies within `0..<count`.
    func withBytes<T>(of range: Range<UInt64>, _ body: ([UnsafeRawBufferPointer]) throws -> T) throws -> T {
        if let frames = indexedFrames(range) {
            let result: T? = try blob.withBytes(of: frames) { coded in
                let areFrames = coded.allSatisfy { Format.frameByteCount($0) == $0.count }
                return areFrames ? try body(coded) : nil
            }
            if let result { return result }
        }
        let table = try finder.table()
        let frames = try range.map { number in
            guard let index = Int(exactly: number), UInt64(table.count) == count, let frame = table[index] else {
                throw AudioCodingError(
                    Format.codec, "the stream is damaged here: \(table.count) of its \(count) frames are intact")
            }
            return frame.bytes
        }
        return try blob.withBytes(of: frames, body)
    }

    /// The bytes of the frames `range` by the index; nil if its rows cannot be those of frames.
    private func indexedFrames(_ range: Range<UInt64>) -> [Range<UInt64>]? {
        guard let rows = try? index?.rows(range) else { return nil }
        let frames = rows.compactMap { finder.bytes(of: $0) }
        guard frames.count == range.count,
            zip(frames, frames.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound })
        else { return nil }
        return frames
    }

    // MARK: - The stream

    /// The first `count` frames of the stream in `blob`, or all if there are no more; at least one.
    static func first(_ count: Int, of blob: CodedBlob, _ format: Format) throws -> [CodedFrame] {
        var scanner = format.makeScanner()
        var frames: [CodedFrame] = []
        var position = format.firstFrameOffset
        while position < blob.byteCount, frames.count < count {
            let piece = try blob.bytes(position..<position + min(pieceByteCount, blob.byteCount - position))
            position += UInt64(piece.count)
            frames += try piece.withUnsafeBytes { try scanner.consume($0) }
        }
        if frames.count < count { frames += try scanner.finish() }
        guard !frames.isEmpty else { throw AudioCodingError(Format.codec, "the stream has no \(Format.frameName)") }
        return Array(frames.prefix(count))
    }

    /// Whether `index` begins with the stream's `first` frame, ends where the stream's frames do, and has, where it is looked
    /// at, a row for each frame.
    private static func proves(
        _ index: StoredFrameIndex, in blob: CodedBlob, first: CodedFrame
    ) throws(ZarrError) -> Bool {
        let head = try index.rows(0..<min(2, index.count))
        let samplesPerFrame = head.count > 1 ? head[1].firstSample : 0
        for number in index.probes {
            let rows = try index.rows(number..<min(number + 2, index.count))
            guard let frame = rows[0].bytes(within: blob.byteCount),
                number > 0 || frame == first.bytes,
                number.multiplied(by: samplesPerFrame) == rows[0].firstSample,
                try frameByteCount(at: frame.lowerBound, of: blob) == frame.count,
                rows.count == 1 || rows[1].byteOffset >= frame.upperBound
            else { return false }
            // Behind the last frame there is nothing, or a tag.
            if number == index.count - 1, try frameByteCount(at: frame.upperBound, of: blob) != nil { return false }
        }
        return true
    }

    /// What the header at byte `offset` says, if there is one.
    private static func frameByteCount(at offset: UInt64, of blob: CodedBlob) throws(ZarrError) -> Int? {
        let end = offset.adding(UInt64(Format.headerByteCount)) ?? .max
        return try blob.bytes(offset..<end).withUnsafeBytes { Format.frameByteCount($0) }
    }
}
