import Support

/// Where in an MP3 file the frames of sound lie, told from its first and its last bytes alone.
public struct MP3Layout: Sendable, Equatable {
    /// Bytes behind tags and header frame within which the first frame begins.
    private static let searchByteCount = 64 << 10

    /// The header of the first frame of sound. All others have the same version, layer, rate and channels.
    public let header: MP3Header
    /// The first byte of the first frame of sound.
    public let firstFrameOffset: UInt64
    /// Where the tags begin that the file ends with. No frame begins there or later; the last one may reach into them if
    /// it is cut short.
    public let endOffset: UInt64
    /// Which samples of the frames are to be heard.
    public let trim: MP3Trim
    /// Frames of sound that the header frame counts; nil if it does not say. Some encoders count the header frame, too.
    public let announcedFrameCount: UInt64?
    /// Bytes of the file.
    let byteCount: UInt64

    /// Reads both ends of `stream`. Throws if there are no frames, or such as are not supported: layer I, and free format.
    public init(of stream: CodedStream) throws(AudioCodingError) {
        let start = try MP3Tags.endOfLeading(stream)
        let end = try MP3Tags.startOfTrailing(stream, after: start)
        let head = try stream.bytes(from: start, atMost: MP3InfoFrame.headByteCount, of: .mp3)
        let info = MP3InfoFrame(head, remaining: stream.byteCount - start)
        let searchStart = start + UInt64(info?.byteCount ?? 0)
        let inSight = Int(clamping: end - min(end, searchStart))
        var found = FirstFrame()
        // As a rule, the first frame is there at once.
        for searched in [1, Self.searchByteCount] where found.alike == nil {
            let window = try stream.bytes(
                from: searchStart, atMost: searched + 3 * MP3Header.frameByteCountLimit, of: .mp3)
            found = try FirstFrame(in: window, within: min(searched, inSight), endingAt: inSight, at: searchStart)
        }
        guard let (index, header) = found.alike ?? found.believed else {
            throw AudioCodingError(.mp3, "the stream has no frame", at: searchStart)
        }
        self.header = header
        firstFrameOffset = searchStart + UInt64(index)
        endOffset = max(end, firstFrameOffset)
        trim = info?.trim ?? .none
        announcedFrameCount = info.flatMap { $0.frameCount > 0 ? UInt64($0.frameCount) : nil }
        byteCount = stream.byteCount
    }

    /// The samples of one channel that the header frame announces to somebody who has found `frameCount` frames; nil if it does not say.
    /// If it counts one more, that may be itself.
    public func announcedSampleCount(_ frameCount: UInt64) -> UInt64? {
        guard let announced = announcedFrameCount else { return nil }
        let count = announced.subtracting(frameCount) ?? 0 > 1 ? announced : frameCount
        return (try? trim.heard(frameCount: count, samplesPerFrame: header.samplesPerFrame)).map { UInt64($0.count) }
    }

    /// Throws if frames in free format follow the tags that `stream` begins with. libavformat does not know such a file at all.
    public static func refuseFreeFormat(in stream: CodedStream) throws(AudioCodingError) {
        let start = try MP3Tags.endOfLeading(stream)
        let window = try stream.bytes(from: start, atMost: 5 * MP3Header.frameByteCountLimit, of: .mp3)
        guard let header = MP3Header.parse(at: 0, in: window), !header.hasLength else { return }
        try FirstFrame.refuseFreeFormat(header, at: 0, in: window, start)
    }

    /// How many bytes the frame has that begins at byte `offset` of the file; nil if none of this file does. `bytes` are the first from
    /// there on, `MP3Header.byteCount` of them at least unless the file ends before. The last frame may be cut short by the file's end.
    public func frameByteCount(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int? {
        guard offset >= firstFrameOffset, offset < endOffset, let found = MP3Header.parse(bytes),
            found.agrees(with: header)
        else { return nil }
        return min(found.frameByteCount, Int(clamping: byteCount - min(offset, byteCount)))
    }
}

/// Where in the first bytes of a stream a frame begins.
private struct FirstFrame {
    /// The first one behind which another begins, alike also in what the scanner does not mind, such as the channel mode:
    /// what libavformat begins with.
    var alike: (Int, MP3Header)?
    /// The first one that the scanner would believe; good enough if there is no other.
    var believed: (Int, MP3Header)?

