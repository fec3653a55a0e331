import Glibc

/// Finds the frames of a FLAC stream that comes piece by piece.
///
/// A FLAC frame does not say how long it is. It ends where the next one begins, and a header counts as the next one only if its
/// CRC-8 is right, its first sample follows the frame's last, and the frame's CRC-16 is right up to it. If that fails because of
/// damage, frames are left out until two follow each other again: a gap is better than a wrong frame.
///
/// Time is linear and memory bounded, whatever the bytes are.
public struct FLACFrameScanner: FrameScanner {
    /// A place where a frame may begin.
    private struct Candidate {
        let offset: UInt64
        let header: FLACFrameHeader
        /// The checksum register at its first byte.
        let register: UInt32

        var endSample: UInt64 { header.firstSample + UInt64(header.blockSize) }
    }

    /// The most candidates at a time; damaged streams have fewer.
    private static let candidateLimit = 32
    /// The most bytes that may follow the last frame: those of an ID3v1 tag, which some writers put there.
    public static let tagByteCount = 128
    /// Bytes held back until those behind them are known, since they may be part of a header or a tag.
    private static let lookahead = tagByteCount + FLACFrameHeader.maximumByteCount
    /// Bytes scanned at a time.
    private static let pieceByteCount = 64 << 10

    private let streamInfo: FLACStreamInfo
    /// Bytes not scanned yet, and the offset of the first.
    private var buffer: [UInt8] = []
    private var bufferOffset: UInt64
    /// The checksum of the bytes before `buffer`, since the end of the last frame found.
    private var register: UInt32 = 0
    private var candidates: [Candidate] = []
    /// The sample at which the last frame found ends.
    private var endSample: UInt64 = 0
    private var found: [CodedFrame] = []

    /// A scanner for the bytes of a stream from `offset` on, where no frame need begin.
    public init(streamInfo: FLACStreamInfo, offset: UInt64) {
        self.streamInfo = streamInfo
        bufferOffset = offset
    }

    /// Takes in the next bytes of the stream and returns the frames that are now complete.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) -> [CodedFrame] {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.pieceByteCount)
            rest = rest.dropFirst(piece.count)
            buffer.append(contentsOf: piece)
            scan(buffer.count - Self.lookahead)
        }
        return takeFound()
    }

    /// Ends the stream and returns the remaining frames.
    public mutating func finish() -> [CodedFrame] {
        let hasTag = buffer.suffix(Self.tagByteCount).starts(with: "TAG".utf8)
        scan(buffer.count - (hasTag && buffer.count >= Self.tagByteCount ? Self.tagByteCount : 0))
        if let last = candidates.first(where: { isFrame($0, endingAt: bufferOffset) }) {
            found.append(frame(last, endingAt: bufferOffset))
        }
        candidates = []
        return takeFound()
    }

    private mutating func takeFound() -> [CodedFrame] {
        defer { found = [] }
        return found
    }

    /// Scans the first `count` bytes of the buffer and drops them.
    private mutating func scan(_ count: Int) {
        guard count > 0 else { return }
        let taken = buffer
        buffer = []
        taken.withUnsafeBytes { bytes in
            var summed = 0
            var searched = 0
            while let index = Self.nextSync(in: bytes, searched..<count) {
                searched = index + 1
                guard
                    let header = FLACFrameHeader.parse(
                        UnsafeRawBufferPointer(rebasing: bytes[index...]), of: streamInfo)
                else { continue }
                register = CRC.flacFrame.updated(
                    register, with: UnsafeRawBufferPointer(rebasing: bytes[summed..<index]))
                summed = index
                visit(header, at: bufferOffset + UInt64(index))
            }
            register = CRC.flacFrame.updated(register, with: UnsafeRawBufferPointer(rebasing: bytes[summed..<count]))
        }
        bufferOffset += UInt64(count)
        buffer.append(contentsOf: taken[count...])
    }

    /// The next place in `range` with the 15 bits that every frame begins with.
    private static func nextSync(in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var start = range.lowerBound
        while start < range.upperBound, let hit = memchr(base + start, 0xFF, range.upperBound - start) {
            let index = UnsafeRawPointer(hit) - base
            if index + 1 < bytes.count, bytes[index + 1] & 0xFE == 0xF8 { return index }
            start = index + 1
        }
        return nil
    }

    /// Handles a header at `offset`, up to which `register` has been updated.
    private mutating func visit(_ header: FLACFrameHeader, at offset: UInt64) {
        let ended = candidates.first { candidate in
            candidate.endSample == header.firstSample
                && candidate.header.isVariableBlockSize == header.isVariableBlockSize
                && isFrame(candidate, endingAt: offset)
        }
        if let ended {
            found.append(frame(ended, endingAt: offset))
            endSample = ended.endSample
            candidates = []
            register = 0
        } else if header.firstSample < endSample {
            return
        } else if candidates.count == Self.candidateLimit {
            // The first candidate is kept: it follows the last frame found, and is the likeliest.
            candidates.remove(at: 1)
        }
        candidates.append(Candidate(offset: offset, header: header, register: register))
    }

    /// Whether the bytes from `candidate` up to `offset`, up to which `register` has been updated, have the checksum of a frame.
    private func isFrame(_ candidate: Candidate, endingAt offset: UInt64) -> Bool {
        let byteCount = offset - candidate.offset
        return byteCount <= UInt64(streamInfo.frameByteCountLimit)
            && CRC.flacFrame.advanced(candidate.register, byZeros: byteCount) == register
    }

    private func frame(_ candidate: Candidate, endingAt offset: UInt64) -> CodedFrame {
        CodedFrame(
            offset: candidate.offset, byteCount: Int(offset - candidate.offset),
            firstSample: candidate.header.firstSample, sampleCount: candidate.header.blockSize)
    }
}

extension FLACFrameScanner {
    /// The last frame of `stream`, found by its last bytes alone; nil if these do not end with a whole frame.
    ///
    /// Its end gives the length of a stream whose STREAMINFO does not.
    public static func lastFrame(
        of stream: CodedStream, streamInfo: FLACStreamInfo
    ) throws(AudioCodingError) -> CodedFrame? {
        let limit = streamInfo.frameByteCountLimit + tagByteCount
        var byteCount = min(64 << 10, limit)
        while true {
            let tail = try stream.tail(atMost: byteCount, of: .flac)
            var scanner = FLACFrameScanner(
                streamInfo: streamInfo, offset: stream.byteCount - UInt64(tail.count))
            _ = tail.withUnsafeBytes { scanner.consume($0) }
            if let last = scanner.finish().last { return last }
            guard byteCount < limit, UInt64(byteCount) < stream.byteCount else { return nil }
            byteCount = min(byteCount * 4, limit)
        }
    }
}
