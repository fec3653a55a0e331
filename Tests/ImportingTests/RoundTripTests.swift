import Foundation
import Importing
import Recordings
import Support
import Synchronization
import TestSupport
import Testing
import Zarr

/// How often a reader waits for a store on another machine.
struct RoundTripTests {
    /// Calls `body` with a recording of three minutes, or as many seconds, imported as `codec`.
    private func with(
        _ codec: AudioCodec, seconds: Int = 180,
        _ body: (_ store: RemoteStandIn, _ local: DirectoryStore, _ path: String) throws -> Void
    ) throws {
        let fixture = try ImportFixture()
        var builder = WaveBuilder()
        builder.addFormat(rate: 48_000)
        var random: UInt32 = 1
        var second: [UInt8] = []
        for _ in 0..<48_000 {
            random = random &* 1_664_525 &+ 1_013_904_223
            second.append(UInt8(truncatingIfNeeded: random >> 24))
            second.append(UInt8(truncatingIfNeeded: random >> 30))
        }
        builder.add("data", Array(repeatElement(second, count: seconds).joined()))
        var options = ImportOptions()
        options.codec = codec
        let imported = try fixture.importBytes(builder.bytes, options).imported
        try body(RemoteStandIn(fixture.store), fixture.store, imported.path)
    }

    private func recording(_ path: String, in store: any Store) throws -> Recording {
        let catalogue = try Catalogue(store: store, root: "", cache: BlockCache(budget: 64 << 20), log: .silent)
        return try #require(try catalogue.recording(at: path))
    }

    @Test(arguments: [AudioCodec.flac, .opus, .aac])
    func `a recording that nobody knows is opened in three round trips, a cold read takes two, and then one`(
        codec: AudioCodec
    ) throws {
        try with(codec) { store, local, path in
            let expected = try recording(path, in: local)
            let catalogue = try Catalogue(store: store, root: "", cache: BlockCache(budget: 64 << 20), log: .silent)
            _ = store.takeTrips()
            let opened = try #require(try catalogue.recording(at: path))
            let opening = store.takeTrips()
            // One for each group on the way to it.
            let documents = opening.filter {
                $0.count == 1 && ["zarr.json", "pond/zarr.json", "\(path)/zarr.json"].contains($0[0].key)
            }
            #expect(opening.count - documents.count <= 3, "\(codec): \(opening.dropFirst(documents.count + 2))")
            let byteCount = opened.dataByteCount
            func check(_ range: Range<UInt64>, trips limit: Int, _ place: Comment) throws {
                let bytes = try opened.samples.read(bytes: range).flatMap { Array($0.bytes) }
                let trips = store.takeTrips()
                #expect(trips.count <= limit, "\(codec) \(place): \(trips)")
                let isRight = try bytes == expected.samples.read(bytes: range).flatMap { Array($0.bytes) }
                #expect(isRight, "\(codec) \(place)")
            }
            let second: UInt64 = 96_000
            // Opening has looked at rows at each eighth.
            let start = second * 78
            try check(start..<start + second, trips: 2, "cold")
            try check(start + second..<start + second + 9_600, trips: 1, "beside it")
            try check(start - 40 * second..<start - 39 * second, trips: 1, "before it")
            try check(byteCount - second..<byteCount, trips: 1, "at the end")
            try check(0..<second, trips: 1, "at the start")
        }
    }

    /// A store that records what was read of chunks without having been expected.
    private final class DiskStandIn: Store {
        private let base: DirectoryStore
        private let state = Mutex<(expected: [ValueRequest], waits: [String])>(([], []))

        init(_ base: DirectoryStore) { self.base = base }

        /// What had to be waited for since the last call.
        func takeWaits() -> [String] {
            state.withLock { state in
                defer { state = ([], []) }
                return state.waits
            }
        }

        func expect(_ requests: [ValueRequest]) { state.withLock { $0.expected += requests } }

        func get(
            _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
        ) throws(StoreError) -> ValueInfo? {
            state.withLock { state in
                let isExpected = state.expected.contains(ValueRequest(key, part))
                if key.contains("/c/"), !isExpected { state.waits.append(key) }
            }
            return try base.get(key, part, into: memory)
        }

        func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

        func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }

