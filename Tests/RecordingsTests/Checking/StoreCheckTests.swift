import AudioCoding
import Foundation
import Support
import Synchronization
import TestSupport
import Testing
import Zarr

@testable import Recordings

/// A store of one recording, `0`, checked.
struct Checked {
    let findings: [Finding]
    let summary: StoreCheck.Summary

    var faults: [Finding] { findings.filter { $0.kind == .fault } }
    /// The problems of the faults, in their order.
    var problems: [String] { faults.map(\.problem) }

    init(_ directory: URL, isDeep: Bool = false, isRepairing: Bool = false) throws {
        var options = StoreCheck.Options()
        options.isDeep = isDeep
        options.isRepairing = isRepairing
        let check = try StoreCheck(
            DirectoryStore(path: directory.path), root: "", options: options, cache: BlockCache(budget: 16 << 20))
        let findings = Mutex<[Finding]>([])
        summary = check.run { _ in
        } report: { finding in
            findings.withLock { $0.append(finding) }
        }
        self.findings = findings.withLock { $0 }
    }

    /// A store that `write` fills, handed to `body`.
    static func with<T>(write: (TestStore) throws -> Void, _ body: (URL) throws -> T) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try write(store)
            return try body(directory)
        }
    }

    /// A store of `fixture`, with `rows` in its index, its stream changed by `change`.
    static func with<T>(
        _ fixture: StreamFixture, rows: [[UInt64]]?, attributes: [String: Any] = [:],
        change: (inout [UInt8]) -> Void = { _ in }, _ body: (URL) throws -> T
    ) throws -> T {
        var blob = try fixture.bytes
        change(&blob)
        return try with { store in
            try store.addRecording("0", codec: fixture.codec, blob: blob, attributes: attributes)
            if let rows { try store.addTable("0/\(fixture.codec)_index", rows: rows) }
        } _: {
            try body($0)
        }
    }
}

struct StoreCheckTests {
    @Test(arguments: StreamFixture.all)
    func `a check finds nothing wrong in a correct store, deep or not`(_ fixture: StreamFixture) throws {
        try Checked.with(fixture, rows: fixture.codec == "opus" ? nil : fixture.indexRows) { directory in
            for isDeep in [false, true] {
                let checked = try Checked(directory, isDeep: isDeep)
                #expect(checked.faults.isEmpty)
                #expect(checked.summary.recordings == 1 && checked.summary.faults == 0)
                #expect(try checked.summary.byteCount + 100_000 > UInt64(fixture.bytes.count))
            }
        }
    }

    @Test(arguments: ["fixed.flac", "exact.aac", "reservoir.mp3"])
    func `a check names the samples of wrong rows of an index, and repairs them`(name: String) throws {
        let fixture = try StreamFixture.named(name)
        let right = try fixture.indexRows
        let samplesPerFrame = right[1][2]
        let shifted = right.map { [$0[0] + 1, $0[1], $0[2]] }
        let mixed = right[..<3] + [[right[3][0] + 2, right[3][1], right[3][2]]] + right[4...]
        let cases: [(rows: [[UInt64]]?, samples: Range<UInt64>?)] = [
            (Array(mixed), 3 * samplesPerFrame..<4 * samplesPerFrame),
            (Array(right.dropLast(2)), nil), (shifted, nil), (Array(right.reversed()), nil),
            (right + [[1, 1, 1]], nil), (nil, nil), ([[0, 0, 0]], nil),
        ]
        for (rows, samples) in cases {
            try Checked.with(fixture, rows: rows) { directory in
                let blob = directory.appending(path: "0/audio_data_blob_array")
                let before = try Digest.sha256(Array(Data(contentsOf: blob.appending(path: "c/0"))))
                let checked = try Checked(directory)
                #expect(checked.faults.count == 1)
                let fault = try #require(checked.faults.first)
                #expect(fault.problem.contains("\(fixture.codec)_index") && fault.recording == "0")
                #expect(fault.repair == .possible)
                if let samples { #expect(fault.samples == samples) }
                let repaired = try Checked(directory, isRepairing: true)
                // The index, and checksums of the audio.
                #expect(repaired.summary.repaired == 2 && repaired.summary.faults == 0)
                #expect(try Checked(directory, isDeep: true).faults.isEmpty)
                #expect(try Self.rows(of: "0/\(fixture.codec)_index", in: directory) == right)
                #expect(try Digest.sha256(Array(Data(contentsOf: blob.appending(path: "c/0")))) == before)
            }
        }
    }

    @Test func `a repair keeps the attributes of an index`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        try Checked.with { store in
            try store.addRecording("0", codec: "flac", blob: try fixture.bytes)
            try store.addArray(
                "0/flac_index", shape: [1, 3], type: "uint64", bytes: [UInt8](repeating: 0, count: 24),
                attributes: ["codec": "flac", "total_frames": 1, "mine": ["a", 1.5]])
        } _: { directory in
            _ = try Checked(directory, isRepairing: true)
            let document = try JSONSerialization.jsonObject(
                with: Data(contentsOf: directory.appending(path: "0/flac_index/zarr.json")))
            let attributes = try #require((document as? [String: Any])?["attributes"] as? [String: Any])
            #expect(attributes["total_frames"] as? Int == (try fixture.indexRows.count))
            #expect(attributes["codec"] as? String == "flac")
            #expect((attributes["mine"] as? [Any])?.count == 2)
        }
    }

