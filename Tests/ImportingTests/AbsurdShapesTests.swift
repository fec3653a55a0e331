import Foundation
import Importing
import Recordings
import Support
import Synchronization
import TestSupport
import Testing
import Zarr

/// Arrays of imported recordings whose documents announce far more than the store has, and what is asked of the store because of that.
struct AbsurdShapesTests {
    /// A source of each codec, and as what it is imported.
    enum Source: String, CaseIterable, CustomTestStringConvertible {
        case flac, aac, opus, mp3, vorbis, pcm, wave

        var testDescription: String { rawValue }

        func importFile(into fixture: ImportFixture) throws -> Recording {
            var options = ImportOptions()
            let coded = TestFiles.fixtures.appending(path: "recordings")
            switch self {
            case .flac: return try fixture.importFile(coded.appending(path: "fixed.flac").path).recording
            case .aac: return try fixture.importFile(coded.appending(path: "exact.aac").path).recording
            case .opus: return try fixture.importFile(coded.appending(path: "celt.opus").path).recording
            case .mp3: return try fixture.importFile(coded.appending(path: "reservoir.mp3").path).recording
            case .vorbis: return try fixture.importFile(coded.appending(path: "clicks.ogg").path).recording
            case .pcm, .wave:
                if self == .pcm { options.codec = .pcm }
                let samples = (0..<96_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
                var wave = WaveBuilder()
                wave.addFormat()
                wave.add("data", samples)
                return try fixture.importBytes(wave.bytes, options).recording
            }
        }
    }

    /// What is left of the chunks.
    enum Chunks: CaseIterable {
        case none, first
    }

    /// What a command may ask of the store, at most: a recording of a day has more chunks.
    private static let workLimit = 20_000

    /// Imports `source`, and calls `body` with a copy of the store for each of the recording's arrays, which announces `length` rows there.
    private func forEachAbsurdity(
        _ source: Source, _ length: Int64,
        _ body: (_ store: WorkCountingStore, _ array: String, _ path: String) throws -> Void
    ) throws {
        let fixture = try ImportFixture()
        let path = try source.importFile(into: fixture).path
        let whole = fixture.folder.appending(path: "store.zarr")
        for array in try FileManager.default.contentsOfDirectory(atPath: whole.appending(path: path).path).sorted() {
            guard FileManager.default.fileExists(atPath: whole.appending(path: "\(path)/\(array)/zarr.json").path)
            else {
                continue
            }
            for chunks in Chunks.allCases {
                let copy = fixture.folder.appending(path: "copy-\(array)-\(chunks)")
                try FileManager.default.copyItem(at: whole, to: copy)
                try Self.announce(length, in: copy.appending(path: "\(path)/\(array)"), keeping: chunks)
                try body(WorkCountingStore(try DirectoryStore(path: copy.path)), "\(array), chunks: \(chunks)", path)
            }
        }
    }

    private static func announce(_ length: Int64, in array: URL, keeping chunks: Chunks) throws {
        let file = array.appending(path: "zarr.json")
        var document = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        var shape = try #require(document["shape"] as? [Int64])
        shape[0] = length
        document["shape"] = shape
        try JSONSerialization.data(withJSONObject: document).write(to: file)
        let folder = array.appending(path: "c")
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where chunks == .none || name != "0" {
            try FileManager.default.removeItem(at: folder.appending(path: name))
        }
    }

    @Test(arguments: Source.allCases, [1 << 40, 1 << 62] as [Int64])
    func `an array that announces far more than there is costs no command more than what is stored`(
        source: Source, length: Int64
    ) throws {
        try forEachAbsurdity(source, length) { store, array, path in
            let cache = BlockCache(budget: 16 << 20)
            func expectLittleWork(_ command: String) {
                let work = store.takeCount()
                #expect(work <= Self.workLimit, "\(command) of \(array)")
            }
            let catalogue = try Catalogue(store: store, cache: cache, log: .silent)
            catalogue.learn()
            expectLittleWork("list")
            if let recording = (try? catalogue.recording(at: path)) ?? nil {
                let middle = recording.dataByteCount / 2
                _ = try? recording.samples.read(bytes: 0..<min(65_536, recording.dataByteCount))
                _ = try? recording.samples.read(bytes: middle..<min(middle + 65_536, recording.dataByteCount))
                expectLittleWork("reading")
                _ = try? StreamStatistics(of: recording, in: store, cache: cache)
                expectLittleWork("info")
            }
            if let blob = (try? SourceBlob(of: path, in: store, cache: cache)) ?? nil {
                try? blob.forEachPiece { _ in }
                expectLittleWork("extract --source")
            }
            for isDeep in [false, true] {
                var options = StoreCheck.Options()
                options.isDeep = isDeep
                let check = try StoreCheck(store, root: "", options: options, cache: cache)
                let findings = Mutex<[Finding]>([])
                let summary = check.run(
                    progress: { _ in }, report: { finding in findings.withLock { $0.append(finding) } })
                #expect(summary.faults + summary.unchecked > 0, "\(array)")
                #expect(findings.withLock { $0.count } < 300)
                expectLittleWork(isDeep ? "check --deep" : "check")
            }
        }
    }

    @Test(arguments: [1 << 40, 1 << 61] as [Int64], [1, 1 << 20] as [Int64])
    func `a plain array that announces far more than there is costs no command more than what is stored`(
        length: Int64, chunkLength: Int64
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let base = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try base.addArray(
                "plain", shape: [Int(length)], type: "int16", bytes: nil, chunks: [Int(chunkLength)],
                attributes: ["sample_rate": 48_000])
            let store = WorkCountingStore(try DirectoryStore(path: directory.path))
            let cache = BlockCache(budget: 16 << 20)
            let catalogue = try Catalogue(store: store, cache: cache, log: .silent)
            catalogue.learn()
            #expect(store.takeCount() < 100)
            let recording = try #require(try catalogue.recording(at: "plain"))
            #expect(recording.sampleCount == UInt64(length))
            let error = #expect(throws: RecordingError.self) {
                try recording.checkPlausible(in: store, cache: cache)
            }
            #expect(error.map { "\($0)".contains("announces \(length * 2) bytes") } == true)
            // What was asked for is read: it is the fill value.
            let middle = recording.dataByteCount / 2
            let silence = try recording.samples.read(bytes: middle..<middle + 1000).flatMap { Array($0.bytes) }
            #expect(silence == [UInt8](repeating: 0, count: 1000))
            // Two requests for each of the 500 chunks that are absent: its value, and whether the array is still in its place.
            #expect(store.takeCount() < 1_100)
            for isDeep in [false, true] {
                var options = StoreCheck.Options()
                options.isDeep = isDeep
                let check = try StoreCheck(store, root: "", options: options, cache: cache)
                #expect(check.run(progress: { _ in }, report: { _ in }).faults > 0)
                #expect(store.takeCount() < 100)
            }
        }
    }
}
