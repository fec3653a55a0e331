import AudioCoding
import Foundation
import Support
import TestSupport
import Testing

struct FLACEncoderTests {
    struct Form: CustomTestStringConvertible, Sendable {
        let bits: Int
        let channels: Int
        let sampleRate: UInt32
        var testDescription: String { "\(bits) bits, \(channels) channels, \(sampleRate) Hz" }
    }

    static let forms = [
        Form(bits: 8, channels: 1, sampleRate: 22_050), Form(bits: 12, channels: 2, sampleRate: 44_100),
        Form(bits: 16, channels: 1, sampleRate: 250_000), Form(bits: 16, channels: 2, sampleRate: 48_000),
        Form(bits: 16, channels: 8, sampleRate: 96_000), Form(bits: 20, channels: 2, sampleRate: 48_000),
        Form(bits: 24, channels: 1, sampleRate: 312_500), Form(bits: 24, channels: 6, sampleRate: 384_000),
        Form(bits: 16, channels: 1, sampleRate: 655_350), Form(bits: 16, channels: 1, sampleRate: 250_001),
        Form(bits: 4, channels: 3, sampleRate: 1), Form(bits: 32, channels: 2, sampleRate: 48_000),
        Form(bits: 28, channels: 1, sampleRate: 96_000),
    ]

    private static func encode(
        _ samples: SampleBuffer, _ form: Form, blockSize: Int = 4096, threads: Int = 1
    ) throws -> (encoder: FLACEncoder, frames: [EncodedFrame]) {
        let encoder = try FLACEncoder(
            bits: form.bits, channels: form.channels, sampleRate: form.sampleRate, blockSize: blockSize,
            threads: threads)
        var frames: [EncodedFrame] = []
        for piece in Signal.pieces(samples) { frames += try encoder.encode(piece) }
        return (encoder, try frames + encoder.finish(md5: try md5(samples)))
    }

    /// The digest for STREAMINFO, which is that of signed samples; samples of up to 8 bits are unsigned here.
    private static func md5(_ samples: SampleBuffer) throws -> [UInt8] {
        let digest = try #require(MessageDigest(.md5))
        digest.update(samples.format.byteCount == 1 ? samples.byteArray.map { $0 ^ 0x80 } : samples.byteArray)
        return digest.finish()
    }

    @Test(arguments: forms) func `encoded FLAC decodes to the same samples`(_ form: Form) throws {
        let samples = Signal.integers(bits: form.bits, channels: form.channels, count: 10_000)
        let (encoder, frames) = try Self.encode(samples, form)
        #expect(frames.map(\.sampleCount) == [4096, 4096, 1808])
        #expect(try Decoding.flac(frames.map(\.bytes), encoder.streamInfo) == samples.byteArray)
    }

