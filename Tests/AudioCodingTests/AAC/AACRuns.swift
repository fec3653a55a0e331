import TestSupport

@testable import AudioCoding

/// The frames of an ADTS stream, decoded in runs.
struct AACRuns {
    let frames: [[UInt8]]

    init(_ bytes: [UInt8]) throws {
        frames = try adtsFrames(of: bytes).map { frame in bytes.with(frame) { Array($0) } }
    }

    /// The form of the frames `range`.
    func form(of range: Range<Int>) -> AACNoiselessForm? { Self.form(of: frames[range]) }

    static func form(of frames: some Sequence<[UInt8]>) -> AACNoiselessForm? {
        // Each in a buffer of its very size, so that sanitizers find what is read beyond it.
        let buffers = frames.map { frame in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: frame.count, alignment: 1)
            buffer.copyBytes(from: frame)
            return buffer
        }
        defer { for buffer in buffers { buffer.deallocate() } }
        return AACNoiselessForm(of: buffers.map { UnsafeRawBufferPointer($0) })
    }

    /// The samples of the frames `range` but the first, which `decoder` is only set up by.
    func samples(of range: Range<Int>, by decoder: AACDecoder) throws -> [UInt8] {
        try Self.samples(of: frames[range], by: decoder)
    }

    static func samples(of frames: some Sequence<[UInt8]>, by decoder: AACDecoder) throws -> [UInt8] {
        try withOutput { output in
            try frames.enumerated().flatMap { number, frame in
                let count = try frame.withUnsafeBytes { try decoder.decode($0, into: output) }
                return number == 0 ? [] : Array(output[..<(count * 2 * (decoder.format?.channels ?? 0))])
            }
        }
    }
}
