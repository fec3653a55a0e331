import Foundation
import TestSupport
import Testing

extension Mounts {
    /// The view `coded`, and `SHA256SUMS`, of stores that `zarrwlr import` has made.
    @Suite(.timeLimit(.minutes(5))) struct `Coded files of a mount` {
        private static let hasTools =
            ["ffmpeg", "ffprobe", "flac", "opusdec", "opusinfo", "sha256sum"].allSatisfy(isInstalled)

        /// Streams of Tests/Fixtures/coded that are stored as they are.
        private static let copies = [
            "stereo16.flac", "variable.flac", "cbr.mp3", "joint.mp2", "lowrate.ogg", "stereo.opus", "surround6.opus",
            "long60.opus", "short2_5.opus", "spread.opus", "gain768.opus", "mono.aac",
        ]

        /// Mounts a store with copies of the fixtures in the group `copies`, and a WAV file of 25 s in `flac` and in `opus`.
        private static func withMount<T>(
            _ arguments: [String] = ["-o", "views=coded"], _ body: (MountedStore) throws -> T
        ) throws -> T {
            try TestFiles.withTemporaryDirectory { directory in
                let store = directory.appending(path: "a.zarr").path
                let wave = directory.appending(path: "dawn_20250618_050000.wav")
                try Data(sweep.bytes).write(to: wave)
                for (group, sources) in [
                    ("copies", copies.map { TestFiles.fixtures.appending(path: "coded/\($0)").path }),
                    ("flac", [wave.path]), ("opus", [wave.path]),
                ] {
                    let codec = group == "opus" ? ["--codec", "opus"] : []
                    let result = try run(Imports.program, ["import", "\(store)::\(group)"] + codec + sources)
                    try #require(result.status == 0, "\(result.errors)")
                }
                return try MountedStore.with(store, arguments, body)
            }
        }

        /// A WAV file of 25 s that is not a whole number of packets long.
        private static var sweep: WaveBuilder {
            var builder = WaveBuilder()
            builder.addFormat()
            let samples = (0..<1_200_017).map { Int16(8_000 * sin(Double($0 * $0 % 9_000_000) / 3e6)) }
            builder.add("data", samples.flatMap { WaveBuilder.littleEndian($0) })
            return builder
        }

        /// The samples that ffmpeg decodes from the file at `path`, as 32-bit integers; Opus by libopus.
        private static func decoded(_ path: String) throws -> Data {
            let decoder = path.hasSuffix(".opus") ? ["-c:a", "libopus"] : []
            let result = try run(
                URL(filePath: "/usr/bin/env"),
                ["ffmpeg", "-v", "error"] + decoder + [
                    "-i", path, "-f", path.hasSuffix(".opus") ? "s16le" : "s32le", "-",
                ])
            try #require(result.status == 0, "\(result.errors)")
            return result.output
        }

        @Test(.enabled(if: hasTools, "needs ffmpeg, flac and opus-tools"))
        func `other decoders get the samples of the WAV from coded Opus and FLAC`() throws {
            try Self.withMount { mounted in
                for file in ["flac/dawn_20250618_050000", "opus/dawn_20250618_050000"] {
                    let coded = mounted.file("coded/\(file).\(file.prefix(4))").path
                    let wave = try run(
                        "ffmpeg", "-v", "error", "-i", mounted.file("\(file).wav").path, "-f",
                        coded.hasSuffix(".opus") ? "s16le" : "s32le", "-"
                    ).output
                    let isSame = try Self.decoded(coded) == wave
                    #expect(isSame, "\(coded)")
                }
                try #expect(
                    run("flac", "-t", "-s", mounted.file("coded/flac/dawn_20250618_050000.flac").path).status == 0)
                for name in Self.copies.filter({ $0.hasSuffix(".opus") }) {
                    let wave = name.replacing(".opus", with: ".wav")
                    let samples = try run(
                        "ffmpeg", "-v", "error", "-i", mounted.file("copies/\(wave)").path, "-f", "s16le", "-"
                    ).output
                    let isSame = try Self.decoded(mounted.file("coded/copies/\(name)").path) == samples
                    #expect(isSame, "\(name)")
                }
            }
        }