    @Test func `the header of a finished FLAC stream has samples, frame sizes and the given MD5`() throws {
        let form = Form(bits: 16, channels: 2, sampleRate: 48_000)
        let encoder = try FLACEncoder(bits: 16, channels: 2, sampleRate: 48_000)
        let before = encoder.header
        // The magic and one metadata block: 4 bytes of header, 34 of STREAMINFO.
        #expect(before.count == 42)
        #expect(encoder.streamInfo.totalSamples == nil)
        #expect(encoder.streamInfo.md5 == nil)

        let samples = Signal.integers(bits: 16, channels: 2, count: 10_000)
        let (finished, frames) = try Self.encode(samples, form)
        #expect(finished.header.count == before.count)
        #expect(finished.streamInfo.totalSamples == 10_000)
        #expect(finished.streamInfo.minimumBlockSize == 4096)
        #expect(finished.streamInfo.maximumBlockSize == 4096)
        #expect(finished.streamInfo.minimumFrameByteCount == frames.map(\.bytes.count).min())
        #expect(finished.streamInfo.maximumFrameByteCount == frames.map(\.bytes.count).max())
        let sum = try runChecked(["md5sum"], input: Data(samples.byteArray)).text.prefix(32)
        #expect(
            finished.streamInfo.md5?.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() ?? ""
                == sum)
        let stream = CodedStream(finished.header + frames.flatMap(\.bytes))
        #expect(try FLACMetadata(of: stream).firstFrameOffset == 42)
    }

    @Test(.enabled(if: MediaTools.arePresent, MediaTools.comment), arguments: forms)
    func `flac accepts an encoded stream, and ffmpeg decodes it to the same samples`(_ form: Form) throws {
        let samples = Signal.integers(bits: form.bits, channels: form.channels, count: 10_000)
        let (encoder, frames) = try Self.encode(samples, form)
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.flac")
            try Data(encoder.header + frames.flatMap(\.bytes)).write(to: path)
            let test = try runChecked(["flac", "-t", "--warnings-as-errors", path.path])
            #expect(!test.errors.contains("cannot check MD5"))
            // ffmpeg scales samples that do not fill whole bytes, and version 5 does not decode 32 bits.
            guard form.bits % 8 == 0, form.bits < 32 else { return }
            let raw = form.bits == 8 ? "u8" : "s\(form.bits)le"
            #expect(
                try runChecked(["ffmpeg", "-v", "error", "-i", path.path, "-f", raw, "-"]).output
                    == Data(samples.byteArray))
        }
    }

    /// Long enough for several segments of about a megabyte, and with small blocks for frame numbers of one to three bytes.
    @Test(
        .enabled(if: MediaTools.arePresent, MediaTools.comment),
        arguments: [(1, 1_200_000, 4096), (2, 700_000, 4096), (6, 120_001, 16), (1, 1_048_576, 512)])
    func `a FLAC stream of several segments is one stream, and the same with any number of threads`(
        channels: Int, count: Int, blockSize: Int
    ) throws {
        let form = Form(bits: 16, channels: channels, sampleRate: 48_000)
        let samples = Signal.integers(bits: 16, channels: channels, count: count)
        let (encoder, frames) = try Self.encode(samples, form, blockSize: blockSize)
        let stream = encoder.header + frames.flatMap(\.bytes)
        for threads in [2, 5] {
            let other = try Self.encode(samples, form, blockSize: blockSize, threads: threads)
            #expect(other.encoder.header + other.frames.flatMap(\.bytes) == stream)
        }
        #expect(frames.dropLast().allSatisfy { $0.sampleCount == blockSize })
        #expect(frames.reduce(0) { $0 + $1.sampleCount } == count)
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.flac")
            try Data(stream).write(to: path)
            _ = try runChecked(["flac", "-t", "--warnings-as-errors", path.path])
            let decoded = try runChecked([
                "flac", "-dcs", "--force-raw-format", "--endian=little", "--sign=signed", path.path,
            ])
            #expect(decoded.output == Data(samples.byteArray))
        }
    }

    @Test func `no samples are encoded to a FLAC stream without frames`() throws {
        let encoder = try FLACEncoder(bits: 16, channels: 1, sampleRate: 48_000)
        #expect(try encoder.finish(md5: nil) == [])
        #expect(encoder.streamInfo.totalSamples == nil)
    }

    @Test func `samples that FLAC cannot hold are refused`() throws {
        #expect(throws: AudioCodingError.self) { try FLACEncoder(bits: 33, channels: 1, sampleRate: 48_000) }
        #expect(throws: AudioCodingError.self) { try FLACEncoder(bits: 3, channels: 1, sampleRate: 48_000) }
        #expect(throws: AudioCodingError.self) { try FLACEncoder(bits: 16, channels: 9, sampleRate: 48_000) }
        #expect(throws: AudioCodingError.self) { try FLACEncoder(bits: 16, channels: 0, sampleRate: 48_000) }
        #expect(throws: AudioCodingError.self) { try FLACEncoder(bits: 16, channels: 1, sampleRate: 655_351) }
        #expect(throws: AudioCodingError.self) { try FLACEncoder(bits: 16, channels: 1, sampleRate: 0) }
        #expect(throws: AudioCodingError.self) {
            try FLACEncoder(bits: 16, channels: 1, sampleRate: 48_000, blockSize: 15)
        }
        let encoder = try FLACEncoder(bits: 16, channels: 1, sampleRate: 48_000)
        #expect(throws: AudioCodingError.self) { try encoder.encode(Signal.floats([0])) }
        #expect(throws: AudioCodingError.self) {
            try encoder.encode(Signal.integers(bits: 16, channels: 2, count: 1))
        }
    }

    @Test func `a sample of more bits than announced is an error`() throws {
        let encoder = try FLACEncoder(bits: 12, channels: 1, sampleRate: 48_000)
        let samples = [UInt8](repeating: 0x7F, count: 2 * 5000).withUnsafeBytes {
            SampleBuffer(format: .integer(bits: 12), channels: 1, bytes: $0)
        }
        #expect(throws: AudioCodingError.self) {
            _ = try encoder.encode(samples)
            _ = try encoder.finish(md5: nil)
        }
    }
}
