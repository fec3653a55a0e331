import Foundation
import Glibc
import Recordings
import Support
import Synchronization
import SyntheticRecordings
import TestSupport
import Testing

@testable import VirtualFS

extension Mounts {
    /// The views of a mount, and clips by name.
    @Suite(.timeLimit(.minutes(5))) struct `A mount with views` {
        private static let start = "2024-09-03T23:30:00+02:00"
        private static let day = "by-date/2024/2024-09-03"

        /// Mounts a store of `stream`, whose file is called night.wav, with all views, and calls `body`.
        private static func withMounted<T>(
            _ stream: StoreReading.Stream, _ options: String = "views=all,part_size=128K",
            _ body: (MountedStore) throws -> T
        ) throws -> T {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
                let blob = try Data(contentsOf: TestFiles.fixtures.appending(path: "recordings/\(stream.name)"))
                try store.addRecording(
                    "0", codec: stream.codec, blob: Array(blob), fileName: "night.wav",
                    attributes: ["first_sample_time_stamp": start])
                return try MountedStore.with(directory.path, ["-o", options], body)
            }
        }

        @Test func `every view shows the recordings in its own folders, and inodes are the same in the next mount`()
            throws
        {
            let recordings: [Recording] = [
                .synthetic("0", source: "top.flac", start: Timestamp(iso8601: Self.start)),
                .synthetic("pond/mono/0", source: "a.opus", sampleCount: 100_000),
            ]
            var options = VolumeOptions()
            options.views = try ViewSelection("by-date:x10:parts")
            options.partByteCount = 1 << 17
            var found: [[String]] = []
            for _ in 0..<2 {
                let volume = Volume(Catalogue(recordings: recordings, problems: []), options: options, log: .silent)
                try MountedVolume.with(volume) { mountpoint in
                    let output = try run("find", mountpoint.path, "-mindepth", "1", "-printf", "%i %P\n").text
                    found.append(output.split(separator: "\n").map(String.init).sorted())
                }
            }
            #expect(found[0] == found[1])
            #expect(Set(found[0].map { $0.split(separator: " ")[0] }).count == found[0].count)
            let paths = found[0].map { String($0.split(separator: " ")[1]) }.filter { !$0.hasPrefix(".zarrwlr") }
            #expect(
                paths.sorted() == [
                    "by-date", "by-date/2024", Self.day, "\(Self.day)/top.wav", "by-date/unknown",
                    "by-date/unknown/a.wav", "parts", "parts/pond", "parts/pond/mono", "parts/pond/mono/a",
                    "parts/pond/mono/a/a_000.wav", "parts/pond/mono/a/a_001.wav", "parts/top", "parts/top/top_000.wav",
                    "pond", "pond/mono", "pond/mono/a.wav", "top.wav", "x10", "x10/pond", "x10/pond/mono",
                    "x10/pond/mono/a.wav", "x10/top.wav",
                ])
        }

        @Test(arguments: StoreReading.streams)
        func `views have the samples of the plain file, in any order of reads`(_ stream: StoreReading.Stream) throws {
            try Self.withMounted(stream) { mount in
                let plain = try mount.bytes("night.wav")
                let samples = try WaveSamples(of: plain).bytes
                let isSame = try mount.bytes("\(Self.day)/night.wav") == plain
                #expect(isSame)
                let isSlowSame = try WaveSamples(of: mount.bytes("x10/night.wav")).bytes == samples
                #expect(isSlowSame)
                var parts: [UInt8] = []
                for name in try mount.names("parts/night") {
                    let part = try mount.bytes("parts/night/\(name)")
                    #expect(part.count <= 128 << 10)
                    parts += try WaveSamples(of: part).bytes
                }
                let areSame = samples.elementsEqual(parts)
                #expect(areSame)
                var random = RepeatableRandom(seed: 3)
                for path in ["x10/night.wav", "parts/night/night_000.wav", "night.wav@0.1-0.9.wav"] {
                    let whole = try mount.bytes(path)
                    let file = try MountedFile(mount.file(path).path, isDirect: true)
                    for _ in 0..<100 {
                        let range = random.range(within: UInt64(whole.count), longest: 9_000)
                        let isRight = whole.has(try file.bytes(range), in: range)
                        #expect(isRight, "\(path): \(range)")
                    }
                }
            }
        }

        @Test(arguments: StoreReading.streams)
        func `a clip has the samples that sox cuts out of the whole file`(_ stream: StoreReading.Stream) throws {
            try Self.withMounted(stream) { mount in
                let plain = mount.file("night.wav").path
                for (clip, trim) in [
                    ("0.25-0.5", ["0.25", "=0.5"]), ("00:00:00.1+0.3s", ["0.1", "0.3"]),
                    ("s100-9100", ["100s", "=9100s"]),
                    ("s7-8", ["7s", "1s"]),
                ] {
                    let cut = ["sox", plain, "-t", "raw", "-", "trim"] + trim
                    let expected = try runChecked(cut).output
                    for folder in ["", "x10/", "\(Self.day)/"] {
                        let found = try WaveSamples(of: mount.bytes("\(folder)night.wav@\(clip).wav")).bytes
                        let isSame = found.elementsEqual(expected)
                        #expect(isSame, "\(folder): \(clip)")
                    }
                }
            }
        }

        @Test func `what is decoded for the plain file is not decoded again for its views`() throws {
            let stream = try #require(StoreReading.streams.first { $0.name == "celt.opus" })
            try Self.withMounted(stream) { mount in
                func decoded() throws -> Double {
                    let text = try run("cat", mount.file(".zarrwlr/metrics").path).output
                    let metrics = try PrometheusDocument(String(decoding: text, as: UTF8.self))
                    let family = try #require(metrics.families.first { $0.name == "zarrwlr_decoded_units_total" })
                    return family.samples.reduce(0) { $0 + $1.value }
                }
                _ = try mount.bytes("night.wav")
                let before = try decoded()
                #expect(before > 0)
                for path in [
                    "x10/night.wav", "\(Self.day)/night.wav", "parts/night/night_000.wav", "night.wav@0.1-0.5.wav",
                ] {
                    _ = try mount.bytes(path)
                }
                #expect(try decoded() == before)
            }
        }

        @Test func `tools read the files of every view`() throws {
            let stream = try #require(StoreReading.streams.first { $0.name == "reservoir.mp3" })
            try Self.withMounted(stream) { mount in
                let part = try #require(mount.names("parts/night").first)
                for (path, rate) in [
                    ("x10/night.wav", 4_410), ("\(Self.day)/night.wav", 44_100), ("parts/night/\(part)", 44_100),
                    ("night.wav@0.5+1s.wav", 44_100), ("x10/night.wav@0.5+1s.wav", 4_410),
                ] {
                    let file = mount.file(path).path
                    let blockAlign = 2 * stream.channels
                    let count = try WaveSamples(of: mount.bytes(path)).bytes.count / blockAlign
                    let soxi = try ["-r", "-c", "-s"].map { try runChecked(["soxi", $0, file]).text }
                    #expect(soxi == ["\(rate)", "\(stream.channels)", "\(count)"], "\(path)")
                    let entries = "stream=sample_rate,channels,duration_ts"
                    let probe = ["ffprobe", "-v", "error", "-show_entries", entries, "-of", "csv=p=0", file]
                    #expect(try runChecked(probe).text == "\(rate),\(stream.channels),\(count)", "\(path)")
                    let script = "import sys,wave;w=wave.open(sys.argv[1]);print(w.getframerate(),w.getnframes())"
                    #expect(try runChecked(["python3", "-c", script, file]).text == "\(rate) \(count)", "\(path)")
                }
            }
        }

        @Test func `the metadata of a file in a view says when it begins, how long it is, and how slow`() throws {
            let stream = try #require(StoreReading.streams.first { $0.name == "celt.opus" })
            try Self.withMounted(stream, "views=all,part_size=128K,metadata=all") { mount in
                func fields(_ path: String) throws -> [String] {
                    let text = String(decoding: try mount.bytes(path).prefix(4_000), as: UTF8.self)
                    let guano = text.range(of: "GUANO|Version").map { text[$0.lowerBound...] } ?? ""
                    return ["Timestamp", "Samplerate", "TE", "Length"].map { name in
                        guano.split(separator: "\n").first { $0.hasPrefix("\(name):") }.map(String.init) ?? ""
                    }
                }
                let rate = "Samplerate: \(stream.rate)"
                let plain = try fields("night.wav")
                #expect(plain.prefix(3) == ["Timestamp: 2024-09-03T23:30:00.000000+02:00", rate, ""])
                #expect(try fields("x10/night.wav") == [plain[0], rate, "TE: 10", plain[3]])
                let clip = ["Timestamp: 2024-09-03T23:30:00.250000+02:00", rate, "", "Length: 0.500000"]
                #expect(try fields("night.wav@0.25+0.5s.wav") == clip)
                #expect(try fields("\(Self.day)/night.wav@0.25+0.5s.wav") == clip)
                #expect(try fields("x10/night.wav@0.25+0.5s.wav") == [clip[0], rate, "TE: 10", clip[3]])
                let first = try WaveSamples(of: mount.bytes("parts/night/night_000.wav")).count
                let start = try #require(Timestamp(iso8601: Self.start)?.adding(samples: UInt64(first), rate: 48_000))
                let second = try fields("parts/night/night_001.wav")[0].dropFirst("Timestamp: ".count)
                #expect(try #require(Timestamp(iso8601: second)).seconds == start.seconds)
            }
        }

        @Test func `a clip has the time of its first sample, and attributes that say so`() throws {
            let stream = try #require(StoreReading.streams.first { $0.name == "fixed.flac" })
            let attributes = try ExtendedAttributes()
            try Self.withMounted(stream) { mount in
                let clip = mount.file("x10/night.wav@0.25-0.5.wav").path
                try #expect(run("stat", "-c", "%.9Y", clip).text == "1725399000.250000000")
                var value = [UInt8](repeating: 0, count: 100)
                let count = attributes.get(clip, "user.zarrwlr.start", &value, 100)
                #expect(String(decoding: value.prefix(max(count, 0)), as: UTF8.self) == "2024-09-03T23:30:00.25+02:00")
                #expect(attributes.get(clip, "user.zarrwlr.path", &value, 100) == 2)
            }
        }

        @Test func `thousands of clips are opened by their names, and the kernel is asked to forget the first`() throws
        {
            let samples = SyntheticSamples(seed: 6)
            let volume = Volume(
                Catalogue(
                    recordings: [.synthetic("0", source: "a.flac", sampleCount: 1_000_000, samples: samples)],
                    problems: []), log: .silent)
            try MountedVolume.with(volume) { mountpoint in
                var wrong = 0
                for first in 0..<UnlistedFiles.nameLimit + 3 * UnlistedFiles.batch {
                    let name = "a.wav@s\(first)-\(first + 50).wav"
                    let bytes = try MountedFile(mountpoint.appending(path: name).path).allBytes()
                    let expected = samples.bytes(UInt64(2 * first)..<UInt64(2 * first + 100))
                    if !bytes.suffix(100).elementsEqual(expected) { wrong += 1 }
                }
                #expect(wrong == 0)
                let bound = UnlistedFiles.nameLimit + 2 * UnlistedFiles.batch
                let isForgotten = eventually { volume.unlistedCount < bound }
                #expect(isForgotten)
                for name in ["a.wav@0.wav", "a.wav@s5-5.wav", "b.wav@0-1.wav", "a.wav@1-100.wav"] {
                    var status = stat()
                    errno = 0
                    #expect(stat(mountpoint.appending(path: name).path, &status) == -1)
                    #expect(errno == ENOENT)
                }
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: mountpoint.path).sorted() == [
                        ".zarrwlr", "a.wav",
                    ])
            }
        }

        @Test func `a recording that is rewritten is another one in every view`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let folder = directory.appending(path: "store.zarr")
                let store = try TestStore(at: folder)
                func write(_ value: UInt8, chunks: Int) throws {
                    try store.addArray(
                        "a", shape: [chunks * 500_000], type: "int16",
                        bytes: [UInt8](repeating: value, count: chunks * 1_000_000), chunks: [500_000],
                        attributes: ["sample_rate": 48_000])
                }
                func begin(_ path: URL) throws -> [UInt8] {
                    let file = try FileHandle(forReadingFrom: path)
                    defer { try? file.close() }
                    return Array(try file.read(upToCount: 8_000) ?? Data())
                }
                try write(1, chunks: 2)
                try MountedStore.with(folder.path, ["-o", "views=all,noprefetch,cache_mb=0"]) { mount in
                    let paths = [
                        "a.wav", "x10/a.wav", "by-date/unknown/a.wav", "parts/a/a_000.wav", "a.wav@s0-400000.wav",
                    ]
                    for path in paths {
                        let isOld = try begin(mount.file(path)).suffix(4_000).allSatisfy { $0 == 1 }
                        #expect(isOld, "\(path)")
                    }
                    let file = try MountedFile(mount.file("x10/a.wav").path, isDirect: true)
                    try FileManager.default.removeItem(at: folder.appending(path: "a"))
                    try write(2, chunks: 3)
                    // Whoever reads on notices.
                    #expect(throws: SystemError.self) { try file.bytes(1_500_000..<1_500_100) }
                    for path in paths {
                        let isNew = eventually {
                            let new = try? WaveSamples(of: mount.bytes(path)).bytes
                            return new?.allSatisfy { $0 == 2 } == true && (path != "a.wav" || new?.count == 3_000_000)
                        }
                        #expect(isNew, "\(path)")
                    }
                }
            }
        }

        @Test func `a recording that could not be read appears on its day once it can be`() throws {
            let blob = try MountedStore.fixture("recordings/fixed.flac")
            try TestFiles.withTemporaryDirectory { directory in
                let folder = directory.appending(path: "store.zarr")
                let store = try TestStore(at: folder, attributes: TestStore.audioGroup)
                for number in 0..<2 {
                    try store.addRecording(
                        "\(number)", codec: "flac", blob: blob, fileName: "\(number).flac",
                        attributes: ["first_sample_time_stamp": Self.start])
                }
                let audio = folder.appending(path: "1/audio_data_blob_array")
                let away = folder.appending(path: "1/away")
                try FileManager.default.moveItem(at: audio, to: away)
                try MountedStore.with(folder.path, ["-o", "catalogue=off,views=by-date"]) { mount in
                    #expect(try mount.names(Self.day) == ["0.wav"])
                    try FileManager.default.moveItem(at: away, to: audio)
                    let isThere = try eventually { try mount.names(Self.day) == ["0.wav", "1.wav"] }
                    #expect(isThere)
                    let isSame = try mount.bytes("\(Self.day)/1.wav") == mount.bytes("1.wav")
                    #expect(isSame)
                }
            }
        }

        @Test func `a view that nobody looks into changes nothing, and one that does not exist is refused`() throws {
            let stream = try #require(StoreReading.streams.first)
            let plain = try Self.withMounted(stream, "cache_mb=64") { mount in
                #expect(try mount.names() == ["night.wav"])
                return try mount.bytes("night.wav")
            }
            let isSame = try Self.withMounted(stream, "views=all") { try $0.bytes("night.wav") == plain }
            #expect(isSame)
            let result = try run(MountedStore.program, ["/nowhere", "/nowhere", "-o", "views=by-night"])
            #expect(result.status == 1)
            #expect(result.errors.contains("there is no view 'by-night'"))
        }
    }
}
