import Foundation
import TestSupport
import Testing
import WaveFile

extension Mounts {
    /// Numeric arrays with a sample rate, which are recordings without any coding.
    @Suite struct `An array of samples` {
        /// A type of elements, and the resulting samples.
        struct Kind: Sendable, CustomTestStringConvertible {
            let type: String
            var bits: Int?
            let size: Int
            let encoding: SampleEncoding
            /// ffmpeg's name for the samples of the WAV.
            let ffmpegName: String

            var testDescription: String { bits.map { "\(type), \($0) bits" } ?? type }

            /// The bytes in the WAV for little-endian `elements`.
            func wave(_ elements: [UInt8]) -> [UInt8] {
                if type == "int8" { return elements.map { $0 &+ 128 } }
                guard encoding.bytes < size else { return elements }
                return elements.enumerated().filter { $0.offset % size < encoding.bytes }.map(\.element)
            }
        }

        static let kinds = [
            Kind(type: "int8", size: 1, encoding: .unsigned8, ffmpegName: "pcm_u8"),
            Kind(type: "uint8", size: 1, encoding: .unsigned8, ffmpegName: "pcm_u8"),
            Kind(type: "int16", size: 2, encoding: .integer16, ffmpegName: "pcm_s16le"),
            Kind(type: "int32", bits: 24, size: 4, encoding: .integer24, ffmpegName: "pcm_s24le"),
            Kind(type: "int32", size: 4, encoding: .integer32, ffmpegName: "pcm_s32le"),
            Kind(type: "float32", size: 4, encoding: .float32, ffmpegName: "pcm_f32le"),
            Kind(type: "float64", size: 8, encoding: .float64, ffmpegName: "pcm_f64le"),
        ]

