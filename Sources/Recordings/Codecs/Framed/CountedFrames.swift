import AudioCoding
import Support
import Zarr

/// Where the frames of an ADTS stream are.
///
/// The stored index counts the frames, once a few of its rows have proved right; from then on every row that is used must
/// prove right against the header of its frame. Where one does not, a table built from the stream says where the frames are:
/// which of the two it is follows from those rows and the stream alone. Where the table has another number of frames than the
/// index, some are lost: nothing in a frame says which, so a unit that cannot be had by the index cannot be had at all.
final class ADTSFrames: Sendable {
    /// Bytes of the stream that are looked at together.
    private static let pieceByteCount: UInt64 = 64 << 10

    /// How many frames there are; at least one.
    let count: UInt64

    private let path: String
    private let blob: CodedBlob
    private let log: Log
    private let storedIndex: StoredFrameIndex?
    private let derived: DerivedData.Opener
    private let table = SingleFlight<FrameTable>()

    /// Counts the frames of `blob`: by `index` if that proves right, else by following the whole stream.
    init(
        blob: CodedBlob, derived: @escaping DerivedData.Opener, index: StoredFrameIndex?, path: String, log: Log
    ) throws {
        self.derived = derived
        self.path = path
        self.blob = blob
        self.log = log
        let first = try Self.firstFrame(of: blob)
        // Rows that cannot be read prove nothing.
        if let index, (try? Self.proves(index, in: blob, first: first)) == true {
            storedIndex = index
            count = index.count
        } else {
            storedIndex = nil
            let scanned = try Self.scan(
                blob, "its aac_index is \(index == nil ? "missing" : "wrong")", derived, path, log)
            count = UInt64(try table.get { () throws(ZarrError) in scanned }.count)
        }
    }

    /// Calls `body` with the bytes of each of the frames `range`, which lies within `0..<count`.
    func withBytes<T>(of range: Range<UInt64>, _ body: ([UnsafeRawBufferPointer]) throws -> T) throws -> T {
        if let frames = storedFrames(range) {
            let result: T? = try blob.withBytes(of: frames) { coded in
                let areFrames = coded.allSatisfy { ADTSHeader.parse($0)?.frameByteCount == $0.count }
                return areFrames ? try body(coded) : nil
            }
            if let result { return result }
        }
        let table = try table.get { try Self.scan(blob, "its aac_index is wrong", derived, path, log) }
        let frames = try range.map { number in
            guard let index = Int(exactly: number), UInt64(table.count) == count, let frame = table[index] else {
                throw AudioCodingError(
                    .aac, "the stream is damaged here: \(table.count) of its \(count) frames are intact")
            }
            return frame.bytes
        }
        return try blob.withBytes(of: frames, body)
    }

    /// The bytes of the frames `range` by the stored index; nil where its rows cannot be those of frames.
    private func storedFrames(_ range: Range<UInt64>) -> [Range<UInt64>]? {
        guard let rows = try? storedIndex?.rows(range) else { return nil }
        let frames = rows.compactMap { $0.bytes(within: blob.byteCount) }
        guard frames.count == range.count, frames.allSatisfy({ $0.count <= ADTSHeader.frameByteCountLimit }),
            zip(frames, frames.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound })
        else { return nil }
        return frames
    }

    // MARK: - The stream

    /// The first frame of the stream, after what tags precede it.
    private static func firstFrame(of blob: CodedBlob) throws -> CodedFrame {
        var scanner = ADTSScanner(samplesPerFrame: 1024)
        var position: UInt64 = 0
        while position < blob.byteCount {
            let piece = try blob.bytes(position..<position + min(pieceByteCount, blob.byteCount - position))
            position += UInt64(piece.count)
            if let frame = try piece.withUnsafeBytes({ try scanner.consume($0) }).first { return frame }
        }
        guard let frame = try scanner.finish().first else {
            throw AudioCodingError(.aac, "the stream has no ADTS frame")
        }
        return frame
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

    /// What the header at byte `offset` says, where there is one.
    private static func frameByteCount(at offset: UInt64, of blob: CodedBlob) throws(ZarrError) -> Int? {
        let end = offset.adding(UInt64(ADTSHeader.maximumByteCount)) ?? .max
        return try blob.bytes(offset..<end).withUnsafeBytes { ADTSHeader.parse($0) }?.frameByteCount
    }

    private static func scan(
        _ blob: CodedBlob, _ fault: String, _ derived: DerivedData.Opener, _ path: String, _ log: Log
    ) throws -> FrameTable {
        try FrameTable.known(to: derived()) {
            log.say(.info, "/\(path): \(fault); built anew from the stream, in memory")
            return try FrameTable(ofADTS: blob, samplesPerFrame: 1024)
        }
    }
}
