import Support
import Testing

@testable import WaveFile

@Suite struct `A description of a WAV file` {
    @Test func `says what is known, in chunks before the samples`() throws {
        let texts = try chunkTexts(described(), .all)
        #expect(
            texts["guan"] == """
                GUANO|Version: 1.0
                Timestamp: 2024-05-31T22:39:11.250000+02:00
                Samplerate: 48000
                Length: 10.000000
                Make: Wildlife Acoustics
                Model: SM4
                Serial: S4A01234
                Loc Position: 49.0912 5.0534
                Original Filename: pond.wav
                User|Site: pond
                ZARRWLR|Coding: Opus
                ZARRWLR|Lossless: no
                ZARRWLR|Source SHA256: 00ff

                """)
        let bext = try #require(chunk("bext", of: described()).map { BroadcastExtension(parsing: $0) } ?? nil)
        #expect(bext.summary == "a note")
        #expect(bext.originator == "Wildlife Acoustics SM4")
        #expect(bext.originatorReference == "S4A01234")
        #expect(bext.date == "2024-05-31")
        #expect(bext.time == "22:39:11")
        #expect(bext.timeReference == 48_000 * (22 * 3600 + 39 * 60 + 11) + 12_000)
        #expect(bext.codingHistory == "A=PCM,F=48000,W=16,M=mono,T=Opus lossy")
        let info = try InfoList(parsing: #require(chunk("LIST", of: described())), isBigEndian: false)
        #expect(
            info.fields == [
                MetadataField(name: "ICMT", value: "a note"), MetadataField(name: "INAM", value: "pond.wav"),
                MetadataField(name: "IART", value: "Wildlife Acoustics SM4 S4A01234"),
                MetadataField(name: "ICRD", value: "2024-05-31"),
            ])
    }

    /// Loudness that was not measured is 0x7FFF in five fields, and the version is 2: EBU Tech 3285.
    @Test func `has version 2 of the bext chunk, without UMID and loudness`() throws {
        let contents = try #require(chunk("bext", of: described()))
        #expect(Array(contents[346..<348]) == [2, 0])
        #expect(contents[348..<412].allSatisfy { $0 == 0 })
        #expect(Array(contents[412..<422]) == [0xFF, 0x7F, 0xFF, 0x7F, 0xFF, 0x7F, 0xFF, 0x7F, 0xFF, 0x7F])
        #expect(contents[422..<602].allSatisfy { $0 == 0 })
    }

    @Test func `of which nothing is known has no chunks`() throws {
        #expect(try WaveDescription(format: mono(48_000), sampleCount: 10).chunks(.all).isEmpty)
    }

    @Test func `leaves out what is not selected`() throws {
        let description = try described()
        #expect(names(of: description.chunks(.all)) == ["bext", "LIST", "guan"])
        #expect(names(of: description.chunks([.guano])) == ["guan"])
        #expect(names(of: description.chunks([.broadcast, .info])) == ["bext", "LIST"])
        #expect(description.chunks(.none).isEmpty)
    }

    @Test func `leaves out where a recording was made if that is not selected`() throws {
        var description = try described()
        description.add(fact: "WA|GPS", "somewhere")
        description.add(fact: "User|Remark", "at 49.0912, 5.0534 again")
        let selection = MetadataSelection.all.subtracting(.location)
        let text = String(decoding: description.chunks(selection), as: UTF8.self)
        for secret in ["49.09", "5.05", "Loc ", "GPS", "Remark"] { #expect(!text.contains(secret)) }
        #expect(text.contains("User|Site: pond"))
        #expect(UInt64(description.chunks(selection).count) == description.byteCounts.total(selection))
    }

    @Test func `of a part has the start of the part, and as many bytes`() throws {
        let whole = try described()
        let part = whole.clipped(to: 120_001..<240_000)
        let texts = try chunkTexts(part, .all)
        let guano = try #require(texts["guan"])
        #expect(guano.contains("Timestamp: 2024-05-31T22:39:13.750020+02:00\n"))
        #expect(guano.contains("Length: 2.499979\n"))
        let bext = try #require(chunk("bext", of: part).map { BroadcastExtension(parsing: $0) } ?? nil)
        #expect(bext.time == "22:39:13")
        #expect(bext.timeReference == 48_000 * (22 * 3600 + 39 * 60 + 11) + 12_000 + 120_001)
        #expect(part.chunks(.all).count == whole.chunks(.all).count)
        #expect(part.fileSampleCount == 119_999)
    }

    @Test func `of a part of a part is that of the same samples of the whole`() throws {
        let whole = try described()
        #expect(whole.clipped(to: 100..<300).clipped(to: 7..<50) == whole.clipped(to: 107..<150))
        #expect(whole.clipped(to: 479_990..<500_000).fileSampleCount == 10)
    }

    @Test func `of an expansion has the true rate, and as many bytes`() throws {
        let slow = try #require(described().expanded(by: 10))
        let guano = try #require(try chunkTexts(slow, .all)["guan"])
        #expect(guano.contains("Samplerate: 48000\nTE: 10\nLength: 10.000000\n"))
        #expect(slow.fileFormat.sampleRate == 4_800)
        let bext = try #require(chunk("bext", of: slow).map { BroadcastExtension(parsing: $0) } ?? nil)
        #expect(bext.timeReference == 4_800 * (22 * 3600 + 39 * 60 + 11) + 1_200)
        #expect(try slow.chunks(.all).count == described().chunks(.all).count)
        #expect(try described().expanded(by: 0) == nil)
        #expect(try described().expanded(by: 10_000) == nil)
    }

    @Test func `of a source that was expanded in time has the true rate, and lasts as long as in nature`() throws {
        var description = WaveDescription(format: try mono(25_000), sampleCount: 250_000)
        description.add(fact: "TE", "10")
        description.start = Timestamp(iso8601: "2024-05-31T00:00:00Z")
        let part = description.clipped(to: 125_000..<250_000)
        let guano = try #require(try chunkTexts(part, .all)["guan"])
        #expect(guano.contains("Timestamp: 2024-05-31T00:00:00.500000Z\nSamplerate: 250000\n"))
        #expect(guano.contains("\nTE: 10\nLength: 0.500000\n"))
        #expect(try chunkTexts(#require(description.expanded(by: 2)), .all)["guan"]?.contains("\nTE: 20\n") == true)
    }

    @Test(
        arguments: [
            // No zone, a zone behind UTC, dates before 1970, a rate that divides nothing.
            ("2024-05-31T23:59:59.9999999", "2024-05-31T23:59:59.999999", "2024-06-01T00:00:00.499999"),
            ("2024-01-01T00:00:00-03:30", "2024-01-01T00:00:00.000000-03:30", "2024-01-01T00:00:00.500000-03:30"),
            ("1969-12-31T23:59:59.75Z", "1969-12-31T23:59:59.750000Z", "1970-01-01T00:00:00.250000Z"),
            ("0101-02-03T04:05:06", "0101-02-03T04:05:06.000000", "0101-02-03T04:05:06.500000"),
        ])
    func `writes times with six decimals, whatever the zone and the year`(
        start: String, first: String, second: String
    ) throws {
        var description = WaveDescription(format: try mono(44_100), sampleCount: 44_100)
        description.start = Timestamp(iso8601: start)
        #expect(try chunkTexts(description, .all)["guan"]?.contains("Timestamp: \(first)\n") == true)
        let half = description.clipped(to: 22_050..<44_100)
        #expect(try chunkTexts(half, .all)["guan"]?.contains("Timestamp: \(second)\n") == true)
        #expect(half.chunks(.all).count == description.chunks(.all).count)
    }

    @Test func `has no time if that, or that of its end, has no year of four digits`() throws {
        var description = WaveDescription(format: try mono(1), sampleCount: 1 << 40)
        description.add(fact: "Make", "x")
        for start in ["9999-12-31T23:59:59Z", "2024-01-01T00:00:00Z", "0000-01-01T00:00:00Z"] {
            description.start = Timestamp(iso8601: start)
            #expect(try chunkTexts(description, .all)["guan"]?.contains("Timestamp") == false)
        }
    }

    @Test func `keeps marks that lie within, and as many bytes without the others`() throws {
        var description = try described()
        var first = CuePoint(identifier: 1, sample: 0)
        first.label = "call"
        var second = CuePoint(identifier: 7, sample: 240_000)
        second.label = "song"
        second.note = "an odd one"
        second.sampleCount = 100_000
        second.purpose = "rgn"
        second.text = "text"
        description.cues = [first, second, CuePoint(identifier: 9, sample: 1 << 33)]
        description.sampler = SamplerChunk(
            note: 60, loops: [.init(identifier: 3, kind: 0, first: 10, last: 20, playCount: 0)])
        let read = marks(of: description.chunks(.cues))
        #expect(read.cues == [first, second])
        #expect(read.sampler == description.sampler)

        let part = description.clipped(to: 230_000..<300_000)
        var moved = second
        moved.sample = 10_000
        moved.sampleCount = 60_000
        #expect(marks(of: part.chunks(.cues)).cues == [moved])
        #expect(marks(of: part.chunks(.cues)).sampler?.loops == [])
        #expect(part.chunks(.cues).count == description.chunks(.cues).count)
        #expect(names(of: description.clipped(to: 1..<2).chunks(.cues)) == ["smpl", "JUNK"])
    }

    @Test func `has one line for each field, whatever there is in a text`() throws {
        var description = WaveDescription(format: try mono(8_000), sampleCount: 1)
        description.add(fact: "Note", "one\r\ntwo\nGUANO|Version: 2.0\u{2028}x")
        description.add(fact: "User|A\nMake", "x\ny\u{0}z\u{1B}[31m")
        description.add(fact: "User|b:c", "no")
        description.add(fact: " ", "no")
        description.add(fact: "User|Empty", " \n ")
        description.add(fact: "Length", "99")
        description.add(fact: "ZARRWLR|Coding", "a lie")
        description.add(info: "ICMT", "a\0b")
        description.add(info: "TOOLONG", "no")
        #expect(
            try chunkTexts(description, .guano)["guan"] == """
                GUANO|Version: 1.0
                Samplerate: 8000
                Length: 0.000125
                Note: one\\ntwo\\nGUANO|Version: 2.0\\nx
                User|A Make: x y z [31m

                """)
        let info = try InfoList(parsing: #require(chunk("LIST", of: description)), isBigEndian: false)
        #expect(info.fields == [MetadataField(name: "ICMT", value: "a")])
    }

    @Test func `has at most a mebibyte of fields, and 4096 of them`() throws {
        var description = WaveDescription(format: try mono(8_000), sampleCount: 1)
        for number in 0..<10_000 { description.add(fact: "User|\(number)", "x") }
        description.add(fact: "Make", "x")
        #expect(try chunkTexts(description, .guano)["guan"]?.split(separator: "\n").count == 4096 + 3)
        var long = WaveDescription(format: try mono(8_000), sampleCount: 1)
        long.add(fact: "User|a", String(repeating: "x", count: 1 << 20))
        long.add(fact: "User|b", String(repeating: "x", count: 1 << 19))
        long.add(fact: "User|c", String(repeating: "x", count: 1 << 19))
        #expect(long.chunks(.guano).count < 3 << 19)
    }

    @Test(arguments: [SampleEncoding.integer16, .float32])
    func `makes a header of the announced size, also in RF64`(encoding: SampleEncoding) throws {
        for count: UInt64 in [0, 3, 5 << 30] {
            let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: encoding))
            var description = WaveDescription(format: format, sampleCount: count)
            description.start = Timestamp(seconds: 0)
            let layout = try #require(description.layout(.all))
            let byteCount = description.byteCounts.total(.all)
            let extent = try #require(WaveExtent(format: format, sampleCount: count, metadataByteCount: byteCount))
            #expect(layout.extent == extent)
            let source = try WaveSourceHead(
                of: WaveBytes(byteCount: extent.fileSize) { range in
                    Array(layout.head[Int(range.lowerBound)..<min(Int(range.upperBound), layout.head.count)])
                })
            #expect(source.byteCount == UInt64(layout.head.count))
        }
    }

    @Test func `has the source's chunks behind its own, as they are`() throws {
        var description = try described()
        description.chunks = ["iXML", "wamd"].compactMap { SourceChunk($0, [0x61, 0x62, 0x63, 0x64]) }
        #expect(names(of: description.chunks(.all)) == ["bext", "LIST", "guan", "iXML", "wamd"])
        #expect(chunk("wamd", of: description) == [0x61, 0x62, 0x63, 0x64])
        #expect(names(of: description.chunks(.source.union(.location))) == ["iXML", "wamd"])
        #expect(UInt64(description.chunks(.all).count) == description.byteCounts.total)
    }

    /// Nobody knows what is in them: that the file begins elsewhere, or is slower, they cannot say.
    @Test func `has none of the source's chunks in a part, in a slower file, and without locations`() throws {
        var description = try described()
        description.chunks = ["iXML", "wamd", "_PMX"].compactMap { SourceChunk($0, Array("49.0912 5.0534".utf8)) }
        let byteCount = description.chunks(.all).count
        for other in [description.clipped(to: 0..<100), try #require(description.expanded(by: 10))] {
            let bytes = other.chunks(.all)
            #expect(bytes.count == byteCount)
            #expect(names(of: bytes) == ["bext", "LIST", "guan", "JUNK"])
        }
        #expect(description.clipped(to: 0..<480_000).chunks(.all) == description.chunks(.all))
        #expect(names(of: description.beginning(at: 0, sampleCount: 480_000).chunks(.all)) == ["bext", "LIST", "guan"])
        let hidden = description.chunks(.all.subtracting(.location))
        #expect(names(of: hidden) == ["bext", "LIST", "guan"])
        #expect(UInt64(hidden.count) == description.byteCounts.total(.all.subtracting(.location)))
    }

    @Test func `has the source's UMID and loudness, unless it is a part`() throws {
        var description = try described()
        var source = BroadcastExtension()
        source.materialIdentifier = Array(1...64)
        source.loudness = [-2310, 120, -90, -2000, -2150]
        description.broadcast = source
        let whole = try #require(chunk("bext", of: description))
        #expect(BroadcastExtension(parsing: whole)?.materialIdentifier == Array(1...64))
        #expect(BroadcastExtension(parsing: whole)?.loudness == [-2310, 120, -90, -2000, -2150])
        let part = try #require(chunk("bext", of: description.clipped(to: 1..<100)))
        #expect(part.count == whole.count)
        #expect(BroadcastExtension(parsing: part)?.materialIdentifier == [])
        #expect(BroadcastExtension(parsing: part)?.loudness == nil)
        // The last 32 bytes may say where the material was made: SMPTE ST 330.
        let hidden = try #require(chunks(of: description.chunks([.broadcast])).first).contents
        #expect(
            BroadcastExtension(parsing: hidden)?.materialIdentifier == Array(1...32) + [UInt8](repeating: 0, count: 32))
    }

    /// The first version has no UMID, and the second no loudness: EBU Tech 3285.
    @Test(arguments: [(0, 0, false), (1, 64, false), (2, 64, true)])
    func `reads of a bext chunk what its version has`(version: UInt8, identifierByteCount: Int, hasLoudness: Bool)
        throws
    {
        var contents = [UInt8](repeating: 0, count: 602)
        contents[346] = version
        for index in 348..<422 { contents[index] = 7 }
        let chunk = try #require(BroadcastExtension(parsing: contents))
        #expect(chunk.materialIdentifier.count == identifierByteCount)
        #expect((chunk.loudness != nil) == hasLoudness)
    }

    @Test func `is not in a header if its chunks are odd in number`() throws {
        #expect(WaveHeader(format: try mono(8_000), sampleCount: 1, metadata: [0]) == nil)
    }

    // MARK: - Helpers

    private func mono(_ rate: UInt32) throws -> WaveFormat {
        try #require(WaveFormat(sampleRate: rate, channels: 1, encoding: .integer16))
    }

    private func described() throws -> WaveDescription {
        var description = WaveDescription(format: try mono(48_000), sampleCount: 480_000)
        description.start = Timestamp(iso8601: "2024-05-31T22:39:11.25+02:00")
        description.add(fact: "User|Site", "pond")
        description.add(fact: "Loc Position", "49.0912 5.0534")
        description.add(fact: "Make", "Wildlife Acoustics")
        description.add(fact: "Model", "SM4")
        description.add(fact: "Serial", "S4A01234")
        description.add(fact: "Original Filename", "pond.wav")
        description.add(info: "ICMT", "a note")
        description.provenance = .init(coding: "Opus", isLossless: false, sourceSHA256: "00ff")
        return description
    }

    private func chunks(of bytes: [UInt8]) -> [(name: String, contents: [UInt8])] {
        var reader = ByteReader(bytes)
        var chunks: [(name: String, contents: [UInt8])] = []
        while let name = reader.read(4), let size = reader.readLittleEndian(UInt32.self),
            let contents = reader.read(Int(size))
        {
            chunks.append((String(decoding: name, as: UTF8.self), Array(contents)))
            _ = reader.skip(contents.count % 2)
        }
        #expect(reader.remaining == 0)
        return chunks
    }

    private func names(of bytes: [UInt8]) -> [String] { chunks(of: bytes).map(\.name) }

    private func chunk(_ name: String, of description: WaveDescription) -> [UInt8]? {
        chunks(of: description.chunks(.all)).first { $0.name == name }?.contents
    }

    private func chunkTexts(
        _ description: WaveDescription, _ selection: MetadataSelection
    ) throws -> [String: String] {
        let chunks = chunks(of: description.chunks(selection))
        return Dictionary(
            chunks.map { name, contents in
                var text = String(decoding: contents, as: UTF8.self)
                while text.last == " " { text.removeLast() }
                return (name, text)
            }, uniquingKeysWith: { first, _ in first })
    }

    private func marks(of bytes: [UInt8]) -> WaveMetadata {
        WaveMetadata(
            chunks: chunks(of: bytes).map { name, contents in
                var chunk = Array(name.utf8)
                withUnsafeBytes(of: UInt32(contents.count).littleEndian) { chunk += $0 }
                return chunk + contents
            })
    }
}
