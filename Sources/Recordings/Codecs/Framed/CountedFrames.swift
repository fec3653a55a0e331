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

    /// Finds them.
    let finder: FrameFinder<Format>
    /// The index, if it has proved right.
    private let index: StoredFrameIndex?

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

    /// Where frames that follow each other are by the index, from the frame `first` on; nil for one that cannot be there.
    struct Places {
        let first: UInt64
        let frames: [Range<UInt64>?]
    }

    /// Looks up together where the frames `range` are, which lies within `0..<count`; nil without an index that can be read.
    func places(of range: Range<UInt64>) -> Places? {
        guard let rows = try? index?.rows(range) else { return nil }
        return Places(first: range.lowerBound, frames: rows.map { finder.bytes(of: $0) })
    }

    /// The bytes from the first to the last of the frames `range`, by `places` or, without an index, by the table; nil if that is
    /// not known.
    func extent(of range: Range<UInt64>, by places: Places?) -> Range<UInt64>? {
        var frames = places.flatMap { indexedFrames(range, by: $0) }
        if index == nil { frames = try? tableFrames(range) }
        guard let first = frames?.first, let last = frames?.last, first.lowerBound < last.upperBound else { return nil }
        return first.lowerBound..<last.upperBound
    }

    /// Calls `body` with the bytes of each of the frames `range`, which lies within `0..<count`. They are read from `blob`, which
    /// is the stream's; `places` are theirs if they have been looked up, and those of others.
    func withBytes<T>(
        of range: Range<UInt64>, by places: Places? = nil, from blob: CodedBlob? = nil,
        _ body: ([UnsafeRawBufferPointer]) throws -> T
    ) throws -> T {
        let blob = blob ?? finder.blob
        if let places = places ?? self.places(of: range), let frames = indexedFrames(range, by: places) {
            let result: T? = try blob.withBytes(of: frames) { coded in
                let areFrames = coded.allSatisfy { Format.frameByteCount($0) == $0.count }
                return areFrames ? try body(coded) : nil
            }
            if let result { return result }
        }
        return try blob.withBytes(of: tableFrames(range), body)
    }

    /// The bytes of the frames `range` by `places`; nil if those cannot all be frames.
    private func indexedFrames(_ range: Range<UInt64>, by places: Places) -> [Range<UInt64>]? {
        guard let start = range.lowerBound.subtracting(places.first).flatMap({ Int(exactly: $0) }),
            range.count <= places.frames.count, start <= places.frames.count - range.count
        else { return nil }
        let frames = places.frames[start..<start + range.count].compactMap(\.self)
        guard frames.count == range.count,
            zip(frames, frames.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound })
        else { return nil }
        return frames
    }

    /// The bytes of the frames `range` by the table of all frames.
    private func tableFrames(_ range: Range<UInt64>) throws -> [Range<UInt64>] {
        let table = try finder.table()
        return try range.map { number in
            guard let index = Int(exactly: number), UInt64(table.count) == count, let frame = table[index] else {
                throw AudioCodingError(
                    Format.codec, "the stream is damaged here: \(table.count) of its \(count) frames are intact")
            }
            return frame.bytes
        }
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
