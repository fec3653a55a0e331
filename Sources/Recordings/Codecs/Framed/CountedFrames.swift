import AudioCoding
import Support
import Zarr

/// The frames of a stream that do not say which samples are theirs, by their numbers.
///
/// The stored index counts them, once a few of its rows have proved right; from then on every row that is used must
/// prove right against the header of its frame. If one does not, a table built from the stream says where the frames
/// are: which of the two it is follows from those rows and the stream alone. If the table has another number of frames
/// than the index, some are lost: nothing in a frame says which, so a unit that cannot be decoded by the index cannot
/// be decoded at all.
final class CountedFrames<Format: CountedFrameFormat>: Sendable {
    /// Bytes of the stream that are read at first, and later at a time, to find its first frames. Damage behind them does no harm.
    private static var firstByteCount: UInt64 { 4 << 10 }
    private static var pieceByteCount: UInt64 { 64 << 10 }

    /// How many frames there are; at least one.
    let count: UInt64
    /// The frames by the stored index; nil if that has not proved right.
    let indexed: IndexedFrames<Format>?

    private let finder: FrameFinder<Format>

    /// Counts the frames of a stream that begins with `first`: by the index if that proves right, else by scanning it all.
    init(_ finder: FrameFinder<Format>, startingWith first: CodedFrame) throws {
        self.finder = finder
        // Rows that cannot be read prove nothing.
        if let index = finder.index, (try? Self.proves(index, finder.format, in: finder.blob, first: first)) == true {
            indexed = IndexedFrames(index, finder)
            count = index.count
        } else {
            indexed = nil
            count = UInt64(try finder.table().count)
        }
    }

    /// The stream.
    var blob: CodedBlob { finder.blob }

    /// The frames by the table of all that the stream has. Throws if it has another number of them.
    func table() throws -> FrameTable {
        let table = try finder.table()
        guard UInt64(table.count) == count else {
            throw AudioCodingError(
                Format.codec, "the stream is damaged here: \(table.count) of its \(count) frames are intact")
        }
        return table
    }

    /// Whether each of `coded`, the bytes of `places`, is a frame.
    func areFrames(_ coded: [UnsafeRawBufferPointer], at places: [Range<UInt64>]) -> Bool {
        zip(coded, places).allSatisfy { finder.format.frameByteCount($0, at: $1.lowerBound) == $0.count }
    }

    // MARK: - The stream

    /// The first `count` frames of the stream in `blob`, or all if there are no more; at least one.
    static func first(_ count: Int, of blob: CodedBlob, _ format: Format) throws -> [CodedFrame] {
        var scanner = format.makeScanner()
        var frames: [CodedFrame] = []
        var position = format.firstFrameOffset
        var byteCount = firstByteCount
        while position < blob.byteCount, frames.count < count {
            let piece = try blob.bytes(position..<position + min(byteCount, blob.byteCount - position))
            position += UInt64(piece.count)
            byteCount = min(2 * byteCount, pieceByteCount)
            frames += try piece.withUnsafeBytes { try scanner.consume($0) }
        }
        if frames.count < count { frames += try scanner.finish() }
        guard !frames.isEmpty else { throw AudioCodingError(Format.codec, "the stream has no \(Format.frameName)") }
        return Array(frames.prefix(count))
    }

    /// Whether `index` begins with the stream's `first` frame, ends where the stream's frames do, and has, where it is looked
    /// at, a row for each frame. Bytes in damaged blocks or chunks prove nothing, and refute nothing.
    private static func proves(
        _ index: StoredFrameIndex, _ format: Format, in blob: CodedBlob, first: CodedFrame
    ) throws(ZarrError) -> Bool {
        // A frame has a byte at least.
        guard index.count <= blob.byteCount else { return false }
        let fetched = fetch(index, format, in: blob)
        defer { withExtendedLifetime(fetched) {} }
        let head = try index.rows(0..<min(2, index.count))
        let samplesPerFrame = head.count > 1 ? head[1].firstSample : 0
        for number in index.probes {
            let rows = try index.rows(number..<min(number + 2, index.count))
            guard let frame = rows[0].bytes(within: blob.byteCount),
                number > 0 || frame == first.bytes,
                number.multiplied(by: samplesPerFrame) == rows[0].firstSample,
                try isFrame(format, of: frame.count, at: frame.lowerBound, of: blob),
                rows.count == 1 || rows[1].byteOffset >= frame.upperBound
            else { return false }
            // Behind the last frame there is nothing, or a tag.
            if number == index.count - 1, try !isFrame(format, of: nil, at: frame.upperBound, of: blob) { return false }
        }
        return true
    }

    /// Fetches what `proves` reads, if that takes round trips: all rows at once, then all headers.
    private static func fetch(_ index: StoredFrameIndex, _ format: Format, in blob: CodedBlob) -> [FetchedParts] {
        guard blob.takesRoundTrips else { return [] }
        let rows = index.fetch(index.probedRows)
        let headers = index.probes.flatMap { number -> [Range<UInt64>] in
            guard let frame = (try? index.row(number))?.bytes(within: blob.byteCount) else { return [] }
            return [frame.lowerBound, frame.upperBound].compactMap { start in
                start.adding(UInt64(Format.headerByteCount)).map { start..<$0 }
            }
        }
        return rows + blob.fetch(bytesOf: headers)
    }

    /// Whether the frame at byte `offset` has `byteCount` bytes, or there is none if that is nil, as far as the bytes there can be read.
    private static func isFrame(
        _ format: Format, of byteCount: Int?, at offset: UInt64, of blob: CodedBlob
    ) throws(ZarrError) -> Bool {
        let end = offset.adding(UInt64(Format.headerByteCount)) ?? .max
        do throws(ZarrError) {
            let bytes = try blob.bytes(offset..<end)
            return bytes.withUnsafeBytes { format.frameByteCount($0, at: offset) } == byteCount
        } catch {
            guard error.kind == .damagedChunk else { throw error }
            return true
        }
    }
}
