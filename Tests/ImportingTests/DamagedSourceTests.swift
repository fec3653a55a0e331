import AudioCoding
import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

/// Sources as recorders leave them if the card is full or the battery empty.
struct DamagedSourceTests {
    static let strict: ImportOptions = {
        var options = ImportOptions()
        options.isStrict = true
        return options
    }()

    /// Three seconds of noise at 48 kHz, coded by ffmpeg with `arguments` to a file called `name`.
    static func make(_ name: String, _ arguments: [String], in fixture: ImportFixture) throws -> [UInt8] {
        let path = fixture.folder.appending(path: "whole-\(name)")
        _ = try runChecked(
            ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "anoisesrc=d=3:r=48000:seed=3:a=0.3"]
                + arguments + [path.path])
        return Array(try Data(contentsOf: path))
    }

    /// Offset and size of the packets that ffprobe finds in `bytes`.
    static func packets(_ bytes: [UInt8], _ name: String, in fixture: ImportFixture) throws -> [(Int, Int)] {
        let path = try fixture.file("probed-\(name)", bytes)
        let text = try runChecked(
            ["ffprobe", "-v", "error", "-show_entries", "packet=pos,size", "-of", "csv=p=0", path]
        ).text
        return text.split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: ",").compactMap { Int($0) }
            return numbers.count == 2 ? (numbers[1], numbers[0]) : nil
        }
    }

    /// `bytes`, FLAC, with STREAMINFO announcing `total` samples.
    static func announcing(_ total: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        // RFC 9639, section 8.2: 36 bits, the last of the 8 bytes behind the block and frame sizes.
        bytes[21] = bytes[21] & 0xF0 | UInt8(total >> 32 & 0xF)
        for index in 0..<4 { bytes[22 + index] = UInt8(truncatingIfNeeded: total >> (24 - 8 * UInt64(index))) }
        return bytes
    }

    /// How far samples of 16 bits are from those `expected`, as a fraction of these.
    static func error(of samples: ArraySlice<UInt8>, _ expected: ArraySlice<UInt8>) -> Double {
        func numbers(_ bytes: ArraySlice<UInt8>) -> [Int] {
            Array(bytes).withUnsafeBytes { $0.bindMemory(to: Int16.self).map { Int($0) } }
        }
        let whole = numbers(expected)
        let difference = zip(numbers(samples), whole).reduce(0) { $0 + abs($1.0 - $1.1) }
        return Double(difference) / Double(max(whole.reduce(0) { $0 + abs($1) }, 1))
    }

    static func faults(of fixture: ImportFixture) throws -> [String] {
        var options = StoreCheck.Options()
        options.isDeep = true
        let check = try StoreCheck(fixture.store, root: "", options: options, cache: BlockCache(budget: 16 << 20))
        let lines = KeptLines()
        _ = check.run { _ in
        } report: { finding in
            if finding.kind == .fault { lines.log.say(.info, "\(finding)") }
        }
        return lines.all
    }

    @Test(arguments: ["gap.webm", "gap.mka"])
    func `packets that are missing in a source are silence, and what follows keeps its time`(name: String) throws {
        let fixture = try ImportFixture()
        let whole = try Self.make(name, ["-c:a", "libopus", "-cluster_time_limit", "200"], in: fixture)
        let expected = try fixture.importBytes(whole, name: "all-\(name)").recording
        let packets = try Self.packets(whole, name, in: fixture)
        // From one block to a later one of the same cluster, whose length then is wrong: Matroska finds the next.
        var holed = whole
        for (offset, byteCount) in packets[60..<75] {
            for index in offset..<offset + byteCount where index < holed.count { holed[index] = 0xFF }
        }
        let (imported, recording) = try fixture.importBytes(holed, name: name)
        #expect(abs(Int(recording.sampleCount) - Int(expected.sampleCount)) <= 96)
        #expect(imported.notes.contains { $0.contains("decoded, since it cannot be stored as it is") })
        #expect(imported.notes.contains { $0.hasPrefix("silence stands for") || $0.hasPrefix("damaged: ") })
        #expect(try Self.faults(of: fixture).isEmpty)
        let error = #expect(throws: ImportError.self) {
            try ImportFixture().importBytes(holed, name: name, Self.strict)
        }
        #expect(error != nil)
    }

    @Test func `a damaged packet of AAC is silence, and the rest comes`() throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make("a.aac", ["-c:a", "aac", "-b:a", "64k"], in: fixture)
        let expected = try fixture.importBytes(bytes, name: "all.aac").recording.sampleCount
        let packets = try Self.packets(bytes, "a.aac", in: fixture)
        for (offset, byteCount) in packets[50..<53] {
            for index in offset + 7..<offset + byteCount { bytes[index] = 0xFF }
        }
        let (imported, recording) = try fixture.importBytes(bytes, name: "a.aac")
        #expect(recording.sampleCount == expected)
        #expect(
            imported.notes.contains {
                $0.hasPrefix("damaged: 3 of its packets cannot be decoded, the first at 0:00:01.0")
            })
        #expect(try Self.faults(of: fixture).isEmpty)
    }

    @Test func `a packet of Vorbis that is no packet of sound is silence, and what follows keeps its time`() throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make("v.ogg", ["-c:a", "libvorbis", "-f", "ogg"], in: fixture)
        let expected = try fixture.importBytes(bytes, name: "all.ogg").recording.sampleCount
        // The first packet that begins on the second page of sound, behind its segment table. RFC 3533, section 6.
        let page = OggChecksums.pages(of: bytes)[3]
        let continued = bytes[page + 5] & 1 == 0 ? 0 : Int(bytes[page + 27]) + 1
        bytes[page + 27 + Int(bytes[page + 26]) + continued] |= 1
        OggChecksums.renew(in: &bytes)
        let (imported, recording) = try fixture.importBytes(bytes, name: "v.ogg")
        #expect(recording.sampleCount == expected, "\(imported.notes)")
        #expect(
            imported.notes.contains { $0.contains("1 of its packets are not packets of sound") }, "\(imported.notes)")
        #expect(try Self.faults(of: fixture).isEmpty)
    }

    @Test(arguments: [("d.aac", "aac"), ("d.mp3", "libmp3lame"), ("d.m4a", "aac"), ("d.ogg", "libvorbis")])
    func `a damaged source of a lossy codec becomes 16 bits as a mount shows them, and its bytes are kept beside them`(
        name: String, encoder: String
    ) throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make(name, ["-c:a", encoder, "-b:a", "64k", "-aac_pns", "0"], in: fixture)
        let packets = try Self.packets(bytes, name, in: fixture)
        let (intact, whole) = try fixture.importBytes(bytes, name: "all-\(name)")
        #expect(intact.codec != .flac)
        let (offset, byteCount) = packets[packets.count / 2]
        for index in offset + 7..<offset + byteCount { bytes[index] = index % 2 == 0 ? 0xFF : 0x5A }
        let (imported, recording) = try fixture.importBytes(bytes, name: name)
        guard imported.codec == .flac else {
            Issue.record("the damage does not keep \(name) from being stored as it is: \(imported)")
            return
        }
        #expect(recording.format.encoding == .integer16)
        let (expected, samples) = (try whole.sampleBytes(), try recording.sampleBytes())
        #expect(samples.count == expected.count)
        let isSameBefore = samples.prefix(96_000) == expected.prefix(96_000)
        let isSameAfter = samples.suffix(90_000) == expected.suffix(90_000)
        #expect(isSameBefore && isSameAfter)
        #expect(imported.keepsSource)
        let keepsBytes = try fixture.bytes("damaged_source", of: recording) == bytes
        #expect(keepsBytes)
        #expect(try Self.faults(of: fixture).isEmpty)
    }

    @Test(arguments: [("lost.ogg", "libvorbis"), ("lost.oga", "flac"), ("lost.opus", "libopus")])
    func `silence stands for a page that an Ogg file has lost, and what follows keeps its time`(
        name: String, encoder: String
    ) throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make(name, ["-c:a", encoder, "-f", "ogg", "-page_duration", "500000"], in: fixture)
        let expected = try fixture.importBytes(bytes, name: "all-\(name)").recording.sampleBytes()
        let pages = bytes.indices.filter { bytes[$0] == 0x4F && bytes[$0...].starts(with: "OggS".utf8) }
        let lost = pages[pages.count / 2]
        bytes[lost + 100] ^= 0x55
        let (imported, recording) = try fixture.importBytes(bytes, name: name)
        #expect(imported.notes.contains { $0.hasPrefix("silence stands for 0:00:00.") })
        #expect(!imported.notes.contains { $0.contains("before the end that it announces") })
        let samples = try recording.sampleBytes()
        #expect(samples.count == expected.count)
        // A decoder of Opus needs some packets before it gives the samples of one that has lost nothing.
        let tolerance = encoder == "libopus" ? 0.05 : 0
        for part in [0..<90_000, samples.count - 90_000..<samples.count] {
            #expect(Self.error(of: samples[part], expected[part]) <= tolerance, "bytes \(part)")
        }
        let silent = zip(samples, expected).filter { $0 == 0 && $1 != 0 }.count
        #expect((40_000..<60_000).contains(silent), "half a second, but for the bytes that are zero in it anyway")
    }

    @Test(arguments: [("holes.mp3", "libmp3lame"), ("holes.aac", "aac")], [0, 1, 2])
    func `silence stands for frames that are zeros, and what follows keeps its time`(
        source: (name: String, encoder: String), from headerByteCount: Int
    ) throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make(source.name, ["-c:a", source.encoder, "-b:a", "64k", "-aac_pns", "0"], in: fixture)
        let expected = try fixture.importBytes(bytes, name: "all-\(source.name)").recording.sampleBytes()
        let packets = try Self.packets(bytes, source.name, in: fixture)
        // Whole frames, and those of which the first keeps some bytes of its header.
        for index in packets[50].0 + headerByteCount..<packets[60].0 { bytes[index] = 0 }
        let (imported, recording) = try fixture.importBytes(bytes, name: source.name)
        #expect(imported.notes.contains { $0.hasPrefix("silence stands for 0:00:00.2") })
        #expect(imported.notes.contains { $0.hasSuffix(" bytes between its frames belong to no frame") })
        let samples = try recording.sampleBytes()
        #expect(samples.count == expected.count)
        let isSameBehind = samples.suffix(90_000) == expected.suffix(90_000)
        #expect(isSameBehind)
        #expect(try Self.faults(of: fixture).isEmpty)
        #expect(throws: ImportError.self) {
            try ImportFixture().importBytes(bytes, name: source.name, Self.strict)
        }
    }

    @Test(arguments: [("foreign.mp3", "libmp3lame"), ("foreign.aac", "aac")])
    func `foreign bytes between whole frames cost no frame, and a note names them`(
        name: String, encoder: String
    ) throws {
        let fixture = try ImportFixture()
        let bytes = try Self.make(name, ["-c:a", encoder, "-b:a", "64k", "-aac_pns", "0"], in: fixture)
        let expected = try fixture.importBytes(bytes, name: "all-\(name)").recording.sampleBytes()
        var foreign = bytes
        for number in stride(from: 90, to: 20, by: -10) {
            foreign.insert(contentsOf: "xyz".utf8, at: try Self.packets(bytes, name, in: fixture)[number].0)
        }
        let (imported, recording) = try fixture.importBytes(foreign, name: name)
        let isSame = try recording.sampleBytes() == expected
        #expect(isSame && imported.codec != .flac)
        #expect(imported.notes.contains("21 bytes between its frames belong to no frame"))
        #expect(try Self.faults(of: fixture).isEmpty)
        #expect(throws: ImportError.self) { try ImportFixture().importBytes(foreign, name: name, Self.strict) }
    }

    @Test(arguments: [8_000, 16_000])
    func `an intact MP3 file of a low rate is not taken for one that lacks its end`(rate: Int) throws {
        let fixture = try ImportFixture()
        let bytes = try Self.make("low.mp3", ["-ar", "\(rate)", "-c:a", "libmp3lame"], in: fixture)
        let (imported, recording) = try fixture.importBytes(bytes, name: "low.mp3", Self.strict)
        #expect(imported.notes.isEmpty && recording.sampleCount == UInt64(3 * rate))
    }

    @Test func `zeros behind the last page of an Ogg file are not taken for a missing page`() throws {
        let fixture = try ImportFixture()
        let bytes = try Self.make("a.opus", ["-c:a", "libopus"], in: fixture)
        let (imported, _) = try fixture.importBytes(
            bytes + [UInt8](repeating: 0, count: 3_000), name: "a.opus", Self.strict)
        #expect(imported.notes.allSatisfy { $0.hasPrefix("not kept: ") })
    }

    @Test(arguments: [UInt64(288_000), 72_000, 0, 144_001])
    func `a FLAC file that announces other samples than it has is stored whole with those that it has`(
        announced: UInt64
    ) throws {
        let fixture = try ImportFixture()
        let bytes = Self.announcing(announced, try Self.make("a.flac", ["-sample_fmt", "s16"], in: fixture))
        let (imported, recording) = try fixture.importBytes(bytes, name: "a.flac")
        #expect(recording.sampleCount == 144_000)
        #expect(try fixture.bytes("audio_data_blob_array", of: recording) == bytes)
        let notes: [UInt64: [String]] = [
            144_001: ["it ends 0:00:00.000 before the end that it announces"],
            288_000: ["it ends 0:00:03.000 before the end that it announces"],
            72_000: ["it has more samples than it announces: 144000"],
        ]
        #expect(imported.notes == notes[announced] ?? [])
        #expect(try Self.faults(of: fixture).isEmpty)
        let source = try ReferenceDecode.samples(of: fixture.folder.appending(path: "whole-a.flac"))
        #expect(try recording.sampleBytes() == source)
    }

    @Test func `a FLAC file that is cut short has the samples of its whole frames`() throws {
        let fixture = try ImportFixture()
        let bytes = Array(
            try Self.make("a.flac", ["-sample_fmt", "s16", "-frame_size", "4096"], in: fixture).prefix(200_000))
        let (imported, recording) = try fixture.importBytes(bytes, name: "a.flac")
        #expect(recording.sampleCount % 4_096 == 0 && recording.sampleCount > 90_000)
        #expect(imported.notes.count == 1 && imported.notes[0].hasSuffix(" before the end that it announces"))
        #expect(try Self.faults(of: fixture).isEmpty)
        #expect(throws: ImportError.self) { try ImportFixture().importBytes(bytes, name: "a.flac", Self.strict) }
    }

    @Test func `a FLAC file whose MD5 is not its samples' is imported, and a note says so`() throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make("a.flac", ["-sample_fmt", "s16"], in: fixture)
        bytes[30] ^= 1
        let (imported, recording) = try fixture.importBytes(bytes, name: "a.flac")
        #expect(recording.sampleCount == 144_000 && recording.codec == .flac)
        #expect(imported.notes.contains { $0.contains("its samples have another MD5 than its header says") })
        #expect(try Self.faults(of: fixture).isEmpty)
    }

    @Test func `what an edit list leaves out of a file is said, and an ordinary one leaves out nothing`() throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make("a.m4a", ["-c:a", "aac"], in: fixture)
        #expect(try fixture.importBytes(bytes, name: "all.m4a").imported.notes.allSatisfy { !$0.contains("edit list") })
        // An entry of `elst` (ISO/IEC 14496-12, section 8.6.6): the length in the movie's ticks, of a millisecond, and the beginning in
        // samples. The second second is left out, with the first.
        let list = try #require(bytes.firstRange(of: Array("elst".utf8)))
        bytes.replaceSubrange(list.upperBound + 8..<list.upperBound + 12, with: [0, 0, 0x03, 0xE8])
        bytes.replaceSubrange(list.upperBound + 12..<list.upperBound + 16, with: [0, 1, 0x77, 0])
        let (imported, recording) = try fixture.importBytes(bytes, name: "a.m4a")
        #expect(abs(Int(recording.sampleCount) - 48_000) <= 1_024)
        #expect(imported.notes.contains { $0.hasPrefix("an edit list leaves out 0:00:02.0") }, "\(imported.notes)")
    }

    @Test func `silence stands for a single damaged packet of Opus in MP4, and what follows keeps its time`() throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make("a.mp4", ["-c:a", "libopus", "-b:a", "96k"], in: fixture)
        let whole = try fixture.importBytes(bytes, name: "all.mp4").recording.sampleCount
        let (start, count) = try Self.packets(bytes, "a.mp4", in: fixture)[60]
        // A code that announces frames which the packet does not have (RFC 6716, section 3.2.5).
        bytes.replaceSubrange(start..<start + count, with: [0xFF, 0x3F] + [UInt8](repeating: 0xFF, count: count - 2))
        let (imported, recording) = try fixture.importBytes(bytes, name: "a.mp4")
        #expect(recording.sampleCount == whole)
        #expect(
            imported.notes.contains {
                $0.hasPrefix("silence stands for 0:00:00.020 that are missing, the first at 0:00:01.1")
            })
    }

    @Test func `silence stands for the first packets of AAC if they are damaged, and what follows keeps its time`()
        throws
    {
        let fixture = try ImportFixture()
        // Without noise substitution, every decoder gives the same samples.
        var bytes = try Self.make("a.m4a", ["-c:a", "aac", "-b:a", "64k", "-aac_pns", "0"], in: fixture)
        let whole = try ReferenceDecode.samples(of: fixture.folder.appending(path: "whole-a.m4a"))
        for (start, count) in try Self.packets(bytes, "a.m4a", in: fixture).prefix(20) {
            bytes.replaceSubrange(start..<start + count, with: repeatElement(0, count: count))
        }
        let (imported, recording) = try fixture.importBytes(bytes, name: "a.m4a")
        let samples = try recording.sampleBytes()
        // 20 packets, less one of priming; the next one overlaps with the last of them.
        let silent = 19 * 1_024 * 2
        #expect(abs(samples.count - whole.count) <= 2 * 1_024, "\(samples.count) of \(whole.count): \(imported.notes)")
        try #require(min(samples.count, whole.count) > silent + 104_096)
        let isSilent = samples.prefix(silent - 2_048).allSatisfy { $0 == 0 }
        #expect(isSilent)
        let rest = silent + 4_096..<silent + 100_000
        #expect(Self.error(of: samples[rest], whole[rest]) < 0.01)
    }

    @Test(arguments: [
        ("cut.wav", "wav", 44 + 100_000), ("cut.aiff", "aiff", 54 + 100_000), ("cut.w64", "w64", 112 + 100_000),
        ("cut.caf", "caf", 92 + 100_000), ("cut.au", "au", 32 + 100_000),
    ])
    func `a source of plain samples that is cut short has those that are left, and a note`(
        name: String, format: String, byteCount: Int
    ) throws {
        let fixture = try ImportFixture()
        let bytes = try Self.make(name, ["-f", format, "-fflags", "+bitexact"], in: fixture)
        let (imported, recording) = try fixture.importBytes(Array(bytes.prefix(byteCount)), name: name)
        #expect(abs(Int(recording.sampleCount) - 50_000) < 100)
        #expect(imported.notes.count == 1 && imported.notes[0].hasPrefix("it ends 0:00:01.9"))
        let error = #expect(throws: ImportError.self) {
            try ImportFixture().importBytes(Array(bytes.prefix(byteCount)), name: name, Self.strict)
        }
        #expect(error?.summary.contains("without --strict") == true)
    }

    @Test(arguments: [UInt32(0), 0x7FFF_FFFF, 0x7FFF_F000, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFD8])
    func `a size that a WAV file gets before it is known is not taken for a loss`(size: UInt32) throws {
        let fixture = try ImportFixture()
        var bytes = try Self.make("a.wav", ["-fflags", "+bitexact"], in: fixture)
        bytes.replaceSubrange(40..<44, with: WaveBuilder.littleEndian(size))
        let (imported, recording) = try fixture.importBytes(bytes, name: "a.wav", Self.strict)
        #expect(recording.sampleCount == 144_000 && imported.notes.isEmpty)
    }

    @Test(arguments: ["zeros", "byte", "tag", "file"])
    func `what follows a FLAC stream costs no samples`(kind: String) throws {
        let fixture = try ImportFixture()
        let bytes = try Self.make("a.flac", ["-sample_fmt", "s16"], in: fixture)
        let rest: [String: [UInt8]] = [
            "zeros": [UInt8](repeating: 0, count: 5_000), "byte": [0x55],
            "tag": Array("APETAGEX".utf8) + [0xD0, 7, 0, 0, 200, 0, 0, 0] + [UInt8](repeating: 7, count: 192),
            "file": bytes,
        ]
        let (_, recording) = try fixture.importBytes(bytes + (rest[kind] ?? []), name: "a.flac")
        let samples = try ReferenceDecode.samples(of: fixture.folder.appending(path: "whole-a.flac"))
        #expect(try recording.sampleBytes() == (kind == "file" ? samples + samples : samples))
        #expect(try Self.faults(of: fixture).isEmpty)
    }

    @Test(arguments: [([UInt8](), "is empty"), ([UInt8](repeating: 0, count: 300_000), "is all zeros")])
    func `a file of nothing is refused in words`(bytes: [UInt8], words: String) throws {
        for name in ["a.wav", "a.flac", "a.mp3"] {
            let error = #expect(throws: ImportError.self) { try ImportFixture().importBytes(bytes, name: name) }
            #expect(error?.summary == words)
        }
    }

    @Test(arguments: [AudioCodec.flac, .pcm])
    func `a check finds no fault in a recording without samples`(codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", [])
        var options = ImportOptions()
        options.codec = codec
        let (imported, recording) = try fixture.importBytes(builder.bytes, options)
        #expect(imported.isByteExact && recording.sampleCount == 0)
        #expect(imported.notes.last == "has no samples")
        #expect(try Self.faults(of: fixture).isEmpty)
    }

    @Test(arguments: [("a.opus", "libopus"), ("a.ogg", "libvorbis")])
    func `an Ogg file without its last page is imported with a note`(name: String, encoder: String) throws {
        let fixture = try ImportFixture()
        let bytes = try Self.make(name, ["-c:a", encoder, "-page_duration", "200000"], in: fixture)
        let (whole, _) = try fixture.importBytes(bytes, name: "whole-" + name, Self.strict)
        #expect(whole.notes.allSatisfy { $0.hasPrefix("not kept: ") })
        let cut = Array(bytes.prefix(bytes.count * 2 / 3))
        let (imported, recording) = try fixture.importBytes(cut, name: name)
        #expect((80_000..<100_000).contains(recording.sampleCount))
        #expect(imported.notes.contains("its last page is missing: it seems to have been cut short"))
        #expect(try Self.faults(of: fixture).isEmpty)
        #expect(throws: ImportError.self) { try ImportFixture().importBytes(cut, name: name, Self.strict) }
    }
}