        @Test(arguments: kinds, ["little", "big"])
        func `an array of samples is shown as a WAV of the same samples, whatever its type and byte order`(
            _ kind: Kind, _ endian: String
        ) throws {
            let sampleCount = 4_097
            let elements = elements(sampleCount * kind.size)
            var attributes: [String: Any] = ["sample_rate": 250_000]
            attributes["bits_per_sample"] = kind.bits
            try MountedStore.with { store in
                try store.addArray(
                    "night", shape: [sampleCount], type: kind.type,
                    bytes: endian == "big" ? reversed(elements, size: kind.size) : elements, attributes: attributes,
                    endian: endian)
            } _: { mount in
                let format = try #require(
                    WaveFormat(sampleRate: 250_000, channels: 1, encoding: kind.encoding))
                let header = try #require(WaveHeader(format: format, sampleCount: UInt64(sampleCount)))
                let samples = kind.wave(elements)
                #expect(
                    try mount.bytes("night.wav")
                        == header.bytes + samples + [UInt8](repeating: 0, count: samples.count % 2))
                let probe = try run(
                    "ffprobe", "-v", "error", "-show_entries", "stream=codec_name,sample_rate,duration_ts", "-of",
                    "csv=p=0", mount.file("night.wav").path)
                #expect(probe.text == "\(kind.ffmpegName),250000,\(sampleCount)")
            }
        }

        @Test func `an array of samples may be samples by channels, or channels by samples`() throws {
            let elements: [UInt8] = [0, 1, 10, 11, 20, 21, 30, 31, 40, 41]
            let interleaved = elements.flatMap { [$0, UInt8(0)] }
            let planar = elements.sorted { ($0 % 10, $0) < ($1 % 10, $1) }.flatMap { [$0, UInt8(0)] }
            let rate: [String: Any] = ["sampling_rate": 48_000]
            try MountedStore.with { store in
                try store.addArray("long", shape: [5, 2], type: "int16", bytes: interleaved, attributes: rate)
                try store.addArray("wide", shape: [2, 5], type: "int16", bytes: planar, attributes: rate)
                try store.addArray(
                    "counted", shape: [2, 5], type: "int16", bytes: interleaved,
                    attributes: ["samplerate": 48_000, "channels": 5])
                try store.addArray(
                    "named", shape: [2, 5], type: "int16", bytes: interleaved, attributes: rate,
                    dimensionNames: ["time", "channel"])
            } _: { mount in
                try #expect(mount.bytes("long.wav").dropFirst(44) == interleaved[...])
                try #expect(mount.bytes("wide.wav").dropFirst(44) == interleaved[...])
                for name in ["long", "wide"] {
                    try #expect(run("soxi", "-c", mount.file("\(name).wav").path).text == "2")
                }
                for name in ["counted", "named"] {
                    try #expect(mount.bytes("\(name).wav").dropFirst(44) == interleaved[...])
                    try #expect(run("soxi", "-c", mount.file("\(name).wav").path).text == "5")
                }
            }
        }

        @Test func `an array of a type or shape that WAV does not have is named as a problem`() throws {
            let types = ["uint16", "int64", "float16", "complex64", "bool"]
            let rate: [String: Any] = ["sample_rate": 48_000]
            try MountedStore.with { store in
                for type in types {
                    try store.addArray(type, shape: [8], type: type, bytes: nil, attributes: rate)
                }
                try store.addArray("cube", shape: [2, 2, 2], type: "int16", bytes: nil, attributes: rate)
                try store.addArray(
                    "crowd", shape: [2, 70_000], type: "int16", bytes: nil, attributes: rate,
                    dimensionNames: ["time", "channel"])
                try store.addArray("still", shape: [8], type: "int16", bytes: nil, attributes: ["sample_rate": 0])
                try store.addArray("no audio", shape: [8], type: "int16", bytes: nil)
                try store.addArray("good", shape: [8], type: "int16", bytes: nil, attributes: rate)
            } _: { mount in
                try #expect(mount.names() == ["good.wav"])
                let problems = try mount.text(".zarrwlr/problems.txt").split(separator: "\n")
                #expect(problems.count == types.count + 3)
                for name in types + ["cube", "crowd", "still"] {
                    #expect(problems.contains { $0.hasPrefix("/\(name): ") }, "\(name)")
                }
            }
        }

        /// Reads RF64 in Python: every chunk, and the last samples, at the place given by `ds64`.
        private static let rf64Script = """
            import struct, sys
            file = open(sys.argv[1], 'rb')
            assert file.read(4) == b'RF64' and file.read(4) == b'\\xff' * 4 and file.read(4) == b'WAVE'
            assert file.read(8) == b'ds64' + struct.pack('<I', 28)
            riff, data, samples, table = struct.unpack('<QQQI', file.read(28))
            assert file.read(8) == b'fmt ' + struct.pack('<I', 16)
            tag, channels, rate, byte_rate, align, bits = struct.unpack('<HHIIHH', file.read(16))
            assert file.read(8) == b'data' + b'\\xff' * 4
            start = file.tell()
            size = file.seek(0, 2)
            assert (riff, table) == (size - 8, 0) and start + data == size and byte_rate == rate * align
            file.seek(start + data - 4)
            print(tag, channels, rate, bits, samples, *struct.unpack('<2h', file.read(4)), sep=',')
            """

        /// Reads the last samples with libsndfile; sndfile-info would read all 6 GB to find the loudest sample.
        private static let sndfileScript = """
            import ctypes, ctypes.util, sys
            class Info(ctypes.Structure):
                _fields_ = [('frames', ctypes.c_int64)] + [
                    (name, ctypes.c_int) for name in ('rate', 'channels', 'format', 'sections', 'seekable')]
            library = ctypes.CDLL(ctypes.util.find_library('sndfile'))
            library.sf_open.restype = ctypes.c_void_p
            library.sf_seek.restype = library.sf_readf_short.restype = ctypes.c_int64
            info, samples = Info(), (ctypes.c_short * 2)()
            file = ctypes.c_void_p(library.sf_open(sys.argv[1].encode(), 0x10, ctypes.byref(info)))
            assert library.sf_seek(file, ctypes.c_int64(info.frames - 2), 0) == info.frames - 2
            assert library.sf_readf_short(file, samples, ctypes.c_int64(2)) == 2
            print(info.frames, info.rate, *samples, sep=',')
            """

        /// SoX reads such files as well, but it reads all of an RF64 file when it opens it, also on a disk, which takes a minute here.
        @Test(arguments: ["ffmpeg", "libsndfile", "python3"])
        func `tools read an RF64 file of over 4 GiB correctly to its end`(by tool: String) throws {
            let program = tool == "libsndfile" ? "python3" : tool
            try #require(isInstalled(program), "make deps installs it")
            let (sampleCount, chunk) = (3_000_000_000, 1_000_000)
            try MountedStore.with { store in
                try store.addArray(
                    "long", shape: [sampleCount], type: "int16", bytes: nil, chunks: [chunk],
                    attributes: ["sample_rate": 48_000])
                // All chunks but the last are missing, which means silence.
                try store.writeChunk(
                    [sampleCount / chunk - 1], of: "long",
                    bytes: [UInt8](repeating: 0, count: 2 * chunk - 4) + [1, 0, 2, 0])
            } _: { mount in
                let path = mount.file("long.wav").path
                switch tool {
                case "ffmpeg":
                    let tail = try run(
                        "ffmpeg", "-v", "error", "-nostdin", "-ss", "62499.999", "-i", path, "-f", "s16le", "-"
                    )
                    .output
                    #expect(tail.count == 96)
                    #expect(Array(tail.suffix(6)) == [0, 0, 1, 0, 2, 0])
                case "libsndfile":
                    let result = try run("python3", "-c", Self.sndfileScript, path)
                    #expect(result.text == "\(sampleCount),48000,1,2", "\(result.errors)")
                default:
                    let result = try run("python3", "-c", Self.rf64Script, path)
                    #expect(result.text == "1,1,48000,16,\(sampleCount),1,2", "\(result.errors)")
                }
            }
        }

        private func elements(_ count: Int) -> [UInt8] {
            var random = RepeatableRandom(seed: 21)
            return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }

        private func reversed(_ elements: [UInt8], size: Int) -> [UInt8] {
            stride(from: 0, to: elements.count, by: size).flatMap { elements[$0..<$0 + size].reversed() }
        }
    }
}
