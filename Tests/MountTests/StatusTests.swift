import Foundation
import Glibc
import Recordings
import Support
import SyntheticRecordings
import TestSupport
import Testing

@testable import VirtualFS

extension Mounts {
    /// `.zarrwlr/status.json` and `.zarrwlr/metrics`, as programs read them.
    @Suite(.timeLimit(.minutes(3))) struct `Metrics of a mount` {
        private let recordings: [Recording] = [.synthetic("0", source: "a.flac", sampleCount: 1_000_000)]

        /// The current metrics.
        private func metrics(_ mountpoint: URL) throws -> PrometheusDocument {
            try PrometheusDocument(run("cat", mountpoint.appending(path: ".zarrwlr/metrics").path).text + "\n")
        }

        private func requests(_ kind: String, _ mountpoint: URL) throws -> Double {
            try #require(metrics(mountpoint)["zarrwlr_requests_total", ["kind": kind]])
        }

        @Test func `programs of all kinds read all of the metrics`() throws {
            try MountedVolume.with(recordings) { mountpoint in
                let folder = mountpoint.appending(path: ".zarrwlr").path
                let lineCount = try run("cat", "\(folder)/metrics").text.split(separator: "\n").count
                #expect(lineCount > 100)
                for command in ["cat %", "head -c 1000000 %", "dd if=% bs=7 status=none", "tail -n +1 %", "sed '' %"] {
                    let command = command.replacing("%", with: "'\(folder)/metrics'")
                    try #expect(run("sh", "-c", command).text.split(separator: "\n").count == lineCount, "\(command)")
                }
                try TestFiles.withTemporaryDirectory { scratch in
                    let copy = scratch.appending(path: "copy.prom")
                    try #expect(run("cp", "\(folder)/metrics", copy.path).status == 0)
                    _ = try PrometheusDocument(String(contentsOf: copy, encoding: .utf8))
                }
                let python = "import json, sys; print(json.load(open(sys.argv[1]))['recordings']['learned'])"
                try #expect(run("python3", "-c", python, "\(folder)/status.json").text == "1")
                try #expect(run("jq", ".recordings.learned", "\(folder)/status.json").text == "1")
                for name in ["metrics", "status.json"] {
                    let size = try run("stat", "-c", "%s", "\(folder)/\(name)").text
                    try #expect(run("sh", "-c", "wc -c < '\(folder)/\(name)'").text == size)
                    // As a server does that sends as many bytes as it has announced, by sendfile(2).
                    let script = """
                        import os, sys
                        file, pipe = os.open(sys.argv[1], os.O_RDONLY), os.memfd_create("copy")
                        size, sent = os.fstat(file).st_size, 0
                        while sent < size and (count := os.sendfile(pipe, file, None, size - sent)): sent += count
                        print(sent)
                        """
                    try #expect(run("python3", "-c", script, "\(folder)/\(name)").text == size)
                }
            }
        }

        @Test func `metrics that are open do not change, and those opened later are current`() throws {
            try MountedVolume.with(recordings) { mountpoint in
                let path = mountpoint.appending(path: ".zarrwlr/metrics").path
                let descriptor = open(path, O_RDONLY)
                defer { close(descriptor) }
                func text() -> String {
                    var bytes = [UInt8](repeating: 0, count: 1 << 16)
                    let count = pread(descriptor, &bytes, bytes.count, 0)
                    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
                }
                let first = text()
                try #expect(run("cat", mountpoint.appending(path: "a.wav").path).output.count == 2_000_044)
                #expect(!first.isEmpty)
                #expect(text() == first)
                let later = try metrics(mountpoint)
                #expect(try PrometheusDocument(first)["zarrwlr_read_bytes_total", [:]] == 0)
                #expect(later["zarrwlr_read_bytes_total", [:]] == 2_000_044)
            }
        }

        @Test func `the second read of a file comes from the page cache`() throws {
            // With one thread a read is counted before the next request is handled.
            try MountedVolume.with(recordings, threads: 1) { mountpoint in
                let file = mountpoint.appending(path: "a.wav").path
                #expect(try requests("read", mountpoint) == 0)
                let first = try run("cat", file).output
                let count = try requests("read", mountpoint)
                #expect(count > 0)
                #expect(try run("cat", file).output == first)
                #expect(try requests("read", mountpoint) == count)
                #expect(try metrics(mountpoint)["zarrwlr_read_seconds_count", [:]] == count)
            }
        }

        @Test func `requests of each kind are counted`() throws {
            let attributes = try ExtendedAttributes()
            // The counts are taken from the volume, since reading the metrics makes requests of several kinds.
            let volume = Volume(Catalogue(recordings: recordings, problems: []), log: .silent)
            try MountedVolume.with(volume) { mountpoint in
                let file = mountpoint.appending(path: "a.wav").path
                var value = [UInt8](repeating: 0, count: 100)
                let requests: [(kind: RequestKind, make: () throws -> Void)] = [
                    (.lookup, { _ = access("\(mountpoint.path)/absent", F_OK) }),
                    (.getattr, { try runChecked(["stat", mountpoint.path]) }),
                    (.access, { _ = access(file, R_OK) }),
                    (.open, { close(open(file, O_RDONLY)) }),
                    (.read, { _ = try MountedFile(file, isDirect: true).bytes(0..<4_096) }),
                    (.report, { try runChecked(["cat", "\(mountpoint.path)/.zarrwlr/status.json"]) }),
                    (.release, { try runChecked(["cat", file]) }),
                    (.opendir, { try runChecked(["ls", mountpoint.path]) }),
                    (.readdirplus, { try runChecked(["ls", "-l", "\(mountpoint.path)/.zarrwlr"]) }),
                    (.releasedir, { try runChecked(["ls", mountpoint.path]) }),
                    (.statfs, { try runChecked(["stat", "-f", file]) }),
                    (.getxattr, { _ = attributes.get(file, "user.zarrwlr.path", &value, 100) }),
                    (.listxattr, { _ = attributes.list(file, nil, 0) }),
                ]
                for (kind, make) in requests {
                    let before = volume.requests[kind]
                    try make()
                    // Requests that the kernel sends after a file is closed may still be under way.
                    #expect(eventually { volume.requests[kind] > before }, "\(kind)")
                }
                let counts = requests.map { Double(volume.requests[$0.kind]) }
                let shown = try requests.map { try self.requests("\($0.kind)", mountpoint) }
                #expect(zip(shown, counts).allSatisfy { $0 >= $1 })
            }
        }

        @Test func `ls -l does not request the access lists of every file`() throws {
            let recordings = (0..<100).map { number in Recording.synthetic("\(number)", source: "\(number).flac") }
            try MountedVolume.with(recordings) { mountpoint in
                let before = try requests("getxattr", mountpoint)
                #expect(try run("ls", "-l", mountpoint.path).text.split(separator: "\n").count > 100)
                #expect(try requests("getxattr", mountpoint) - before < 20)
            }
        }

        @Test func `metrics report what a mount has decoded and cached`() throws {
            let fixture = try MountedStore.fixture("recordings/exact.aac")
            try MountedStore.with(["-o", "cache_mb=32"]) { store in
                try store.addRecording("0", codec: "aac", blob: fixture)
            } _: { mount in
                let size = try mount.bytes("source.wav").count
                let numbers = try metrics(mount.mountpoint)
                #expect(numbers["zarrwlr_cache_budget_bytes", [:]] == 33_554_432)
                #expect(numbers["zarrwlr_read_bytes_total", [:]] == Double(size))
                let units = try #require(numbers["zarrwlr_decoded_units_total", ["codec": "aac"]])
                #expect(units > 1)
                #expect(numbers["zarrwlr_decoded_units_total", ["codec": "flac"]] == 0)
                let preRoll = try #require(numbers["zarrwlr_preroll_samples_total", ["codec": "aac"]])
                #expect(preRoll == (units - 1) * 1_024)
                #expect(numbers["zarrwlr_cache_misses_total", ["kind": "samples"]] == units)
                #expect(try #require(numbers["zarrwlr_cache_bytes", ["kind": "samples"]]) >= Double(size - 44))
                let info = try #require(numbers.families.first { $0.name == "zarrwlr_mount_info" }?.samples.first)
                #expect(info.labels["store"]?.hasSuffix("store.zarr") == true)
                #expect(info.labels["version"]?.isEmpty == false)
            }
        }

        @Test func `metrics report what was decoded ahead of a sequential reader`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                var builder = WaveBuilder()
                builder.addFormat()
                var random = RepeatableRandom(seed: 3)
                let noise = (0..<20_000).flatMap { _ in WaveBuilder.littleEndian(Int16(random.next() >> 54)) }
                builder.add("data", Array([[UInt8]](repeating: noise, count: 300).joined()))
                let source = directory.appending(path: "long.wav")
                try Data(builder.bytes).write(to: source)
                let store = directory.appending(path: "long.zarr").path
                try #require(run(Imports.program, ["import", store, source.path]).status == 0)
                try MountedStore.with(store) { mount in
                    try #expect(run("cmp", source.path, mount.file("long.wav").path).status == 0)
                    let numbers = try metrics(mount.mountpoint)
                    let made = try #require(numbers["zarrwlr_prefetch_bytes_total", [:]])
                    let used = try #require(numbers["zarrwlr_prefetch_used_bytes_total", [:]])
                    #expect(used > 0)
                    #expect(used <= made)
                    #expect(made <= 12_000_000)
                    let decoded = try #require(numbers["zarrwlr_decoded_samples_total", ["codec": "flac"]])
                    #expect(decoded == 6_000_000)
                }
            }
        }
    }
}
