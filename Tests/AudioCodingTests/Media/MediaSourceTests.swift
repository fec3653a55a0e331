import AudioCoding
import Foundation
import Support
import TestSupport
import Testing

/// Reads files of many containers, made from one signal, and compares the results with those of ffmpeg and ffprobe.
@Suite(.enabled(if: MediaTools.arePresent, MediaTools.comment))
struct MediaSourceTests {
    /// A file that ffmpeg makes with `arguments`.
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let arguments: [String]
        var codec: String
        var format: SampleFormat = .integer(bits: 16)
        /// ffmpeg's name for the format of the samples from `nextSamples`.
        var raw = "s16le"
        /// Samples of one channel beyond those of the source, in containers that do not say what is padding.
        var padding = 0

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "a.wav", arguments: [], codec: "pcm_s16le"),
        Case(name: "rf.wav", arguments: ["-rf64", "always"], codec: "pcm_s16le"),
        Case(name: "b8.wav", arguments: ["-c:a", "pcm_u8"], codec: "pcm_u8", format: .integer(bits: 8), raw: "u8"),
        Case(
            name: "b24.wav", arguments: ["-c:a", "pcm_s24le"], codec: "pcm_s24le", format: .integer(bits: 24),
            raw: "s24le"),
        Case(
            name: "b32.wav", arguments: ["-c:a", "pcm_s32le"], codec: "pcm_s32le", format: .integer(bits: 32),
            raw: "s32le"),
        Case(
            name: "f32.wav", arguments: ["-c:a", "pcm_f32le"], codec: "pcm_f32le", format: .float32, raw: "f32le"),
        Case(
            name: "f64.wav", arguments: ["-c:a", "pcm_f64le"], codec: "pcm_f64le", format: .float64, raw: "f64le"),
        Case(name: "a.w64", arguments: [], codec: "pcm_s16le"),
        Case(name: "a.aiff", arguments: [], codec: "pcm_s16be"),
        Case(name: "a.caf", arguments: [], codec: "pcm_s16be"),
        Case(name: "a.flac", arguments: ["-sample_fmt", "s16"], codec: "flac"),
        Case(
            name: "b24.flac", arguments: ["-sample_fmt", "s32"], codec: "flac", format: .integer(bits: 24),
            raw: "s24le"),
        Case(name: "a.oga", arguments: ["-c:a", "flac", "-sample_fmt", "s16"], codec: "flac"),
        Case(name: "flac.mkv", arguments: ["-c:a", "flac", "-sample_fmt", "s16"], codec: "flac"),
        Case(name: "flac.mp4", arguments: ["-c:a", "flac", "-sample_fmt", "s16", "-strict", "-2"], codec: "flac"),
        Case(name: "alac.m4a", arguments: ["-c:a", "alac", "-sample_fmt", "s16p"], codec: "alac"),
        Case(name: "a.m4a", arguments: ["-c:a", "aac"], codec: "aac", format: .float32, raw: "f32le"),
        Case(
            name: "a.aac", arguments: ["-c:a", "aac"], codec: "aac", format: .float32, raw: "f32le", padding: 1152),
        Case(name: "a.opus", arguments: ["-c:a", "libopus"], codec: "opus", format: .float32, raw: "f32le"),
        Case(name: "a.webm", arguments: ["-c:a", "libopus"], codec: "opus", format: .float32, raw: "f32le"),
        Case(name: "opus.mp4", arguments: ["-c:a", "libopus"], codec: "opus", format: .float32, raw: "f32le"),
        Case(name: "a.ogg", arguments: ["-c:a", "libvorbis"], codec: "vorbis", format: .float32, raw: "f32le"),
        Case(name: "a.mp3", arguments: ["-c:a", "libmp3lame"], codec: "mp3", format: .float32, raw: "f32le"),
    ]
    static let copied = cases.filter { ["flac", "aac", "opus"].contains($0.codec) }
    static let sampleCount = 48_000

    /// One second of stereo noise at 48 kHz, which is not a whole number of frames of any codec.
    private static func make(_ name: String, _ arguments: [String], in directory: URL) throws -> String {
        let path = directory.appending(path: name).path
        try runChecked(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=r=48000:d=1:a=0.3:seed=7"]
                + ["-f", "lavfi", "-i", "sine=f=1000:r=48000:d=1", "-filter_complex", "amerge=inputs=2"] + arguments
                + [path])
        return path
    }

    @Test(arguments: cases) func `a media stream is described and decoded as by ffmpeg`(_ file: Case) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = try Self.make(file.name, file.arguments, in: directory)
            let source = try MediaTools.open(path)
            #expect(source.streams.count == 1)
            #expect(source.stream.codec == file.codec)
            #expect(source.stream.sampleRate == 48_000)
            #expect(source.stream.channels == 2)
            #expect(source.stream.format == file.format)

            var bytes: [UInt8] = []
            while let samples = try source.nextSamples() {
                #expect(samples.format == file.format)
                bytes += samples.bytes
            }
            #expect(bytes.count == 2 * file.format.byteCount * (Self.sampleCount + file.padding))
            let expected = try runChecked(["ffmpeg", "-v", "error", "-i", path, "-f", file.raw, "-"]).output
            // This ffmpeg applies edit lists at the front, but not at the end.
            #expect(bytes.count <= expected.count && expected.count - bytes.count < 1024 * 2 * 4)
            #expect(expected.starts(with: bytes))
        }
    }

    @Test(arguments: copied) func `media packets are those that ffprobe finds, trimmed to the recording`(
        _ file: Case
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = try Self.make(file.name, file.arguments, in: directory)
            let source = try MediaTools.open(path)
            var packets: [MediaPacket] = []
            while let packet = try source.nextPacket() { packets.append(packet) }

            let listing = try runChecked(
                ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time,size,pos", "-of", "csv=nk=1:p=0", path])
            let expected = listing.text.split(separator: "\n").map { $0.split(separator: ",") }
                .filter { $0.count >= 3 }
            #expect(packets.count == expected.count)
            let header = file.codec == "aac" && !source.stream.configuration.isEmpty ? 7 : 0
            for (packet, fields) in zip(packets, expected) {
                #expect(packet.frame.bytes.count - header == Int(fields[1]))
                #expect(packet.offset == UInt64(fields[2]))
                let time = try #require(packet.presentationSample)
                #expect(abs(Double(time) / 48_000 - (Double(fields[0]) ?? .nan)) < 0.001)
            }
            let heard = packets.reduce(0) { $0 + $1.sampleCount - $1.startTrim - $1.endTrim }
            #expect(heard == Self.sampleCount + file.padding)
        }
    }

    @Test func `priming that Matroska announces is left out of packets and samples`() throws {
        let path = TestFiles.fixtures.appending(path: "coded/primed.mkv").path
        let source = try MediaTools.open(path)
        var bytes: [UInt8] = []
        while let samples = try source.nextSamples() { bytes += samples.bytes }
        // ffmpeg does not leave it out.
        let whole = try runChecked(["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-"]).output
        #expect(bytes.count == 4 * 12 * 1024)
        #expect(whole.dropFirst(4 * 1024).elementsEqual(bytes))

        let copied = try MediaTools.open(path)
        var heard = 0
        while let packet = try copied.nextPacket() { heard += packet.sampleCount - packet.startTrim - packet.endTrim }
        #expect(heard == 12 * 1024)
    }

    @Test(arguments: copied) func `the packets of a media file are a stream that decodes to the same samples`(
        _ file: Case
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = try Self.make(file.name, file.arguments, in: directory)
            let source = try MediaTools.open(path)
            var packets: [MediaPacket] = []
            while let packet = try source.nextPacket() { packets.append(packet) }
            let frames = packets.map(\.frame.bytes)
            let decoded: [UInt8]
            switch source.parser {
            case let parser as FLACPacketParser: decoded = try Decoding.flac(frames, parser.streamInfo)
            case is AACPacketParser: decoded = try Decoding.aac(frames)
            case let parser as OpusPacketParser: decoded = try Decoding.opus(frames, parser.head)
            default:
                Issue.record("there is no parser of its packets")
                return
            }
            let stride = decoded.count / packets.reduce(0) { $0 + $1.sampleCount }
            let start = packets.reduce(0) { $0 + $1.startTrim } * stride
            let end = decoded.count - packets.reduce(0) { $0 + $1.endTrim } * stride
            let raw = file.format == .float32 ? "s16le" : file.raw
            let decoder = file.codec == "opus" ? ["-c:a", "libopus"] : []
            let expected = try runChecked(["ffmpeg", "-v", "error"] + decoder + ["-i", path, "-f", raw, "-"]).output
            #expect(expected.starts(with: decoded[start..<end]))
        }
    }
}