    @Test(arguments: [true, false])
    func `a repair replaces no group that somebody put where an index would be`(hasDocument: Bool) throws {
        let fixture = try StreamFixture.named("fixed.flac")
        try Checked.with { store in
            try store.addRecording("0", codec: "flac", blob: try fixture.bytes)
            try store.addGroup("0/flac_index")
            try store.addArray("0/flac_index/mine", shape: [1], type: "uint8", bytes: [7], attributes: [:])
        } _: { directory in
            let group = directory.appending(path: "0/flac_index")
            if !hasDocument { try FileManager.default.removeItem(at: group.appending(path: "zarr.json")) }
            let checked = try Checked(directory, isRepairing: true)
            // The audio gets checksums.
            #expect(checked.summary.repaired == 1)
            #expect(
                checked.findings.map(\.description).contains {
                    $0.hasSuffix("/0/flac_index: what lies there is no array of zarrwlr's: move it elsewhere")
                })
            #expect(FileManager.default.fileExists(atPath: group.appending(path: "mine/zarr.json").path))
        }
    }

    @Test func `a check names the samples of a damaged FLAC frame, and leaves an index that has that frame`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        let rows = try fixture.indexRows
        try Checked.with(fixture, rows: rows, change: { $0[Int(rows[5][0] + rows[5][1] / 2)] ^= 0x10 }) { directory in
            for isDeep in [false, true] {
                let checked = try Checked(directory, isDeep: isDeep)
                #expect(checked.faults.map(\.samples) == [rows[5][2]..<rows[6][2]])
                #expect(checked.problems.first?.contains("hold no intact frame") == true)
                #expect(checked.summary.repairable == 0)
            }
        }
    }

    @Test func `a check names the samples of lost AAC frames by the index`() throws {
        let fixture = try StreamFixture.named("exact.aac")
        let rows = try fixture.indexRows
        try Checked.with(fixture, rows: rows, change: { $0[Int(rows[15][0])] = 0 }) { directory in
            let checked = try Checked(directory)
            // The frame before is lost as well, since no header follows it.
            #expect(checked.faults.map(\.samples) == [rows[14][2]..<rows[16][2]])
            // The unit after them needs them as pre-roll, and cannot be decoded either.
            let deep = try Checked(directory, isDeep: true)
            #expect(deep.faults.map(\.samples) == [rows[14][2]..<rows[16][2], rows[16][2]..<rows[32][2]])
        }
    }

    @Test func `a check names the samples of a damaged Ogg page`() throws {
        let fixture = try StreamFixture.named("celt.opus")
        let middle = try fixture.bytes.count / 2
        try Checked.with(fixture, rows: nil, change: { $0[middle] ^= 1 }) { directory in
            let checked = try Checked(directory, isDeep: true)
            let samples = try #require(checked.faults.first?.samples)
            #expect(checked.faults.count == 1 && !samples.isEmpty)
            #expect(checked.problems.first?.contains("pages are missing") == true)
        }
    }

    @Test func `a deep check finds FLAC samples whose MD5 is not that of STREAMINFO`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        // The last byte of the MD5 in STREAMINFO.
        try Checked.with(fixture, rows: fixture.indexRows, change: { $0[41] ^= 1 }) { directory in
            let (shallow, deep) = (try Checked(directory), try Checked(directory, isDeep: true))
            #expect(shallow.faults.isEmpty)
            #expect(deep.problems.first?.contains("MD5") == true)
        }
    }

    @Test func `a check proves Opus restarts, finds false ones, and a repair writes missing ones`() throws {
        let fixture = try StreamFixture.named("celt.opus")
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        try Checked.with(fixture, rows: nil) { directory in
            let repaired = try Checked(directory, isRepairing: true)
            #expect(repaired.findings.map(\.repair) == [.done, .done])
            #expect(try Checked(directory, isDeep: true).findings.isEmpty)
            var rows = try Self.rows(of: "0/opus_sync", in: directory)
            #expect(rows.first == [0, 0, 480] && rows.count > 2)
            let opened = try OpenedRecording(store: DirectoryStore(path: directory.path))
            #expect(try opened.recording.bytes(UInt64(whole.count - 5000)..<UInt64(whole.count)) == whole.suffix(5000))
            #expect(try opened.recording.allBytes() == whole)

            rows[1][1] = rows[1][0]
            let sync = directory.appending(path: "0/opus_sync")
            let packetCount = try #require(try Self.attributes(of: sync)["packet_count"] as? Int)
            #expect(try Self.attributes(of: sync)["proved_with"] as? String == OpusStreamDecoder.libraryVersion)
            try FileManager.default.removeItem(at: sync)
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            let bytes = rows.flatMap { $0.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } } }
            try store.addArray(
                "0/opus_sync", shape: [rows.count, 3], type: "uint64", bytes: bytes,
                attributes: ["packet_count": packetCount])
            #expect(try Checked(directory).faults.isEmpty)
            let deep = try Checked(directory, isDeep: true)
            #expect(deep.problems.first?.contains("row 1 gives other samples") == true)
            #expect(deep.faults.first?.samples?.lowerBound == rows[1][0] * 960)

            try store.addArray(
                "0/opus_sync", shape: [rows.count, 3], type: "uint64", bytes: bytes,
                attributes: ["packet_count": packetCount + 1])
            #expect(try Checked(directory).problems.first?.contains("another number of packets") == true)
            try store.addArray(
                "0/opus_sync", shape: [rows.count, 3], type: "uint64", bytes: bytes,
                attributes: ["packet_count": packetCount, "proved_with": "libopus 0.9"])
            let proofs = try Checked(directory)
            #expect(proofs.faults.isEmpty)
            #expect(proofs.findings.contains { $0.problem.contains("proved with libopus 0.9") })
            try store.addArray(
                "0/opus_sync", shape: [rows.count, 3], type: "uint64", bytes: bytes,
                attributes: ["packet_count": packetCount + 1])
            // Restarts that were proved on other packets are not used.
            let other = try OpenedRecording(store: DirectoryStore(path: directory.path))
            #expect(try other.recording.allBytes() == whole)
        }
    }

    @Test func `a check finds chunks that cannot be read, and continues`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        let rows = try fixture.indexRows
        try Checked.with(fixture, rows: rows) { directory in
            let chunk = directory.appending(path: "0/audio_data_blob_array/c/0")
            let bytes = try Data(contentsOf: chunk)
            try bytes.prefix(Int(rows[9][0])).write(to: chunk)
            let checked = try Checked(directory)
            #expect(!checked.faults.isEmpty)
            #expect(checked.problems.allSatisfy { $0.contains("cannot be read") })
        }
    }

    @Test func `a check finds attributes that contradict the stream`() throws {
        let flac = try StreamFixture.named("fixed.flac")
        try Checked.with(flac, rows: flac.indexRows, attributes: ["nb_channels": 7, "sample_rate": 7]) { directory in
            let checked = try Checked(directory)
            #expect(checked.problems.count == 1 && checked.problems[0].hasPrefix("nb_channels says 7"))
            #expect(checked.findings.contains { $0.kind == .note && $0.problem.hasPrefix("sample_rate says 7") })
        }
        let aac = try StreamFixture.named("exact.aac")
        let decoded = UInt64(try aac.indexRows.count * 1024)
        let attributes = ["priming_samples": 1024, "total_samples": Int(decoded)]
        try Checked.with(aac, rows: aac.indexRows, attributes: attributes) { directory in
            let checked = try Checked(directory)
            #expect(checked.faults.map(\.samples) == [decoded..<decoded + 1024])
        }
    }

    @Test func `a check names nodes that should be recordings and are not`() throws {
        try Checked.with { store in
            try store.addRecording("0", codec: "flac", blob: [1, 2, 3])
            try store.addRecording("1", codec: "opus", blob: Array("OpusHead and no more".utf8))
            try store.addRecording("2", codec: "ac3", blob: [1])
        } _: { directory in
            try Data("{".utf8).write(to: directory.appending(path: "2/zarr.json"))
            let checked = try Checked(directory, isDeep: true, isRepairing: true)
            #expect(Set(checked.faults.map(\.recording)) == ["0", "1", "2"])
        }
    }

    @Test func `a check does not read arrays that a store announces and does not have`() throws {
        try Checked.with { store in
            let attributes: [String: Any] = ["sample_rate": 48_000]
            try store.addArray(
                "pcm", shape: [1 << 60], type: "int8", bytes: nil, chunks: [1 << 20], attributes: attributes)
            try store.addRecording("0", codec: "flac", blob: try StreamFixture.named("fixed.flac").bytes)
            try store.addArray("0/flac_index", shape: [1 << 40, 3], type: "uint64", bytes: nil, chunks: [1 << 16, 3])
            try store.addArray("0/other", shape: [1 << 50], type: "uint8", bytes: nil, chunks: [1 << 20])
        } _: { directory in
            let checked = try Checked(directory)
            #expect(Set(checked.faults.map(\.recording)) == ["pcm", "0"])
            #expect(checked.problems.count { $0.contains("of which the store can keep") } == 2)
        }
    }

    @Test func `a recording that is moved or removed while a store is checked is unchecked, and no fault`() throws {
        try Checked.with { store in
            for name in ["0", "1"] {
                try store.addRecording(name, codec: "flac", blob: StreamFixture.named("fixed.flac").bytes)
            }
        } _: { directory in
            let store = try DirectoryStore(path: directory.path)
            let check = try StoreCheck(
                store, root: "", options: StoreCheck.Options(), cache: BlockCache(budget: 16 << 20))
            try FileManager.default.moveItem(
                at: directory.appending(path: "1"), to: directory.appending(path: "elsewhere"))
            let findings = Mutex<[Finding]>([])
            _ = check.run(progress: { _ in }, report: { finding in findings.withLock { $0.append(finding) } })
            let found = findings.withLock { $0 }.filter { $0.recording == "1" }
            #expect(found.map(\.kind) == [.unchecked])
            #expect(found.first?.problem.hasPrefix("was moved or removed while the store was checked") == true)
        }
    }

    @Test func `a check reports leftovers of interrupted imports, and a repair removes them`() throws {
        try Checked.with { _ in
        } _: { directory in
            let left = directory.appending(path: ".zarrwlr-staging-999999999-x/node")
            try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
            try Data().write(to: directory.appending(path: ".zarrwlr-staging-999999999-x/lock"))
            #expect(try Checked(directory).findings.map(\.kind) == [.note])
            #expect(try Checked(directory, isRepairing: true).findings.map(\.repair) == [.done])
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["zarr.json"])
        }
    }

    // MARK: - Reading

    private static func rows(of path: String, in directory: URL) throws -> [[UInt64]] {
        let array = try ZarrArray.open(
            DirectoryStore(path: directory.path), path: path, cache: BlockCache(budget: 1 << 20))
        let columns = Int(array.shape[1])
        var numbers = [UInt64](repeating: 0, count: Int(array.shape[0]) * columns)
        try numbers.withUnsafeMutableBytes { try array.read(start: [0, 0], count: array.shape, into: $0) }
        return stride(from: 0, to: numbers.count, by: columns).map { Array(numbers[$0..<$0 + columns]) }
    }

    private static func attributes(of array: URL) throws -> [String: Any] {
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: array.appending(path: "zarr.json")))
        return try #require((document as? [String: Any])?["attributes"] as? [String: Any])
    }
}

@Suite(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
struct SharedStoreCheckTests {
    @Test(arguments: [
        ("flac-2025-06-18.zarr", ["0", "1", "2"]),
        ("aac-2025-06-11.zarr", ["meadow/array/0", "meadow/flac/0", "meadow/hires/0"]),
        ("opus-ogg-2025-05-31.zarr", []), ("opus-ultrasonic-2025-06-02.zarr", []),
        ("opus-raw-2025-06-04.zarr", ["bird/0"]),
    ])
    func `a check names exactly what is wrong with the shared stores`(store: String, recordings: [String]) throws {
        let shared = try #require(SharedMaterial.directory).appending(path: "stores/\(store)")
        #expect(try Checked(shared, isDeep: true).faults.map(\.recording) == recordings)
        try TestFiles.withTemporaryDirectory { directory in
            // Without the modes: a copy of what is not writable is not writable either, except for root.
            let copy = directory.appending(path: store)
            try run("cp", "-r", "--no-preserve=mode", shared.path, copy.path)
            _ = try Checked(copy, isRepairing: true)
            let left = try Checked(copy, isDeep: true).faults.map(\.recording)
            #expect(left == (store.hasPrefix("opus-raw") ? recordings : []))
        }
    }
}
