import Foundation
import Glibc
import Support
import TestSupport
import Testing

extension Mounts {
    /// Work that would take long, or much memory.
    @Suite(.timeLimit(.minutes(3))) struct `A mount with much to do` {
        /// The packets of the Ogg Opus stream `bytes`, without its two headers.
        private func packets(_ bytes: [UInt8]) -> [[UInt8]] {
            var packets: [[UInt8]] = [[]]
            var position = 0
            while position + 27 <= bytes.count {
                let count = Int(bytes[position + 26])
                var body = position + 27 + count
                for size in bytes[position + 27..<body] {
                    packets[packets.count - 1] += bytes[body..<body + Int(size)]
                    body += Int(size)
                    if size < 255 { packets.append([]) }
                }
                position = body
            }
            return Array(packets.dropFirst(2).dropLast())
        }

        /// Adds a recording of `count` packets of Opus, without restarts: what comes late is decoded from the start.
        private func addLongOpus(_ count: Int, to store: TestStore) throws {
            let stream = try MountedStore.fixture("recordings/celt.opus")
            let packets = packets(stream)
            let places = packets.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
            let rows = (0..<count).map { number -> [UInt64] in
                let packet = number % packets.count
                return [
                    UInt64(places[packet]), UInt64(packets[packet].count), 960, UInt64(number * 960),
                    UInt64(number * 960 + 959),
                ]
            }
            let blob = packets.flatMap(\.self)
            // An index has no more rows than the stream has bytes.
            let padding = [UInt8](repeating: 0, count: max(count - blob.count, 0))
            try store.addRecording("0", codec: "opus", blob: blob + padding, fileName: "long.wav")
            try store.addTable("0/opus_index", rows: rows)
            let head = try #require(stream.indices.first { stream[$0...].starts(with: "OpusHead".utf8) })
            try store.addArray("0/opus_head", shape: [19], type: "uint8", bytes: Array(stream[head..<head + 19]))
        }

        private func server(of mount: MountedStore) throws -> pid_t {
            let server = try run("pgrep", "-f", " \(mount.mountpoint.path)$|\(mount.mountpoint.path) ").text
                .split(separator: "\n").compactMap { pid_t($0) }
            return try #require(server.first)
        }

        private func isRunning(_ process: pid_t) -> Bool {
            let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return state.map { !$0.contains(") Z ") } ?? false
        }

        /// Adds an array of samples in one chunk, which is 64 MiB of zeros that gzip has made small.
        private func addBomb(_ path: String, to store: TestStore) throws {
            let sampleCount = 32 << 20
            try store.addArray(
                path, shape: [sampleCount], type: "int16", bytes: nil, attributes: ["sample_rate": 48_000])
            let file = store.directory.appending(path: "\(path)/zarr.json")
            var document = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            let codecs = try #require(document["codecs"] as? [[String: Any]])
            document["codecs"] = codecs + [["name": "gzip", "configuration": ["level": 9]]]
            try JSONSerialization.data(withJSONObject: document).write(to: file)
            let chunk = try run("sh", "-c", "head -c \(2 * sampleCount) /dev/zero | gzip -9")
            try store.writeChunk([0], of: path, bytes: Array(chunk.output))
        }

        /// KiB that the process maps.
        private func mappedKibibytes(_ process: pid_t) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmSize:") })
            return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        }