    init() {}

    /// Searches the first `count` bytes of `window`, which is at byte `offset` of the stream and of which tags begin at `end`.
    init(in window: [UInt8], within count: Int, endingAt end: Int, at offset: UInt64) throws(AudioCodingError) {
        var freeFormatTries = 8
        for index in 0..<min(window.count, max(count, 0)) where window[index] == 0xFF {
            guard let header = MP3Header.parse(at: index, in: window) else { continue }
            try Self.refuseLayerI(header, at: index, in: window, offset)
            if !header.hasLength, freeFormatTries > 0 {
                freeFormatTries -= 1
                try Self.refuseFreeFormat(header, at: index, in: window, offset)
            }
            guard header.layer > 1, header.hasLength else { continue }
            let next = MP3Header.parse(at: index + header.frameByteCount, in: window)
            if let next, next.hasLength, next.believedBits == header.believedBits {
                alike = (index, header)
                return
            }
            if believed == nil, next?.agrees(with: header) ?? (index + header.frameByteCount == end) {
                believed = (index, header)
            }
        }
    }

    /// Throws if three frames of layer I in a row begin at `index` of `window`.
    private static func refuseLayerI(
        _ header: MP3Header, at index: Int, in window: [UInt8], _ offset: UInt64
    ) throws(AudioCodingError) {
        guard header.layer == 1, header.hasLength, header.begins(frames: 3, at: index, in: window) else { return }
        throw AudioCodingError(.mp3, "\(header.summary): layer I is not supported", at: offset + UInt64(index))
    }

    /// Throws if three frames in free format in a row begin at `index` of `window`.
    static func refuseFreeFormat(
        _ header: MP3Header, at index: Int, in window: [UInt8], _ offset: UInt64
    ) throws(AudioCodingError) {
        guard let byteCount = header.freeFormatByteCount(at: index, in: window) else { return }
        throw AudioCodingError(
            .mp3, "\(header.summary), frames of \(byteCount) bytes: free format is not supported",
            at: offset + UInt64(index))
    }
}

extension MP3Header {
    /// The header at `index` of `bytes`.
    static func parse(at index: Int, in bytes: [UInt8]) -> MP3Header? {
        guard index >= 0, index < bytes.count else { return nil }
        return bytes.withUnsafeBytes { parse(UnsafeRawBufferPointer(rebasing: $0[index...])) }
    }

    /// Whether this header, at `index` of `bytes`, is the first of at least `count` frames in a row that agree with it.
    func begins(frames count: Int, at index: Int, in bytes: [UInt8]) -> Bool {
        var header = self
        var index = index
        for _ in 1..<max(count, 1) {
            index += header.frameByteCount
            guard let next = Self.parse(at: index, in: bytes), next.agrees(with: self) else { return false }
            header = next
        }
        return true
    }

    /// How many bytes the frame in free format has whose header this is, at `index` of `bytes`: twice such a header follows at
    /// that distance, give or take a byte of padding.
    fileprivate func freeFormatByteCount(at index: Int, in bytes: [UInt8]) -> Int? {
        let shortest = Self.byteCount + 9
        for distance in shortest..<max(min(2 * Self.frameByteCountLimit, bytes.count - index), shortest + 1) {
            let begins = [distance, 2 * distance, 2 * distance - 1, 2 * distance + 1].map { behind in
                Self.parse(at: index + behind, in: bytes)?.believedBits == believedBits
            }
            if begins[0], begins[1] || begins[2] || begins[3] { return distance }
        }
        return nil
    }
}
