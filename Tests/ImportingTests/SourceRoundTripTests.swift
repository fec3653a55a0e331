import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

struct SourceRoundTripTests {
    @Test(arguments: OddSource.all, [AudioCodec.flac, .pcm])
    func `a WAV source comes back byte for byte from a lossless codec`(source: OddSource, codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        var options = ImportOptions()
        options.codec = codec
        let (imported, recording) = try fixture.importBytes(source.bytes, options)
        #expect(imported.isByteExact)
        #expect(recording.codec == (source.fitsFLAC ? codec : .pcm))
        #expect(try recording.waveBytes() == source.bytes)
        #expect(recording.waveExtent?.fileSize == UInt64(source.bytes.count))
        #expect(recording.sourceSHA256 == (try Digest.sha256(source.bytes)))
    }

    @Test func `a WAV source that FLAC cannot hold is kept as pcm, and a note says why`() throws {
        for source in OddSource.all where !source.fitsFLAC {
            let (imported, _) = try ImportFixture().importBytes(source.bytes)
            #expect(imported.notes.contains { $0.hasPrefix("kept as pcm: FLAC") }, "\(source.testDescription)")
        }
    }

    @Test func `a recording whose stored header contradicts its stream gets a header of its own`() throws {
        let fixture = try ImportFixture()
        var builder = WaveBuilder()
        builder.addFormat(rate: 44_100)
        builder.add("data", OddSource.noise(1_000))
        let (_, recording) = try fixture.importBytes(builder.bytes)
        var other = WaveBuilder()
        other.addFormat(rate: 48_000)
        other.add("data", [], size: 1_000)
        let head = try fixture.store.stageNode()
        let writer = ArrayWriter(in: head, try ArrayPlan(.uint8, chunkRows: 1_000))
        try writer.append(other.bytes)
        try writer.finish()
        try head.replace("\(recording.path)/source_head")

        let again = try Recording(
            store: DirectoryStore(path: fixture.folder.appending(path: "store.zarr").path), path: recording.path,
            cache: .init(budget: 1 << 20), log: .silent)
        #expect(again.envelope == nil)
        var plain = WaveBuilder()
        plain.addFormat(rate: 44_100)
        plain.add("data", OddSource.noise(1_000))
        let file = try again.waveBytes()
        // The format, the samples, and metadata between them.
        #expect(file[12..<36].elementsEqual(plain.bytes[12..<36]))
        #expect(file.waveSamples.elementsEqual(plain.bytes.waveSamples))
        #expect(try again.waveLayout() == again.description().layout(.all))
    }

    @Test(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
    func `the shared recordings come back byte for byte`() throws {
        let fixture = try ImportFixture()
        let folder = try #require(SharedMaterial.directory).appending(path: "recordings")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.isEmpty)
        for name in names {
            let source = folder.appending(path: name)
            let (imported, recording) = try fixture.importFile(source.path)
            #expect(imported.codec == .flac)
            #expect(try recording.waveBytes() == Array(Data(contentsOf: source)), "\(name)")
        }
    }
}
