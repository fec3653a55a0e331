import AudioCoding
import Foundation
import Importing
import Recordings
import Support
import Synchronization
import TestSupport
import Testing
import WaveFile
import Zarr

/// Single bits flipped in the files of an imported recording.
struct RotTests {
    /// A source, and how it is imported.
    struct Source: CustomTestStringConvertible, Sendable {
        let codec: AudioCodec
        /// A fixture that is stored as it is; nil if sound of its own is encoded.
        var fixture: String?

        var testDescription: String { fixture ?? codec.rawValue }

        static let all =
            CodecRegistry.encodings.map { Source(codec: $0.codec) } + [
                Source(codec: .mp3, fixture: "cbr.mp3"), Source(codec: .vorbis, fixture: "lavc.ogg"),
                Source(codec: .opus, fixture: "hybrid.opus"), Source(codec: .aac, fixture: "lowrate.aac"),
            ]

        /// Imports it into `fixture`.
        func recording(in fixture: ImportFixture) throws -> Recording {
            guard let name = self.fixture else {
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", OddSource.noise(3 * 24_000))
                builder.add("note", Array("behind the samples".utf8))
                var options = ImportOptions()
                options.codec = codec
                return try fixture.importBytes(builder.bytes, options).recording
            }
            return try fixture.importFile(TestFiles.fixtures.appending(path: "coded/\(name)").path).recording
        }
    }

    /// What a mount would give of a recording.
    private struct Reading {
        /// Samples read at a time, so that an error costs no more.
        private static let pieceByteCount: UInt64 = 1_000

        var header: [UInt8]?
        var pieces: [[UInt8]?] = []

        init(_ path: String, in directory: URL) throws {
            let store = try DirectoryStore(path: directory.path)
            guard
                let recording = try? Recording(
                    store: store, path: path, cache: BlockCache(budget: 16 << 20), log: .silent)
            else { return }
            header = (try? recording.waveLayout()).flatMap { $0 }.map { $0.head + $0.tail }
            for start in stride(from: 0, to: recording.dataByteCount, by: Int(Self.pieceByteCount)) {
                let range = start..<min(start + Self.pieceByteCount, recording.dataByteCount)
                pieces.append(try? recording.samples.read(bytes: range).flatMap { Array($0.bytes) })
            }
        }

        /// Whether each of its bytes is as in `good` or an error.
        func isRightOrMissing(_ good: Reading) -> Bool {
            (header == nil || header == good.header) && pieces.count <= good.pieces.count
                && zip(pieces, good.pieces).allSatisfy { $0 == nil || $0 == $1 }
                && (pieces.isEmpty || pieces.count == good.pieces.count)
        }

        var errorCount: Int { pieces.count { $0 == nil } }
    }

    /// What a deep check, or a repair, says of the store in `directory`.
    private func findings(_ directory: URL, isRepairing: Bool = false) throws -> [Finding] {
        var options = StoreCheck.Options()
        options.isRepairing = isRepairing
        options.isDeep = true
        let check = try StoreCheck(
            DirectoryStore(path: directory.path), root: "", options: options, cache: BlockCache(budget: 16 << 20))
        let findings = Mutex<[Finding]>([])
        _ = check.run { _ in
        } report: { finding in
            findings.withLock { $0.append(finding) }
        }
        return findings.withLock { $0 }
    }

