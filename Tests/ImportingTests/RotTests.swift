import AudioCoding
import Foundation
import Importing
import Recordings
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

        /// Imports it into `fixture`; if it is encoded, `byteCount` bytes of samples.
        func recording(in fixture: ImportFixture, byteCount: Int = 3 * 24_000) throws -> Recording {
            guard let name = self.fixture else {
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", OddSource.noise(byteCount))
                builder.add("note", Array("behind the samples".utf8))
                var options = ImportOptions()
                options.codec = codec
                return try fixture.importBytes(builder.bytes, options).recording
            }
            return try fixture.importFile(TestFiles.fixtures.appending(path: "coded/\(name)").path).recording
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
        try #require(try ImportedFiles.findings(directory).isEmpty)
        var random = RepeatableRandom(seed: 1)
        for file in try ImportedFiles.all(below: directory.appending(path: path), documents: false) {
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
                let isFound = try ImportedFiles.findings(directory).contains {
                    $0.recording == path && $0.kind == .fault
                }
                #expect(isFound, "\(place) is not found")
            }
            try bytes.write(to: file)
        }
        try #expect(ImportedFiles.findings(directory).isEmpty)
    }

    @Test(arguments: [AudioCodec.flac, .opus])
    func `one bit flipped in any document of an import is named by a check`(_ codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        let path = try Source(codec: codec).recording(in: fixture).path
        let directory = fixture.folder.appending(path: "store.zarr")
        var random = RepeatableRandom(seed: 2)
        for file in try ImportedFiles.all(below: directory.appending(path: "pond"), documents: true) {
            let bytes = try Data(contentsOf: file)
            for _ in 0..<20 {
                let bit = Int.random(in: 0..<8 * bytes.count, using: &random)
                var rotten = bytes
                rotten[bit / 8] ^= 1 << (bit % 8)
                try rotten.write(to: file)
                let isFound = try ImportedFiles.findings(directory).contains {
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
        let repaired = try ImportedFiles.findings(directory, isRepairing: true)
        #expect(repaired.map(\.repair) == [.done] && repaired.first?.kind == .fault)
        #expect(try ImportedFiles.findings(directory).isEmpty)
        let isRight = try Reading(path, in: directory).pieces == good.pieces
        #expect(isRight)
        // Audio that was imported before there were checksums gets them.
        try FileManager.default.removeItem(at: directory.appending(path: "\(path)/audio_crc32c"))
        #expect(try ImportedFiles.findings(directory).isEmpty)
        let added = try ImportedFiles.findings(directory, isRepairing: true)
        #expect(added.map(\.repair) == [.done] && added.first?.kind == .note)
        #expect(try Data(contentsOf: chunk)[0] == bytes[0] ^ 1)
    }

    @Test(arguments: ["source_head", "source_tail"], [AudioCodec.flac, .pcm])
    func `a check finds that what was around the samples is missing`(array: String, codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        let path = try Source(codec: codec).recording(in: fixture).path
        let directory = fixture.folder.appending(path: "store.zarr")
        try #require(try ImportedFiles.findings(directory).isEmpty)
        try FileManager.default.removeItem(at: directory.appending(path: "\(path)/\(array)"))
        let found = try ImportedFiles.findings(directory)
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
