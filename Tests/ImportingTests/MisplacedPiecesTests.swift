import Foundation
import Importing
import Recordings
import TestSupport
import Testing
import WaveFile
import Zarr

/// Files whose pages (Ogg) or clusters (Matroska) are there twice, swapped, or lost at the beginning.
struct MisplacedPiecesTests {
    /// A file of three seconds, or nine, and how ffmpeg makes it.
    struct Source: CustomTestStringConvertible {
        let name: String
        let encoder: String
        var options: [String] = []

        var isOgg: Bool { options.contains("ogg") }
        var testDescription: String { name }

        func make(in fixture: ImportFixture) throws -> [UInt8] {
            try DamagedSourceTests.make(name, ["-c:a", encoder] + options, in: fixture)
        }

        /// Where its pages or clusters begin in `bytes`, and their end.
        func pieces(of bytes: [UInt8]) -> [Int] {
            let start: [UInt8] = isOgg ? Array("OggS".utf8) : [0x1F, 0x43, 0xB6, 0x75]
            let end = bytes.indices.last { bytes[$0...].starts(with: [0x1C, 0x53, 0xBB, 0x6B]) }
            return bytes.indices.filter { bytes[$0] == start[0] && bytes[$0...].starts(with: start) }
                + [isOgg ? bytes.count : end ?? bytes.count]
        }

        /// The number of the first page or cluster with sound.
        func firstSounding(_ pieces: [Int], of bytes: [UInt8]) -> Int {
            // The granule position of a page: RFC 3533, section 6.
            isOgg ? pieces.firstIndex { bytes[$0 + 6..<$0 + 13].contains { $0 != 0 } } ?? 0 : 0
        }
    }

    private static let ogg = ["-f", "ogg", "-page_duration", "300000"]
    private static let clusters = ["-cluster_time_limit", "300"]
    static let sources = [
        Source(name: "a.opus", encoder: "libopus", options: ogg),
        Source(name: "a.ogg", encoder: "libvorbis", options: ogg),
        Source(name: "a.oga", encoder: "flac", options: ["-sample_fmt", "s16"] + ogg),
        Source(name: "opus.webm", encoder: "libopus", options: clusters),
        Source(name: "vorbis.webm", encoder: "libvorbis", options: clusters),
        Source(name: "flac.mka", encoder: "flac", options: ["-sample_fmt", "s16"] + clusters),
    ]