    /// The files below `directory`, but for documents if `documents` is false, and nothing but them if it is true.
    private func files(below directory: URL, documents: Bool) throws -> [URL] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted()
        return names.map { directory.appending(path: $0) }.filter {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder)
            return !isFolder.boolValue && ($0.lastPathComponent == "zarr.json") == documents
        }
    }

    @Test(arguments: Source.all)
    func `one bit flipped in any chunk of an import is never heard, and a check names the recording`(
        _ source: Source
    ) throws {
        let fixture = try ImportFixture()
        let path = try source.recording(in: fixture).path
        let directory = fixture.folder.appending(path: "store.zarr")
        let good = try Reading(path, in: directory)
        try #require(good.header != nil && good.errorCount == 0 && !good.pieces.isEmpty)
        try #require(try findings(directory).isEmpty)
        var random = RepeatableRandom(seed: 1)
        for file in try files(below: directory.appending(path: path), documents: false) {
            let bytes = try Data(contentsOf: file)
            let bits =
                [0, 8 * bytes.count - 1] + (0..<20).map { _ in Int.random(in: 0..<8 * bytes.count, using: &random) }
            for bit in bits {
                var rotten = bytes
                rotten[bit / 8] ^= 1 << (bit % 8)
                try rotten.write(to: file)
                let place = "bit \(bit) of \(file.path)"
                let isRight = try Reading(path, in: directory).isRightOrMissing(good)
                #expect(isRight, "\(place) is heard")
                let isFound = try findings(directory).contains { $0.recording == path && $0.kind == .fault }
                #expect(isFound, "\(place) is not found")
            }
            try bytes.write(to: file)
        }
        try #expect(findings(directory).isEmpty)
    }

    @Test(arguments: [AudioCodec.flac, .opus])
    func `one bit flipped in any document of an import is named by a check`(_ codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        let path = try Source(codec: codec).recording(in: fixture).path
        let directory = fixture.folder.appending(path: "store.zarr")
        var random = RepeatableRandom(seed: 2)
        for file in try files(below: directory.appending(path: "pond"), documents: true) {
            let bytes = try Data(contentsOf: file)
            for _ in 0..<20 {
                let bit = Int.random(in: 0..<8 * bytes.count, using: &random)
                var rotten = bytes
                rotten[bit / 8] ^= 1 << (bit % 8)
                try rotten.write(to: file)
                let isFound = try findings(directory).contains {
                    $0.kind == .fault && "\(path)/".hasPrefix($0.recording)
                }
                #expect(isFound, "bit \(bit) of \(file.path) is not found")
            }
            try bytes.write(to: file)
        }
    }

    @Test func `checksums that cannot be read make the audio unreadable until they are repaired`() throws {
        let fixture = try ImportFixture()
        let path = try Source(codec: .aac).recording(in: fixture).path
        let directory = fixture.folder.appending(path: "store.zarr")
        let good = try Reading(path, in: directory)
        let chunk = directory.appending(path: "\(path)/audio_crc32c/c/0")
        var bytes = try Data(contentsOf: chunk)
        bytes[0] ^= 1
        try bytes.write(to: chunk)
        #expect(try Reading(path, in: directory).pieces.isEmpty)
        let repaired = try findings(directory, isRepairing: true)
        #expect(repaired.map(\.repair) == [.done] && repaired.first?.kind == .fault)
        #expect(try findings(directory).isEmpty)
        let isRight = try Reading(path, in: directory).pieces == good.pieces
        #expect(isRight)
        // Audio that was imported before there were checksums gets them.
        try FileManager.default.removeItem(at: directory.appending(path: "\(path)/audio_crc32c"))
        #expect(try findings(directory).isEmpty)
        let added = try findings(directory, isRepairing: true)
        #expect(added.map(\.repair) == [.done] && added.first?.kind == .note)
        #expect(try Data(contentsOf: chunk)[0] == bytes[0] ^ 1)
    }

    @Test(arguments: ["source_head", "source_tail"], [AudioCodec.flac, .pcm])
    func `a check finds that what was around the samples is missing`(array: String, codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        let path = try Source(codec: codec).recording(in: fixture).path
        let directory = fixture.folder.appending(path: "store.zarr")
        try #require(try findings(directory).isEmpty)
        try FileManager.default.removeItem(at: directory.appending(path: "\(path)/\(array)"))
        let found = try findings(directory)
        #expect(found.map(\.kind) == [.fault])
        let problem = array == "source_head" ? "source_head is missing" : "source_head and source_tail are of no use"
        #expect(found.first?.problem.hasPrefix(problem) == true)
    }

    @Test(arguments: [AudioCodec.flac, .aac, .opus])
    func `one bit flipped in the audio costs the samples of a block, and no others`(_ codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", OddSource.noise(40 * 24_000))
        var options = ImportOptions()
        options.codec = codec
        let path = try fixture.importBytes(builder.bytes, options).recording.path
        let directory = fixture.folder.appending(path: "store.zarr")
        let good = try Reading(path, in: directory)
        let chunk = directory.appending(path: "\(path)/audio_data_blob_array/c/0")
        let bytes = try Data(contentsOf: chunk)
        for place in [bytes.count / 4, bytes.count / 2] {
            var rotten = bytes
            rotten[place] ^= 1
            try rotten.write(to: chunk)
            let damaged = try Reading(path, in: directory)
            let isRight = damaged.isRightOrMissing(good)
            #expect(isRight)
            #expect(damaged.header == good.header)
            #expect(damaged.errorCount > 0)
        }
    }
}
