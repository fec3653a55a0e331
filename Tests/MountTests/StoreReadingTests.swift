import Foundation
import Support
import TestSupport
import Testing

extension Mounts {
    /// Stores of coded recordings, mounted by the program and read like any files.
    @Suite struct StoreReading {
        /// A coded stream of Tests/Fixtures/recordings.
        struct Stream: Sendable, CustomTestStringConvertible {
            let name: String
            let codec: String
            /// Whether every decoder gives the same samples, which is not so with noise substitution.
            let isExact: Bool
            let rate: Int
            let channels: Int

            var testDescription: String { name }
        }

        static let streams = [
            Stream(name: "fixed.flac", codec: "flac", isExact: true, rate: 16_000, channels: 1),
            Stream(name: "exact.aac", codec: "aac", isExact: true, rate: 44_100, channels: 2),
            Stream(name: "noise.aac", codec: "aac", isExact: false, rate: 44_100, channels: 2),
            Stream(name: "celt.opus", codec: "opus", isExact: true, rate: 48_000, channels: 1),
            Stream(name: "silk.opus", codec: "opus", isExact: true, rate: 48_000, channels: 1),
            Stream(name: "reservoir.mp3", codec: "mp3", isExact: true, rate: 44_100, channels: 2),
            Stream(name: "layer2.mp2", codec: "mp3", isExact: true, rate: 48_000, channels: 1),
            Stream(name: "clicks.ogg", codec: "vorbis", isExact: true, rate: 16_000, channels: 1),
        ]

        /// Mounts a store of `stream`, and calls `body` with the path of its file.
        static func withMounted<T>(
            _ stream: Stream, _ arguments: [String] = [], _ body: (String) throws -> T
        ) throws -> T {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
                let blob = try Data(contentsOf: TestFiles.fixtures.appending(path: "recordings/\(stream.name)"))
                try store.addRecording("0", codec: stream.codec, blob: Array(blob), fileName: "night.wav")
                return try MountedStore.with(directory.path, arguments) { try body($0.file("night.wav").path) }
            }
        }

        @Test(arguments: streams.filter(\.isExact))
        func `a file holds the samples of a whole decode by another decoder`(_ stream: Stream) throws {
            try Self.withMounted(stream) { path in
                let fixture = TestFiles.fixtures.appending(path: "recordings/\(stream.name)")
                let expected =
                    try stream.codec == "flac"
                    ? String(contentsOf: fixture.appendingPathExtension("sha256"), encoding: .utf8)
                        .trimmingCharacters(in: .newlines)
                    : ReferenceDecode.sha256(of: fixture)
                let samples = try MountedFile(path).allBytes().dropFirst(44)
                #expect(try Digest.sha256(Array(samples)) == expected)
            }
        }

        @Test(arguments: streams, [true, false])
        func `ten thousand ranges have the bytes of the whole file`(_ stream: Stream, isDirect: Bool) throws {
            let whole = try Self.withMounted(stream) { try MountedFile($0).allBytes() }
            try Self.withMounted(stream) { path in
                let file = try MountedFile(path, isDirect: isDirect)
                var random = RepeatableRandom(seed: 11)
                // Every read without the page cache decodes, so fewer of them are enough.
                for _ in 0..<(isDirect ? 200 : 10_000) {
                    let range = random.range(within: UInt64(whole.count), longest: 9_000)
                    guard whole.has(try file.bytes(range), in: range) else {
                        Issue.record("bytes \(range) differ")
                        return
                    }
                }
            }
        }

        @Test(arguments: streams)
        func `a file reads the same with any cache, with and without decoding ahead, and with any threads`(
            _ stream: Stream
        ) throws {
            let whole = try Self.withMounted(stream) { try MountedFile($0).allBytes() }
            for cache in ["0", "1", "256"] {
                for prefetch in ["", ",noprefetch"] {
                    for threads in ["1", "16"] {
                        let options = "cache_mb=\(cache),max_threads=\(threads)\(prefetch)"
                        try Self.withMounted(stream, ["-o", options]) { path in
                            let isSame = try run("cat", path).output.elementsEqual(whole)
                            #expect(isSame, "\(options)")
                            Parallel.forEach(count: 4, threads: 4) { reader in
                                var random = RepeatableRandom(seed: UInt64(reader))
                                for _ in 0..<5 {
                                    let range = random.range(within: UInt64(whole.count), longest: 200_000)
                                    let bytes = try? MountedFile(path, isDirect: true).bytes(range)
                                    let isSame = bytes.map { whole.has($0, in: range) } ?? false
                                    #expect(isSame, "\(options): bytes \(range)")
                                }
                            }
                        }
                    }
                }
            }
        }

        @Test(arguments: streams)
        func `eight readers at once read what one reads`(_ stream: Stream) throws {
            let whole = try Self.withMounted(stream) { try MountedFile($0).allBytes() }
            try Self.withMounted(stream, ["-o", "cache_mb=1"]) { path in
                Parallel.forEach(count: 8, threads: 8) { reader in
                    var random = RepeatableRandom(seed: UInt64(reader))
                    for _ in 0..<1_250 {
                        let range = random.range(within: UInt64(whole.count), longest: 9_000)
                        let bytes = try? MountedFile(path).bytes(range)
                        guard let bytes, whole.has(bytes, in: range) else {
                            Issue.record("reader \(reader): bytes \(range) differ")
                            return
                        }
                    }
                }
            }
        }

