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
    /// Calls `body` with a recording of three minutes, or as many seconds, imported as `codec`, in a store that is `answerTime` away.
    private func with(
        _ codec: AudioCodec, seconds: Int = 180, answerTime: Duration = .zero,
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
        builder.add("data", (0..<seconds).reduce(into: []) { sound, _ in sound += second })
        var options = ImportOptions()
        options.codec = codec
        let imported = try fixture.importBytes(builder.bytes, options).imported
        try body(RemoteStandIn(fixture.store, answerTime: answerTime), fixture.store, imported.path)
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

    /// What is asked of a store that is some time away, if `body` reads the audio at `path` from front to back: the bytes of requests for
    /// chunks of it, and how many were under way at once.
    private func line(
        _ path: String, of store: RemoteStandIn, _ body: () throws -> Void
    ) throws -> (byteCount: UInt64, atOnce: Int) {
        _ = (store.takeTrips(), store.takeMostAtOnce())
        try body()
        let byteCount = store.takeTrips().joined().reduce(UInt64(0)) { sum, request in
            guard request.key.hasPrefix("\(path)/c"), case .range(let range) = request.part else { return sum }
            return sum + UInt64(range.count)
        }
        return (byteCount, store.takeMostAtOnce())
    }

    @Test(arguments: [AudioCodec.flac, .opus, .pcm])
    func `whoever reads samples through asks for several parts at once, for each byte once, and gets the same bytes`(
        codec: AudioCodec
    ) throws {
        try with(codec, seconds: 40, answerTime: .milliseconds(30)) { store, local, path in
            let (expected, opened) = (try recording(path, in: local), try recording(path, in: store))
            let audio = codec == .pcm ? path : "\(path)/\(HierarchyNames.blob)"
            // Beginning anywhere.
            let whole = opened.dataByteCount / 2..<opened.dataByteCount
            let digest = try MessageDigest.sha256()
            let line = try line(audio, of: store) {
                let reading = try #require(ReadingThrough(opened.samples, whole))
                for start in stride(from: whole.lowerBound, to: whole.upperBound, by: 128 << 10) {
                    let range = start..<min(start + 128 << 10, whole.upperBound)
                    reading.willRead(range)
                    for slice in try opened.samples.read(bytes: range) { digest.update(slice.bytes) }
                }
            }
            #expect(line.atOnce > 1, "\(codec): \(line)")
            #expect(try digest.finish() == Self.digest(of: expected.samples.read(bytes: whole)))
            let size = try local.byteCount(below: audio)
            #expect(line.byteCount < size * 3 / 4, "\(codec): \(line) of \(size)")
            #expect(ReadingThrough(expected.samples, whole) == nil)
        }
    }

    private static func digest(of slices: [BlockSlice]) throws -> [UInt8] {
        let digest = try MessageDigest.sha256()
        for slice in slices { digest.update(slice.bytes) }
        return digest.finish()
    }

    @Test(arguments: [AudioCodec.flac, .opus, .aac])
    func `what a coded file is made of is fetched ahead, and then read without a round trip`(codec: AudioCodec) throws {
        try with(codec, seconds: 20) { store, local, path in
            let tags = RecordingTags(try recording(path, in: local).facts)
            let expected = try #require(try recording(path, in: local).codedFile)
            let file = try #require(try recording(path, in: store).codedFile)
            let size = try file.codedBodyByteCount()
            for range in [0..<size / 3, size / 2..<size] {
                let fetched = try file.fetchAhead(ofCodedBody: range)
                #expect(fetched != nil)
                let asked = try line("\(path)/\(HierarchyNames.blob)", of: store) {
                    let found = try Self.digest(of: file.codedBody(range, tags))
                    #expect(try found == Self.digest(of: expected.codedBody(range, tags)))
                }
                #expect(asked.byteCount == 0, "\(codec): \(asked)")
                #expect(try expected.fetchAhead(ofCodedBody: range) == nil)
                withExtendedLifetime(fetched) {}
            }
        }
    }

    @Test func `a check and the numbers of a stream are read ahead`() throws {
        try with(.flac, seconds: 40, answerTime: .milliseconds(30)) { store, local, path in
            let audio = "\(path)/\(HierarchyNames.blob)"
            let cache = BlockCache(budget: 64 << 20)
            for isDeep in [false, true] {
                var options = StoreCheck.Options()
                options.isDeep = isDeep
                let findings = Mutex<[String]>([])
                let check = try StoreCheck(store, root: "", options: options, cache: cache)
                let asked = try line(audio, of: store) {
                    _ = check.run(progress: { _ in }) { finding in findings.withLock { $0.append("\(finding)") } }
                }
                #expect(findings.withLock { $0 } == [] && asked.atOnce > 1, "\(asked)")
            }
            let opened = try recording(path, in: store)
            let numbers = try line(audio, of: store) {
                let statistics = try #require(try StreamStatistics(of: opened, in: store, cache: cache))
                let expected = try StreamStatistics(of: recording(path, in: local), in: local, cache: cache)
                #expect(statistics.frameCount == expected?.frameCount)
            }
            #expect(numbers.atOnce > 1, "\(numbers)")
        }
    }

    @Test func `a check of Opus reads many packets at once`() throws {
        try with(.opus, seconds: 60) { store, _, _ in
            let check = try StoreCheck(
                store, root: "", options: StoreCheck.Options(), cache: BlockCache(budget: 64 << 20))
            _ = store.takeTrips()
            let summary = check.run(progress: { _ in }) { _ in }
            #expect(summary.faults == 0 && summary.unchecked == 0)
            let trips = store.takeTrips()
            #expect(trips.count < 40, "\(trips.count)")
        }
    }

    @Test func `a source file that is kept as it is is read ahead`() throws {
        try with(.flac, seconds: 30) { _, local, path in
            let (facts, coded) = (try recording(path, in: local).facts, try recording(path, in: local).codedFile)
            let file = try #require(coded), tags = RecordingTags(facts)
            let body = try file.codedBody(0..<file.codedBodyByteCount(), tags).flatMap { Array($0.bytes) }
            let fixture = try ImportFixture()
            let source = try fixture.importBytes(file.codedHead(tags) + body, name: "source.flac").imported.path
            let store = RemoteStandIn(fixture.store, answerTime: .milliseconds(30))
            let cache = BlockCache(budget: 64 << 20)
            let digest = try MessageDigest.sha256()
            let asked = try line("\(source)/\(HierarchyNames.blob)", of: store) {
                try #require(try SourceBlob(of: source, in: store, cache: cache)).forEachPiece { digest.update($0) }
            }
            let expected = try recording(source, in: fixture.store).facts.sourceSHA256
            #expect(digest.finish().hexadecimal == expected && asked.atOnce > 1, "\(asked)")
        }
    }

    @Test func `a short recording is checked in a few round trips`() throws {
        try with(.flac, seconds: 1) { store, _, _ in
            let cache = BlockCache(budget: 64 << 20)
            let check = try StoreCheck(store, root: "", options: StoreCheck.Options(), cache: cache)
            _ = store.takeTrips()
            let summary = check.run(progress: { _ in }) { _ in }
            #expect(summary.recordings == 1)
            let trips = store.takeTrips()
            #expect(trips.count <= 6, "\(trips)")
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