        @Test(.enabled(if: hasTools, "needs ffmpeg, flac and opus-tools"))
        func `opusinfo and opusdec find nothing wrong with coded Opus, and the tags are the facts`() throws {
            try Self.withMount { mounted in
                let file = mounted.file("coded/opus/dawn_20250618_050000.opus").path
                let info = try run("opusinfo", file)
                #expect(info.status == 0)
                #expect(!info.text.contains("WARNING"))
                #expect(info.text.contains("TITLE=dawn_20250618_050000.wav"))
                #expect(info.text.contains("DATE=2025-06-18T05:00:00"))
                #expect(info.text.contains("Playback length: 0m:25.000s"))
                try #expect(run("opusdec", "--quiet", file, "/dev/null").status == 0)
                let tags = try run(
                    "ffprobe", "-v", "error", "-show_entries", "format_tags",
                    mounted.file(
                        "coded/flac/dawn_20250618_050000.flac"
                    ).path)
                #expect(tags.text.contains("DATE=2025-06-18T05:00:00"))
            }
        }

        @Test(.enabled(if: hasTools, "needs ffmpeg, flac and opus-tools"))
        func `a player can seek in coded files`() throws {
            try Self.withMount { mounted in
                let flac = mounted.file("coded/flac/dawn_20250618_050000.flac").path
                let opus = mounted.file("coded/opus/dawn_20250618_050000.opus").path
                let whole = try Self.decoded(flac)
                for second in [1, 7, 20] {
                    let part = try run(
                        "ffmpeg", "-v", "error", "-ss", "\(second)", "-i", flac, "-t", "1", "-f", "s32le", "-"
                    ).output
                    let start = second * 48_000 * 4
                    let isSame = part.elementsEqual(whole.dropFirst(start).prefix(48_000 * 4))
                    #expect(isSame, "from \(second) s")
                    // A decoder that begins within a stream of Opus gives other bits at first.
                    let other = try run(
                        "ffmpeg", "-v", "error", "-ss", "\(second)", "-i", opus, "-t", "1", "-f", "s16le", "-")
                    #expect(other.output.count == 96_000)
                    #expect(other.errors.isEmpty)
                }
            }
        }

        @Test(.enabled(if: isInstalled("sha256sum"), "needs sha256sum"))
        func `sha256sum proves the files of a mount that are source files`() throws {
            try Self.withMount { mounted in
                for (path, names) in [
                    ("flac", ["dawn_20250618_050000.wav"]),
                    ("coded/copies", ["cbr.mp3", "joint.mp3", "lowrate.ogg", "stereo16.flac", "variable.flac"]),
                ] {
                    let folder = mounted.file(path).path
                    let result = try run("sh", "-c", "cd '\(folder)' && sha256sum -c --strict SHA256SUMS")
                    #expect(result.status == 0, "\(result.errors)")
                    #expect(result.text == names.map { "\($0): OK" }.joined(separator: "\n"))
                    let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/SHA256SUMS")[.size] as? Int
                    #expect(try mounted.bytes("\(path)/SHA256SUMS").count == size)
                }
                for path in ["copies", "opus", "coded/flac", "coded/opus"] {
                    #expect(!FileManager.default.fileExists(atPath: mounted.file("\(path)/SHA256SUMS").path), "\(path)")
                }
            }
        }

        @Test func `coded files are the same in every mount, and in ranges of any size`() throws {
            try Self.withMount { mounted in
                #expect(try mounted.names("coded/copies").count == Self.copies.count)
                for path in [
                    "coded/opus/dawn_20250618_050000.opus", "coded/copies/short2_5.opus", "coded/copies/lowrate.ogg",
                ] {
                    let whole = try mounted.bytes(path)
                    let file = try MountedFile(mounted.file(path).path)
                    var random = RepeatableRandom(seed: 3)
                    for _ in 0..<200 {
                        let range = random.range(within: UInt64(whole.count), longest: 50_000)
                        let bytes = try file.bytes(range)
                        let isSame = whole.has(bytes, in: range)
                        #expect(isSame, "\(path) \(range)")
                    }
                }
            }
        }
    }
}