    /// Checks that the import of `bytes`, made of `whole` by damage, has the samples of that from sample `start` on at the same places.
    private static func check(
        _ bytes: [UInt8], madeOf whole: [UInt8], _ source: Source, from start: Int, note: String,
        in fixture: ImportFixture
    ) throws {
        let (intact, undamaged) = try fixture.importBytes(whole, name: "all-\(source.name)")
        #expect(!intact.notes.contains { $0.hasPrefix("put in order") || $0.hasPrefix("silence") })
        let expected = try undamaged.sampleBytes()
        let (imported, recording) = try fixture.importBytes(bytes, name: source.name)
        let samples = try recording.sampleBytes()
        #expect(imported.notes.contains { $0.hasPrefix(note) }, "\(imported.notes)")
        let width = undamaged.format.encoding == .integer16 ? 2 : 4
        #expect(abs(samples.count - expected.count) <= 96 * width, "\(samples.count) \(expected.count)")
        #expect(recording.format.encoding == undamaged.format.encoding)
        let end = min(samples.count, expected.count)
        if source.encoder == "libopus" {
            // Times in Matroska are milliseconds, and decoders of Opus differ a little.
            let part = max(end - 8_000, 0)..<max(end - 1_000, 0)
            let errors = (source.isOgg ? 0...0 : -48...48).map { shift in
                DamagedSourceTests.error(
                    of: samples[part], expected[part.lowerBound + 2 * shift..<part.upperBound + 2 * shift])
            }
            #expect((errors.min() ?? 1) <= 0.05, "\(errors)")
        } else {
            let isSame = samples[min(start * width, end)..<end] == expected[min(start * width, end)..<end]
            #expect(isSame)
        }
        #expect(try DamagedSourceTests.faults(of: fixture).isEmpty)
        #expect(throws: ImportError.self) {
            try ImportFixture().importBytes(bytes, name: source.name, DamagedSourceTests.strict)
        }
    }

    @Test(arguments: sources, ["twice", "swapped"])
    func `pages and clusters that are there twice or swapped are put in order, and a note says so`(
        source: Source, kind: String
    ) throws {
        let fixture = try ImportFixture()
        let whole = try source.make(in: fixture)
        let pieces = source.pieces(of: whole)
        let middle = (source.firstSounding(pieces, of: whole) + pieces.count) / 2
        let (first, second) = (pieces[middle]..<pieces[middle + 1], pieces[middle + 1]..<pieces[middle + 2])
        var bytes = Array(whole[..<first.upperBound])
        if kind == "twice" {
            bytes += whole[first] + whole[second.lowerBound...]
        } else {
            bytes.replaceSubrange(first, with: whole[second] + whole[first])
            bytes += whole[second.upperBound...]
        }
        try Self.check(
            bytes, madeOf: whole, source, from: 0,
            note: "put in order: 1 of its pages or clusters that were there twice or out of order", in: fixture)
    }

    @Test(arguments: sources.filter { $0.name != "vorbis.webm" }, [1, 3])
    func `silence stands for the beginning of a file that has lost its first pages or clusters`(
        source: Source, count: Int
    ) throws {
        let fixture = try ImportFixture()
        let whole = try source.make(in: fixture)
        let pieces = source.pieces(of: whole)
        let first = source.firstSounding(pieces, of: whole)
        let bytes = Array(whole[..<pieces[first]] + whole[pieces[first + count]...])
        try Self.check(
            bytes, madeOf: whole, source, from: 60_000, note: "silence stands for 0:00:0\(count == 1 ? "0." : "")",
            in: fixture)
    }

    @Test func `the last page of FLAC in Ogg keeps its place if all others between it and the first are lost`() throws {
        let fixture = try ImportFixture()
        let source = Self.sources[2]
        let whole = try source.make(in: fixture)
        let pieces = source.pieces(of: whole)
        let first = source.firstSounding(pieces, of: whole)
        let bytes = Array(whole[..<pieces[first + 1]] + whole[pieces[pieces.count - 2]...])
        try Self.check(
            bytes, madeOf: whole, source, from: 140_000, note: "silence stands for 0:00:02.", in: fixture)
    }

    @Test func `silence stands for the beginning of FLAC in Ogg of which only the last page is left`() throws {
        let fixture = try ImportFixture()
        let source = Self.sources[2]
        let whole = try source.make(in: fixture)
        let pieces = source.pieces(of: whole)
        let first = source.firstSounding(pieces, of: whole)
        let bytes = Array(whole[..<pieces[first]] + whole[pieces[pieces.count - 2]...])
        try Self.check(
            bytes, madeOf: whole, source, from: 140_000, note: "silence stands for 0:00:02.", in: fixture)
    }

    @Test func `the numbers of FLAC's frames show that a Matroska file without an index has lost its beginning`()
        throws
    {
        let fixture = try ImportFixture()
        let source = Self.sources[5]
        let whole = try source.make(in: fixture)
        let pieces = source.pieces(of: whole)
        let bytes = Array(whole[..<pieces[0]] + whole[pieces[1]..<(pieces.last ?? 0)])
        try Self.check(bytes, madeOf: whole, source, from: 60_000, note: "silence stands for 0:00:00.", in: fixture)
    }

    @Test func `a WebM file without an index whose first sound comes late is imported as it is, and a note says so`()
        throws
    {
        let fixture = try ImportFixture()
        let source = Self.sources[3]
        let whole = try source.make(in: fixture)
        let pieces = source.pieces(of: whole)
        let bytes = Array(whole[..<pieces[0]] + whole[pieces[3]..<(pieces.last ?? 0)])
        let (imported, _) = try fixture.importBytes(bytes, name: source.name)
        let note = imported.notes.first { $0.hasPrefix("begins at 0:00:0") }
        #expect(
            note?.hasSuffix("of the file's own time: what came before, if anything did, is not in the file") == true)
        #expect(imported.codec == .opus && !imported.notes.contains { $0.hasPrefix("it ends") }, "\(imported.notes)")
        #expect(try fixture.preview(of: fixture.file("dry.webm", bytes)).notes.contains(note ?? ""))
    }

    @Test(arguments: [sources[0], sources[1], sources[3], sources[4]])
    func `a plan says of misplaced pages and clusters what the import says`(_ source: Source) throws {
        let fixture = try ImportFixture()
        let whole = try source.make(in: fixture)
        let pieces = source.pieces(of: whole)
        let place = pieces.count / 2
        let bytes = Array(
            whole[..<pieces[place]] + whole[pieces[place + 1]..<pieces[place + 2]]
                + whole[pieces[place]..<pieces[place + 1]] + whole[pieces[place + 2]...])
        let preview = try fixture.preview(of: fixture.file(source.name, bytes))
        let imported = try fixture.importBytes(bytes, name: source.name).imported
        #expect(preview.codec == imported.codec && !preview.isCopied)
        #expect(preview.notes.contains { $0.hasPrefix("put in order: 1 of its pages or clusters") })
        #expect(preview.notes.filter { !$0.hasPrefix("kept as") } == imported.notes.filter { !$0.hasPrefix("kept as") })
    }

    @Test(arguments: ["libopus", "libvorbis", "flac"])
    func `an Ogg stream whose times begin above 0 and whose pages are all there begins with its sound`(
        encoder: String
    ) throws {
        let fixture = try ImportFixture()
        let bytes = try DamagedSourceTests.make(
            "live.ogg", ["-c:a", encoder, "-output_ts_offset", "5"] + Self.ogg, in: fixture)
        let (imported, recording) = try fixture.importBytes(bytes, name: "live.ogg")
        #expect(abs(Int(recording.sampleCount) - 144_000) < 1_000)
        #expect(!imported.notes.contains { $0.hasPrefix("silence stands for") })
    }

    @Test(arguments: sources.prefix(3).filter { $0.encoder != "libvorbis" })
    func `the headers of a chained Ogg stream are not taken for damaged packets`(source: Source) throws {
        let fixture = try ImportFixture()
        let whole = try source.make(in: fixture)
        let expected = try fixture.importBytes(whole, name: "all-\(source.name)").recording.sampleBytes()
        let (imported, recording) = try fixture.importBytes(whole + whole, name: source.name)
        #expect(
            imported.notes == [
                "decoded, since it cannot be stored as it is (another Ogg stream is chained to it)",
                "another stream follows at 0:00:03.000",
            ])
        let samples = try recording.sampleBytes()
        #expect(samples.count == 2 * expected.count)
        // The decoder of Opus begins the second with what it remembers of the first.
        let second = DamagedSourceTests.error(of: samples[expected.count + 20_000..<samples.count], expected[20_000...])
        #expect(second <= (source.encoder == "libopus" ? 0.05 : 0))
        #expect(try DamagedSourceTests.faults(of: fixture).isEmpty)
    }
}