        @Test(arguments: [44, 128])
        func `a mount whose address space is bounded refuses what it has no memory for, and lives on`(
            mebibytes: Int
        ) throws {
            let blob = try MountedStore.fixture("recordings/fixed.flac")
            try TestFiles.withTemporaryDirectory { directory in
                let folder = directory.appending(path: "store.zarr")
                let store = try TestStore(at: folder, attributes: TestStore.audioGroup)
                for number in 0..<20 {
                    try store.addRecording("\(number)", codec: "flac", blob: blob, fileName: "\(number).flac")
                }
                for number in 0..<8 { try addBomb("bomb\(number)", to: store) }
                let (right, base) = try MountedStore.with(folder.path, ["-o", "catalogue=off"]) { mounted in
                    let monitor = try #require(try MountProcesses(of: folder.path)).monitor
                    return (try mounted.bytes("0.wav"), try mappedKibibytes(monitor))
                }
                let limit = "ulimit -v \(base + mebibytes << 10)"
                try MountedStore.with(folder.path, ["-o", "catalogue=off"], limits: limit) { mounted in
                    let worker = try #require(try MountProcesses(of: folder.path)).worker
                    let names = (0..<8).map { "bomb\($0).wav" } + (0..<20).map { "\($0).wav" }
                    let answers = Parallel.map(names + names, threads: 8) { name in (name, try? mounted.bytes(name)) }
                    for (name, bytes) in answers where !name.hasPrefix("bomb") && bytes != nil {
                        let isRight = bytes == right
                        #expect(isRight, "\(name)")
                    }
                    #expect(isRunning(worker))
                    #expect(try mounted.names().count == 28)
                    // What is decoded ahead for readers that have just ended may still take memory.
                    if mebibytes > 64 { #expect(eventually { (try? mounted.bytes("0.wav")) == right }) }
                }
            }
        }

        @Test func `a signal ends a mount at once, whatever it is doing`() throws {
            try MountedStore.with { store in
                try addLongOpus(300_000, to: store)
            } _: { mount in
                let path = mount.file("long.wav").path
                let server = try server(of: mount)
                // A hundred minutes of sound before the last second: that takes minutes.
                let readers = try (0..<3).map { number in
                    let reader = Process()
                    reader.executableURL = URL(filePath: "/usr/bin/env")
                    reader.arguments = [
                        "dd", "if=\(path)", "of=/dev/null", "bs=4096", "skip=\(140_000 - number)", "count=1",
                    ]
                    reader.standardError = FileHandle.nullDevice
                    try reader.run()
                    return reader
                }
                sleep(1)
                let areWaiting = readers.allSatisfy { $0.isRunning }
                #expect(areWaiting)
                let began = ContinuousClock.now
                #expect(kill(server, SIGTERM) == 0)
                #expect(eventually { !isRunning(server) && !MountedVolume.isMounted(mount.mountpoint) })
                #expect(ContinuousClock.now - began < .seconds(5))
                for reader in readers { reader.waitUntilExit() }
            }
        }

        @Test(arguments: [1 << 40, 1 << 60])
        func `recordings that announce far more than there is are listed and read at once`(length: Int) throws {
            let names = [
                "flac": "fixed.flac", "aac": "exact.aac", "opus": "celt.opus", "mp3": "reservoir.mp3",
                "vorbis": "clicks.ogg",
            ]
            try MountedStore.with { store in
                for (codec, name) in names {
                    let blob = try MountedStore.fixture("recordings/\(name)")
                    try store.addRecording(
                        "0-\(codec)", codec: codec, blob: blob, fileName: "\(codec).wav", chunks: [blob.count])
                    let file = store.directory.appending(path: "0-\(codec)/audio_data_blob_array/zarr.json")
                    let text = try String(contentsOf: file, encoding: .utf8)
                    let (old, new) = ("\"shape\" : [\n    \(blob.count)\n  ]", "\"shape\" : [\(length)]")
                    try #require(text.contains(old))
                    try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: file)
                }
                try store.addArray(
                    "plain", shape: [length], type: "int16", bytes: nil, chunks: [1 << 20],
                    attributes: ["sample_rate": 48_000])
            } _: { mount in
                let began = ContinuousClock.now
                for name in try mount.names() where name.hasSuffix(".wav") {
                    let file = try MountedFile(mount.file(name).path)
                    _ = try? file.bytes(0..<4_096)
                    _ = try? file.bytes(1 << 30..<1 << 30 + 4_096)
                }
                #expect(try mount.names().contains("plain.wav"))
                // A scan of all that is announced would take hours.
                #expect(ContinuousClock.now - began < .seconds(60))
            }
        }
    }
}