        func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }
    }

    @Test
    func `a cold read of a store on this machine waits for the disk twice, for the index and for what lies there`()
        throws
    {
        try with(.flac) { _, local, path in
            let disk = DiskStandIn(local)
            let opened = try recording(path, in: disk)
            // The indexes of shards are known from the first read on.
            _ = try opened.samples.read(bytes: 0..<96_000)
            for place in [opened.dataByteCount / 3, opened.dataByteCount / 2] {
                _ = disk.takeWaits()
                _ = try opened.samples.read(bytes: place..<place + 96_000)
                let waits = disk.takeWaits()
                #expect(waits == ["\(path)/flac_index/c/0/0", "\(path)/audio_data_blob_array/c/0"])
            }
        }
    }

    @Test func `a recording whose index is long is opened in three round trips, too`() throws {
        let fixture = try ImportFixture()
        let frames = Self.frames(
            of: Array(try Data(contentsOf: TestFiles.fixtures.appending(path: "recordings/noise.aac"))))
        var random = RepeatableRandom(seed: 1)
        var stream: [UInt8] = []
        for _ in 0..<20_000 { stream += frames[Int.random(in: 1..<frames.count, using: &random)] }
        let path = try fixture.importBytes(stream, name: "long.aac").imported.path
        let index = fixture.folder.appending(path: "store.zarr/\(path)/aac_index/c/0/0")
        #expect(try Data(contentsOf: index).count > ZarrArray.endByteCount)
        let store = RemoteStandIn(fixture.store)
        let catalogue = try Catalogue(store: store, root: "", cache: BlockCache(budget: 64 << 20), log: .silent)
        _ = try catalogue.recording(at: "pond")
        _ = store.takeTrips()
        let opened = try #require(try catalogue.recording(at: path))
        #expect(opened.sampleCount == 20_000 * 1_024)
        let trips = store.takeTrips()
        let groups = trips.filter { $0.count == 1 && $0[0].key.hasSuffix("zarr.json") }
        #expect(trips.count - groups.count == 3, "\(trips.map(\.count))")
    }

    /// The ADTS frames of `stream`. See ISO/IEC 14496-3, 1.A.2.2.
    private static func frames(of stream: [UInt8]) -> [ArraySlice<UInt8>] {
        var frames: [ArraySlice<UInt8>] = []
        var start = 0
        while start < stream.count {
            let byteCount =
                Int(stream[start + 3] & 3) << 11 | Int(stream[start + 4]) << 3 | Int(stream[start + 5] >> 5)
            frames.append(stream[start..<start + byteCount])
            start += byteCount
        }
        return frames
    }

    @Test(arguments: [AudioCodec.flac, .opus, .pcm])
    func `reading ahead asks for every byte once, in large requests, and gives the same bytes`(codec: AudioCodec) throws
    {
        try with(codec, seconds: 40) { store, local, path in
            let expected = try recording(path, in: local)
            let opened = try recording(path, in: store)
            let prefetcher = Prefetcher(
                byteBudget: 16 << 20, line: Prefetcher.Line(requests: 8, byteBudget: 16 << 20))
            let reader = try #require(prefetcher.reader(of: opened))
            _ = store.takeTrips()
            let piece: UInt64 = 128 << 10
            var isRight = true
            for start in stride(from: 0, to: opened.dataByteCount, by: Int(piece)) {
                let range = start..<min(start + piece, opened.dataByteCount)
                prefetcher.note(range, by: reader)
                let bytes = try opened.samples.read(bytes: range).flatMap { Array($0.bytes) }
                isRight = try isRight && bytes == expected.samples.read(bytes: range).flatMap { Array($0.bytes) }
            }
            reader.end()
            #expect(isRight)
            let asked = store.takeTrips().joined().compactMap { request -> Range<UInt64>? in
                guard request.key.contains("/c/"), request.key.contains(HierarchyNames.blob) || codec == .pcm,
                    case .range(let range) = request.part
                else { return nil }
                return range
            }
            let size = try local.byteCount(below: codec == .pcm ? path : "\(path)/\(HierarchyNames.blob)")
            // Of the first third, small parts are read before it is known that there will be more. Of a short recording, the ends of parts count.
            let later = asked.filter { $0.lowerBound > size / 3 }
            let sum = later.reduce(0) { $0 + UInt64($1.count) }
            #expect(sum < size, "\(codec): \(sum) of \(size) bytes: \(asked)")
        }
    }

    @Test func `the documents of a group are asked for at once`() throws {
        let fixture = try ImportFixture()
        for number in 0..<70 {
            _ = try fixture.importBytes(ImportFixture.shortWave(number), name: "\(number).wav")
        }
        let store = RemoteStandIn(fixture.store)
        let catalogue = try Catalogue(store: store, root: "", cache: BlockCache(budget: 64 << 20), log: .silent)
        _ = store.takeTrips()
        var names: [String] = []
        catalogue.forEachMember { _, member in if case .recording = member { names.append("") } }
        #expect(names.count == 70)
        let trips = store.takeTrips()
        #expect(trips.contains { $0.count == 64 } && trips.contains { $0.count == 6 })
        #expect(trips.count < 12, "\(trips.map(\.count))")
    }
}

extension ImportFixture {
    /// A short WAV file, another one for each number.
    fileprivate static func shortWave(_ number: Int) -> [UInt8] {
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", (0..<200).flatMap { WaveBuilder.littleEndian(Int16($0 + number)) })
        return builder.bytes
    }
}
