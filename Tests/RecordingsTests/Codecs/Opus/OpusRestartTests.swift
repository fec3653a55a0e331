import AudioCoding
import Foundation
import Support
import Synchronization
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

/// Stores whose blob holds the packets end to end, with the arrays that go with that.
@Suite struct OpusRestartTests {
    private func open<T>(
        _ packets: PacketArrays, sync: [[UInt64]]?, attributes: [String: Any] = [:],
        syncAttributes: [String: Any] = [:], budget: Int = 16 << 20, _ body: (OpenedRecording) throws -> T
    ) throws -> T {
        try openCounted(
            packets, sync: sync, attributes: attributes, syncAttributes: syncAttributes, budget: budget
        ) { _, opened in
            try body(opened)
        }
    }

    private func openCounted<T>(
        _ packets: PacketArrays, sync: [[UInt64]]?, attributes: [String: Any] = [:],
        syncAttributes: [String: Any] = [:], budget: Int = 16 << 20,
        _ body: (CountingStore, OpenedRecording) throws -> T
    ) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try packets.add("0", to: store, attributes: attributes)
            if let sync { try store.addTable("0/opus_sync", rows: sync, attributes: syncAttributes) }
            let counting = CountingStore(try DirectoryStore(path: directory.path))
            return try body(counting, OpenedRecording(store: counting, budget: budget))
        }
    }

    @Test(arguments: ["celt.opus", "silk.opus"])
    func `Opus packets end to end give the samples of the same packets in Ogg pages`(name: String) throws {
        let fixture = try StreamFixture.named(name)
        let packets = try PacketArrays(fixture)
        // Ogg trims the end by the last granule position; here an attribute does.
        let sampleCount = try OpenedRecording.with(fixture) { try $0.recording.sampleCount }
        try open(packets, sync: nil, attributes: ["total_samples": sampleCount]) { opened in
            let digest = try Digest.sha256(opened.recording.allBytes())
            #expect(try digest == fixture.decodedSHA256)
        }
    }

    @Test func `a unit of Opus is decoded after no more than the pre-roll of its restart, which is counted`() throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        try open(packets, sync: [[0, 0], [64, 32]]) { opened in
            let recording = try opened.recording
            let packet = 960 * UInt64(recording.format.blockAlign)
            _ = try recording.bytes(packet * 70..<packet * 70 + 2)
            #expect(opened.counters[.opus].units.value == 1)
            #expect(opened.counters[.opus].samples.value == 16 * 960)
            #expect(opened.counters[.opus].preRollSamples.value == 32 * 960)
            // The next unit goes on from where this one ended.
            _ = try recording.bytes(packet * 90..<packet * 90 + 2)
            #expect(opened.counters[.opus].units.value == 2)
            #expect(opened.counters[.opus].preRollSamples.value == 32 * 960)
            #expect(opened.cache.statistics[.states].hits == 1)
        }
    }

    @Test func `units of Opus between a restart and the unit that is read are decoded for other reads too`() throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        try open(packets, sync: [[0, 0], [64, 32]]) { opened in
            let recording = try opened.recording
            let packet = 960 * UInt64(recording.format.blockAlign)
            _ = try recording.bytes(packet * 100..<packet * 100 + 2)
            #expect(opened.counters[.opus].units.value == 3)
            #expect(opened.counters[.opus].preRollSamples.value == 32 * 960)
            _ = try recording.bytes(packet * 70..<packet * 70 + 2)
            #expect(opened.counters[.opus].units.value == 3)
        }
    }

    @Test func `a unit of Opus far from its restart is decoded alone, after the packets before it`() throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        try open(packets, sync: [[0, 0]]) { opened in
            let recording = try opened.recording
            let packet = 960 * UInt64(recording.format.blockAlign)
            _ = try recording.bytes(packet * 500..<packet * 500 + 2)
            #expect(opened.counters[.opus].units.value == 1)
            #expect(opened.counters[.opus].preRollSamples.value == 496 * 960)
        }
    }

    @Test func `a lost Opus packet loses its own unit alone, even if it is decoded on the way to another`() throws {
        var packets = try PacketArrays(StreamFixture.named("celt.opus"))
        packets.rows[70][1] = 0
        try open(packets, sync: [[0, 0], [64, 32]]) { opened in
            let recording = try opened.recording
            let packet = 960 * UInt64(recording.format.blockAlign)
            for _ in 0..<2 {
                #expect(throws: RecordingError.self) { try recording.bytes(packet * 75..<packet * 75 + 2) }
                let after = try recording.bytes(packet * 90..<packet * 91)
                #expect(after.count == Int(packet))
            }
        }
    }

    @Test(arguments: [70, 90, 100, 500] as [UInt64])
    func `a second of Opus packets and the pre-roll of its restart are one read of the store`(first: UInt64) throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        let whole = try open(packets, sync: nil) { try $0.recording.allBytes() }
        try openCounted(packets, sync: [[0, 0], [64, 32]]) { store, opened in
            let recording = try opened.recording
            let packet = 960 * UInt64(recording.format.blockAlign)
            let range = packet * first..<packet * (first + 50)
            _ = store.takeBlobReads()
            #expect(whole.has(try recording.bytes(range), in: range))
            #expect(store.takeBlobReads() == 1)
        }
    }

    @Test func `reads by the restarts of a store give the samples of a decode from the start`() throws {
        let fixture = try StreamFixture.named("celt.opus")
        let packets = try PacketArrays(fixture)
        let whole = try open(packets, sync: nil) { try $0.recording.allBytes() }
        // 60 packets of pre-roll are ample for a stream of CELT alone.
        let sync = [[0, 0]] + stride(from: UInt64(96), to: 600, by: 96).map { [$0, $0 - 60] }
        try open(packets, sync: sync) { opened in
            let recording = try opened.recording
            var random = RepeatableRandom(seed: 2)
            for _ in 0..<100 {
                let range = random.range(within: recording.dataByteCount, longest: 9_000)
                #expect(whole.has(try recording.bytes(range), in: range))
            }
        }
    }

    @Test func `a false restart of a store gives the same samples in any order of reads`() throws {
        let packets = try PacketArrays(StreamFixture.named("silk.opus"))
        let sync: [[UInt64]] = [[0, 0], [96, 96], [160, 155], [320, 320]]
        let forward = try open(packets, sync: sync) { try $0.recording.allBytes(readSize: 3_000) }
        try open(packets, sync: sync) { opened in
            let recording = try opened.recording
            var random = RepeatableRandom(seed: 4)
            for _ in 0..<60 {
                let range = random.range(within: recording.dataByteCount, longest: 9_000)
                #expect(
                    try recording.bytes(range).elementsEqual(forward[Int(range.lowerBound)..<Int(range.upperBound)]))
            }
        }
    }

    /// What an import writes of the restarts of `packets`.
    private func proved(_ packets: PacketArrays) throws -> [[UInt64]] {
        let prover = try OpusRestartProver(head: OpusHead(packets.head), provesStretches: true)
        try packets.blob.withUnsafeBytes { blob in
            for row in packets.rows {
                try prover.append(UnsafeRawBufferPointer(rebasing: blob[Int(row[0])..<Int(row[0] + row[1])]))
            }
        }
        return prover.finish().map(\.numbers)
    }

    private static let provedHere = [
        "proved_with": OpusStreamDecoder.libraryVersion, "proved_on": OpusStreamDecoder.processor ?? "",
    ]

    @Test(arguments: ["celt.opus", "silk.opus"])
    func `a stretch of Opus that is read from front to back needs pre-roll once, and gives the same samples`(
        name: String
    ) throws {
        var packets = try PacketArrays(StreamFixture.named(name))
        for row in packets.rows {
            packets.append(Array(packets.blob[Int(row[0])..<Int(row[0] + row[1])]), sampleCount: row[2])
        }
        let sync = try proved(packets)
        let whole = try open(packets, sync: nil) { try $0.recording.allBytes() }
        try open(packets, sync: sync, syncAttributes: Self.provedHere) { opened in
            let recording = try opened.recording
            let forward = try recording.allBytes(readSize: 3_000)
            #expect(forward == whole)
            // The first stretch is led by the start of the stream, each of the others by a restart; of a stream that forgets slowly, some
            // restarts do not hold.
            let stretchCount = (packets.rows.count - 1) / 480
            let runCount = (packets.rows.count - 1) / 48
            let preRollCount = opened.counters[.opus].preRollSamples.value / (32 * 960)
            #expect(name == "celt.opus" ? preRollCount == UInt64(stretchCount) : preRollCount < UInt64(runCount / 2))
        }
        // The same by two threads, in any order, with a cache that keeps nothing, and one that keeps some.
        for budget in [0, 1 << 18, 1 << 24] {
            try open(packets, sync: sync, syncAttributes: Self.provedHere, budget: budget) { opened in
                let recording = try opened.recording
                let wrong = Atomic<Int>(0)
                Parallel.forEach(count: 2) { thread in
                    var random = RepeatableRandom(seed: UInt64(thread))
                    for _ in 0..<60 {
                        let start = UInt64.random(in: 0..<recording.dataByteCount, using: &random)
                        let length = UInt64.random(in: 1..<200_000, using: &random)
                        let range = start..<min(start + length, recording.dataByteCount)
                        let isRight = (try? recording.bytes(range)).map { whole.has($0, in: range) } ?? false
                        if !isRight { wrong.add(1, ordering: .relaxed) }
                    }
                }
                let count = wrong.load(ordering: .relaxed)
                #expect(count == 0)
            }
        }
    }

    @Test func `a packet that is lost in a stretch costs its own unit alone, in whatever order the others are read`()
        throws
    {
        var packets = try PacketArrays(StreamFixture.named("celt.opus"))
        for row in packets.rows {
            packets.append(Array(packets.blob[Int(row[0])..<Int(row[0] + row[1])]), sampleCount: row[2])
        }
        let sync = try proved(packets)
        // In the first unit of the second stretch, and in the pre-roll of the third.
        for lost in [485, 950] {
            var damaged = packets
            damaged.rows[lost][1] = 0
            let skipped = try OpusHead(packets.head).preSkip
            let read = try [false, true].map { isReversed in
                try open(damaged, sync: sync, syncAttributes: Self.provedHere) { opened in
                    try Self.units(29..<68, of: opened.recording, skipped: skipped, isReversed: isReversed)
                }
            }
            let isSame = read[0] == read[1]
            #expect(isSame, "\(lost)")
            #expect(read[0].filter { $0 == nil }.count == 1)
        }
    }

    /// The samples of `units`, nil for those that cannot be read.
    private static func units(
        _ units: Range<Int>, of recording: Recording, skipped: Int, isReversed: Bool
    ) throws -> [[UInt8]?] {
        let read = (isReversed ? Array(units.reversed()) : Array(units)).map { unit -> [UInt8]? in
            let start = UInt64((unit * 16 * 960 - skipped) * 2)
            return try? recording.bytes(start..<start + 16 * 960 * 2)
        }
        return isReversed ? read.reversed() : read
    }

    @Test func `no stretch is longer than those that are proved, whatever a store says`() throws {
        let claims = stride(from: UInt64(0), to: 4_800, by: 48).map { first in
            OpusRestart(firstPacket: first, preRollPacket: first - min(first, 32), end: 4_800)
        }
        let restarts = try #require(OpusRestarts(claimed: claims, packetCount: 4_800, believesEnds: true))
        for packet in stride(from: UInt64(0), to: 4_800, by: 16) {
            let stretch = try #require(restarts.stretch(containing: packet))
            #expect(stretch == packet / 480 * 480..<packet / 480 * 480 + 480)
        }
    }

    @Test(arguments: [
        ["proved_with": "libopus 0.9", "proved_on": OpusStreamDecoder.processor ?? ""],
        ["proved_with": OpusStreamDecoder.libraryVersion, "proved_on": "vax"],
        ["proved_with": OpusStreamDecoder.libraryVersion], [:],
    ])
    func `where restarts end is believed only of the libopus of this machine`(attributes: [String: String]) throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        let sync = try proved(packets)
        let preRolls = try [sync, sync.map { Array($0.prefix(2)) }].map { sync in
            try open(packets, sync: sync, syncAttributes: attributes) { opened in
                _ = try opened.recording.allBytes(readSize: 3_000)
                return opened.counters[.opus].preRollSamples.value
            }
        }
        // Each run but the first has its own.
        let all: UInt64 = 12 * 32 * 960
        #expect(preRolls == [all, all])
    }

    @Test(
        arguments: [
            [[0, 0, 96], [96, 64, 80]], [[0, 0, 96], [96, 64, 1_000]], [[0, 0, 96], [96, 64, 150]],
            [[0, 0, .max]],
        ] as [[[UInt64]]])
    func `restarts of a store that end where none can are not used`(sync: [[UInt64]]) throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        let whole = try open(packets, sync: nil) { try $0.recording.allBytes() }
        let read = try open(packets, sync: sync, syncAttributes: Self.provedHere) { try $0.recording.allBytes() }
        #expect(read == whole)
    }

    @Test(
        arguments: [
            [[5, 0]], [[0, 0], [96, 97]], [[0, 0], [192, 10], [96, 10]], [[0, 0], [100, 20]], [[0, 0], [.max, 0]],
            [[0, 0], [0, 0]],
        ] as [[[UInt64]]])
    func `restarts of a store that are not valid are not used`(sync: [[UInt64]]) throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        let whole = try open(packets, sync: nil) { try $0.recording.allBytes() }
        let read = try open(packets, sync: sync) { try $0.recording.allBytes() }
        #expect(read == whole)
    }

    @Test(arguments: [1 << 62, 3 << 62] as [UInt64])
    func `an Opus index that counts more samples than there can be is an error`(count: UInt64) throws {
        var packets = try PacketArrays(StreamFixture.named("celt.opus"))
        for row in 64..<packets.rows.count { packets.rows[row][3] = count }
        for sync in [nil, [[0, 0], [48, 16]]] as [[[UInt64]]?] {
            try open(packets, sync: sync, attributes: ["total_samples": 500_000]) { opened in
                let recording = try opened.recording
                #expect(throws: RecordingError.self) { try recording.bytes(48 * 960 * 2 + 10..<48 * 960 * 2 + 20) }
            }
        }
    }

    @Test func `rows that an Opus index only claims to have cost nothing`() throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        try OpenedRecording.with { store in
            try store.addRecording("0", codec: "opus", blob: packets.blob)
            try store.addArray("0/opus_head", shape: [packets.head.count], type: "uint8", bytes: packets.head)
            for (name, columns) in [("opus_index", 5), ("opus_sync", 2)] {
                try store.addArray(
                    "0/\(name)", shape: [1 << 40, columns], type: "uint64", bytes: nil, chunks: [1_000, columns])
            }
        } _: { opened in
            #expect(opened.catalogue.recordings.isEmpty)
            #expect(opened.catalogue.problems.map(\.recording) == ["0"])
        }
    }
}