        @Test(arguments: streams)
        func `a file reads the same forward, backward, at random and byte by byte`(_ stream: Stream) throws {
            let forward = try Self.withMounted(stream) { try run("sha256sum", $0).text.prefix(64) }
            let backward = try Self.withMounted(stream) { path in
                let file = try MountedFile(path, isDirect: true)
                let count = UInt64(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
                let ends = stride(from: count, to: 0, by: -7_001).map { $0 }
                return try ends.map { try file.bytes(($0.subtracting(7_001) ?? 0)..<$0) }.reversed().flatMap(\.self)
            }
            #expect(try Digest.sha256(backward) == forward)
            let shuffled = try Self.withMounted(stream) { path in
                let file = try MountedFile(path)
                var random = RepeatableRandom(seed: 5)
                var whole = [UInt8](repeating: 0, count: backward.count)
                for start in stride(from: 0, to: whole.count, by: 3_001).shuffled(using: &random) {
                    let end = min(start + 3_001, whole.count)
                    whole.replaceSubrange(start..<end, with: try file.bytes(UInt64(start)..<UInt64(end)))
                }
                return whole
            }
            #expect(try Digest.sha256(shuffled) == forward)
            let bytes = try Self.withMounted(stream) { try run("dd", "if=\($0)", "bs=1", "status=none").output }
            #expect(try Digest.sha256(Array(bytes)) == forward)
        }

        @Test(arguments: streams.map(\.name), ["ffprobe", "soxi", "sndfile-info", "python3"])
        func `tools agree on the format and length of a file`(_ name: String, _ tool: String) throws {
            try #require(isInstalled(tool), "make deps installs it")
            let stream = try #require(Self.streams.first { $0.name == name })
            try Self.withMounted(stream) { path in
                let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
                let sampleCount = (size - 44) / (2 * stream.channels)
                let facts: String
                let expected: String
                switch tool {
                case "ffprobe":
                    facts = try run(
                        "ffprobe", "-v", "error", "-show_entries", "stream=codec_name,sample_rate,channels,duration_ts",
                        "-of", "csv=p=0", path
                    ).text
                    expected = "pcm_s16le,\(stream.rate),\(stream.channels),\(sampleCount)"
                case "soxi":
                    facts = try ["-r", "-c", "-b", "-s"].map { try run("soxi", $0, path).text }.joined(separator: ",")
                    expected = "\(stream.rate),\(stream.channels),16,\(sampleCount)"
                case "sndfile-info":
                    let text = try run("sndfile-info", path).text
                    facts = ["Sample Rate", "Frames", "Channels"].map { key in
                        let line = text.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
                        return line.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
                    }.joined(separator: ",")
                    expected = "\(stream.rate),\(sampleCount),\(stream.channels)"
                default:
                    let script =
                        "import sys,wave; w=wave.open(sys.argv[1]); print(w.getframerate(), w.getnchannels(), "
                        + "w.getsampwidth(), w.getnframes(), len(w.readframes(w.getnframes())), sep=',')"
                    facts = try run("python3", "-c", script, path).text
                    expected =
                        "\(stream.rate),\(stream.channels),2,\(sampleCount),\(sampleCount * 2 * stream.channels)"
                }
                #expect(facts == expected)
            }
        }

        @Test func `sox and ffmpeg cut what dd cuts`() throws {
            let stream = try #require(Self.streams.first { $0.name == "celt.opus" })
            try Self.withMounted(stream) { path in
                let samples = try run("dd", "if=\(path)", "bs=2", "skip=\(22 + 96_123)", "count=31001", "status=none")
                    .output
                #expect(samples.count == 62_002)
                #expect(try run("sox", path, "-t", "raw", "-", "trim", "96123s", "31001s").output == samples)
                let filter = "atrim=start_sample=96123:end_sample=\(96_123 + 31_001)"
                #expect(
                    try run("ffmpeg", "-v", "error", "-nostdin", "-i", path, "-af", filter, "-f", "s16le", "-").output
                        == samples)
            }
        }
    }

    /// The stores written by the Python package zarrwlr.
    @Suite(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
    struct SharedStores {
        @Test(arguments: Set(ExpectedRecording.all.map(\.store)).sorted())
        func `the shared stores show the expected recordings`(_ store: String) throws {
            let directory = try #require(SharedMaterial.directory)
            try MountedStore.with(directory.appending(path: "stores/\(store)").path) { mount in
                for expected in ExpectedRecording.all where expected.store == store {
                    let group = expected.path.split(separator: "/").dropLast().joined(separator: "/")
                    let path = mount.file("\(group)/\(expected.file)").path
                    guard let digest = expected.pcmSHA256, let rate = expected.waveRate,
                        let channels = expected.channels
                    else {
                        #expect(!FileManager.default.fileExists(atPath: path))
                        let problems = try String(contentsOf: mount.file(".zarrwlr/problems.txt"), encoding: .utf8)
                        #expect(problems.contains("/\(expected.path): "))
                        continue
                    }
                    let bytes = try MountedFile(path).allBytes()
                    #expect(bytes.count == 44 + expected.pcmByteCount)
                    if expected.codec != "aac" { #expect(try Digest.sha256(Array(bytes.dropFirst(44))) == digest) }
                    let facts = try ["-r", "-c", "-b"].map { try run("soxi", $0, path).text }
                    #expect(facts == ["\(rate)", "\(channels)", "\(expected.bits)"])
                }
            }
        }
    }
}
