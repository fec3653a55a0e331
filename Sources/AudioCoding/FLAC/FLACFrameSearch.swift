import Glibc

/// Finds all whole frames of a FLAC file by decoding them, whatever its metadata say, whatever is between the frames, and whether or
/// not rate, channels and bits stay the same.
struct FLACFrameSearch {
    /// A frame whose checksums are right.
    struct Frame: Sendable {
        /// Where it is, in bytes from the start of the file.
        let offset: UInt64
        let byteCount: Int
        let hasSampleNumber: Bool
        /// Samples of one channel.
        let blockSize: Int
        /// The number in its header.
        let number: UInt64
        let form: Form
        /// Its CRC-16.
        let checksum: UInt16
        /// Whether a new stream begins with it: the marker `fLaC` is between it and the frame before.
        let followsMarker: Bool

        var end: UInt64 { offset + UInt64(byteCount) }
    }

    /// What the frames of a stream share.
    struct Form: Sendable, Equatable {
        /// 0 if nothing says it.
        let sampleRate: UInt32
        let channels, bitsPerSample: Int
    }

    /// Bytes that are held at a time: more than any frame has.
    private static let windowByteCount = 16 << 20
    /// How many times the bytes of the file may be decoded in vain, so that time stays linear whatever they are.
    private static let futileReadings: UInt64 = 8

    /// The frames so far.
    private(set) var frames: [Frame] = []
    private let stream: CodedStream
    private let hints: FLACStreamHints
    private let decoders = FLACFrameDecoders()
    private var window: [UInt8] = []
    private var windowOffset: UInt64
    private var futileByteCount: UInt64 = 0

    /// Finds the frames of `stream` from byte `offset` on. What their headers leave to STREAMINFO is taken from `hints`. Stops behind
    /// the first `limit` frames.
    init(
        _ stream: CodedStream, from offset: UInt64, hints: FLACStreamHints, limit: Int = .max
    ) throws(AudioCodingError) {
        self.stream = stream
        self.hints = hints
        windowOffset = offset
        var position = offset
        while frames.count < limit {
            try fill(from: position)
            guard let index = nextSync(from: Int(clamping: position - min(windowOffset, position))) else {
                // The last byte may be the first of a frame.
                let end = windowOffset + UInt64(window.count)
                guard end < stream.byteCount else { return }
                position = max(end - 1, position + 1)
                continue
            }
            position = windowOffset + UInt64(index)
            try fill(from: position)
            let frame = try frame(at: Int(clamping: position - windowOffset))
            if let frame { frames.append(frame) }
            position = frame?.end ?? position + 1
            guard futileByteCount / Self.futileReadings <= stream.byteCount else { return }
        }
    }

    /// Whether there is a frame header at byte `offset` of `stream`.
    static func hasHeader(at offset: UInt64, of stream: CodedStream) throws(AudioCodingError) -> Bool {
        let bytes = try stream.bytes(from: offset, atMost: FLACFrameHeader.maximumByteCount, of: .flac)
        return bytes.withUnsafeBytes { FLACBareHeader($0) } != nil
    }

    /// Makes the window hold half of itself from `position` on, or all to the end of the file.
    private mutating func fill(from position: UInt64) throws(AudioCodingError) {
        let end = windowOffset + UInt64(window.count)
        guard position >= windowOffset, end < stream.byteCount,
            position >= end || end - position < UInt64(Self.windowByteCount / 2)
        else { return }
        window = try stream.bytes(from: position, atMost: Self.windowByteCount, of: .flac)
        windowOffset = position
    }

    /// The next place in the window, from `start` on, with the bits that every frame begins with.
    private func nextSync(from start: Int) -> Int? {
        window.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var start = start
            while start < bytes.count, let hit = memchr(base + start, 0xFF, bytes.count - start) {
                let index = UnsafeRawPointer(hit) - base
                if index + 1 < bytes.count, bytes[index + 1] & 0xFE == 0xF8 { return index }
                start = index + 1
            }
            return nil
        }
    }

    /// The frame that begins at `index` of the window; nil if none does.
    private mutating func frame(at index: Int) throws(AudioCodingError) -> Frame? {
        let before = frames.last
        guard index < window.count,
            let header = window.withUnsafeBytes({ FLACBareHeader(.init(rebasing: $0[index...])) })
        else { return nil }
        let form = Form(
            sampleRate: header.sampleRate ?? before?.form.sampleRate ?? hints.info?.sampleRate ?? 0,
            channels: header.channels,
            bitsPerSample: header.bitsPerSample ?? before?.form.bitsPerSample ?? hints.info?.bitsPerSample ?? 0)
        guard FLACEncoder.bits.contains(form.bitsPerSample) else { return nil }
        // Twice the samples without any coding, and room for headers.
        let limit = 2 * header.blockSize * form.channels * (form.bitsPerSample + 1) / 8 + 1024
        let end = min(index + limit, window.count)
        let decoder = try decoders.decoder(of: form)
        let byteCount = window.withUnsafeBytes { bytes in
            decoders.byteCount(of: .init(rebasing: bytes[index..<end]), header, by: decoder)
        }
        guard let byteCount, byteCount >= 2 else {
            futileByteCount += decoder.readByteCount
            return nil
        }
        let offset = windowOffset + UInt64(index)
        let frameEnd = index + byteCount
        return Frame(
            offset: offset, byteCount: byteCount, hasSampleNumber: header.hasSampleNumber,
            blockSize: header.blockSize, number: header.number, form: form,
            checksum: UInt16(window[frameEnd - 2]) << 8 | UInt16(window[frameEnd - 1]),
            followsMarker: try hasMarker(between: before?.end, and: offset))
    }

    /// Whether the marker `fLaC` is near `end`, the end of a frame, and before `offset`.
    private func hasMarker(between end: UInt64?, and offset: UInt64) throws(AudioCodingError) -> Bool {
        guard let end, end < offset else { return false }
        let bytes = try stream.bytes(from: end, atMost: Int(clamping: min(offset - end, 64 << 10)), of: .flac)
        return bytes.withUnsafeBytes { FLACStreamHints.marker(in: $0) } != nil
    }
}

/// Decoders of frames of several forms.
final class FLACFrameDecoders {
    private var decoders: [Int: FLACDecoder] = [:]
    /// Room for the samples of one frame.
    private var samples: [UInt8] = []

    /// The decoder of frames of `form`; their rate does not matter.
    func decoder(of form: FLACFrameSearch.Form) throws(AudioCodingError) -> FLACDecoder {
        let key = form.channels << 8 | form.bitsPerSample
        if let decoder = decoders[key] { return decoder }
        let decoder = try FLACDecoder(
            streamInfo: FLACStreamInfo(
                minimumBlockSize: 16, maximumBlockSize: 65_535, sampleRate: max(form.sampleRate, 1),
                channels: form.channels, bitsPerSample: form.bitsPerSample))
        decoders[key] = decoder
        return decoder
    }

    /// Bytes of the frame that `bytes` begin with, whose header is `header`; nil if it is not whole.
    func byteCount(of bytes: UnsafeRawBufferPointer, _ header: FLACBareHeader, by decoder: FLACDecoder) -> Int? {
        let byteCount = header.blockSize * header.channels * decoder.outputBytesPerSample
        if samples.count < byteCount { samples = [UInt8](repeating: 0, count: byteCount) }
        return samples.withUnsafeMutableBytes {
            try? decoder.decode(front: bytes, blockSize: header.blockSize, into: $0)
        }
    }
}
