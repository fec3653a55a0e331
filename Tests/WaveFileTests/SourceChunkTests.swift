import Support
import TestSupport
import Testing

@testable import WaveFile

@Suite struct `Chunks that are kept as they are` {
    @Test func `are those that say something and are not made anew, in the order of the file`() throws {
        var builder = WaveBuilder()
        builder.add("JUNK", [0, 0])
        builder.addFormat()
        builder.add("fact", [1, 0, 0, 0])
        builder.add("iXML", Array("<BWFXML/>".utf8))
        builder.add("LIST", Array("INFOICMT".utf8) + [2, 0, 0, 0, 0x61, 0])
        builder.add("LIST", Array("exifemdl".utf8) + [2, 0, 0, 0, 0x61, 0])
        builder.add("PEAK", [1, 2, 3, 4])
        builder.add("inst", [60, 0, 0, 0, 127, 1, 127])
        builder.add("data", Array(1...8))
        builder.add("wamd", [0, 0, 2, 0, 0, 0, 1, 0])
        builder.add("bext", [UInt8](repeating: 0, count: 602))
        builder.add("afsp", [])
        builder.add("id3 ", Array("ID3".utf8))
        let file = WaveBytes(builder.bytes)
        let metadata = try WaveMetadata(of: WaveSource(file), in: file)
        #expect(metadata.chunks.map(\.identifier) == ["iXML", "LIST", "inst", "wamd", "id3 "])
        #expect(metadata.chunks.map(\.contents.count) == [9, 14, 7, 8, 3])
        #expect(metadata.leftOutChunks.isEmpty)
        #expect(metadata.ixml == "<BWFXML/>")
    }

    @Test func `are a bounded number of bytes, and what has no room is named`() throws {
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("_PMX", [UInt8](repeating: 0x61, count: SourceChunk.byteCountLimit - 2))
        builder.add("data", Array(1...8))
        builder.add("axml", [1, 2, 3])
        builder.add("inst", [1, 2])
        builder.add("id3 ", [UInt8](repeating: 1, count: (1 << 20) + 2))
        let file = WaveBytes(builder.bytes)
        let metadata = try WaveMetadata(of: WaveSource(file), in: file)
        #expect(metadata.chunks.map(\.identifier) == ["_PMX", "inst"])
        #expect(metadata.leftOutChunks.map(\.identifier) == ["axml", "id3 "])
        #expect(metadata.leftOutChunks.map(\.byteCount) == [3, (1 << 20) + 2])
    }

    /// In RIFX the numbers of binary chunks have another byte order.
    @Test func `are texts only in RIFX`() throws {
        var builder = WaveBuilder(form: "RIFX")
        builder.addBigEndian("fmt ", [0, 1, 0, 1, 0, 0, 0xBB, 0x80, 0, 1, 0x77, 0, 0, 2, 0, 16])
        builder.addBigEndian("data", Array(1...8))
        builder.addBigEndian("iXML", Array("<BWFXML></BWFXML>\n".utf8))
        builder.addBigEndian("inst", [60, 0, 0, 0, 127, 1, 127, 0])
        let file = WaveBytes(builder.bytes)
        let metadata = try WaveMetadata(of: WaveSource(file), in: file)
        #expect(metadata.chunks.map(\.identifier) == ["iXML"])
        #expect(metadata.leftOutChunks.map(\.identifier) == ["inst"])
    }

    @Test(arguments: [
        ("iXML", [UInt8(ascii: "a")], [UInt8(ascii: "a"), 0x20]), ("id3 ", [1], [1, 0]),
        ("wamd", [1], [1, 0xFF, 0xFF, 1, 0, 0, 0, 0]), ("inst", [1, 2], [1, 2]), ("LIST", [1, 2, 3], [1, 2, 3, 0]),
    ])
    func `are even in number in another file`(name: String, contents: [UInt8], expected: [UInt8]) throws {
        let bytes = try #require(SourceChunk(name, contents)).bytes
        #expect(bytes == Array(name.utf8) + [UInt8(expected.count), 0, 0, 0] + expected)
    }

    /// Programs would believe the rate there, and place the recording by numbers of samples at that rate.
    @Test func `have nothing in iXML that the format of the file contradicts`() throws {
        let text = """
            <BWFXML><SCENE>12</SCENE><SPEED><FILE_SAMPLE_RATE>96000</FILE_SAMPLE_RATE>\
            <AUDIO_BIT_DEPTH>24</AUDIO_BIT_DEPTH></SPEED><BEXT><BWF_TIME_REFERENCE_LOW>77</BWF_TIME_REFERENCE_LOW>\
            <BWF_ORIGINATOR>X</BWF_ORIGINATOR></BEXT></BWFXML>
            """
        let chunk = try #require(SourceChunk("iXML", Array(text.utf8)))
        let same = try #require(WaveFormat(sampleRate: 96_000, channels: 1, encoding: .integer24))
        #expect(chunk.adapted(to: same) == chunk)
        let other = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        let adapted = chunk.adapted(to: other)
        #expect(adapted.contents.count == chunk.contents.count)
        let left = String(decoding: adapted.contents.filter { $0 != 0x20 }, as: UTF8.self)
        #expect(
            left
                == "<BWFXML><SCENE>12</SCENE><SPEED></SPEED><BEXT><BWF_ORIGINATOR>X</BWF_ORIGINATOR></BEXT></BWFXML>")
    }

    @Test(arguments: [
        ("2024-05-31T22:39:11+02:00", true), ("2024-05-31T22:39:11.9+02:00", true), ("2024-05-31T22:39:11", true),
        ("2024-05-31T20:39:11Z", true), ("2024-05-31T22:39:13+02:00", false), ("2024-05-31T22:39:11Z", false),
    ])
    func `agree with a start that the clock in them had`(start: String, expected: Bool) throws {
        let time = Array("2024-05-31 22:39:11+02:00".utf8)
        let wamd = try #require(SourceChunk("wamd", [5, 0, UInt8(time.count), 0, 0, 0] + time))
        let ixml = try #require(
            SourceChunk(
                "iXML",
                Array(
                    """
                    <BWF_ORIGINATION_DATE>2024-05-31</BWF_ORIGINATION_DATE>
                    <BWF_ORIGINATION_TIME>22:39:11</BWF_ORIGINATION_TIME>
                    """.utf8)))
        let timestamp = try #require(Timestamp(iso8601: start))
        #expect(wamd.agrees(with: timestamp) == expected)
        // It has no offset.
        #expect(
            ixml.agrees(with: timestamp)
                == ["2024-05-31T22:39:11", "2024-05-31T22:39:11.9"].contains { start.hasPrefix($0) })
        #expect(wamd.agrees(with: nil))
        #expect(try #require(SourceChunk("inst", [1, 2])).agrees(with: timestamp))
    }
}

extension WaveBuilder {
    /// Adds a chunk whose size is big-endian.
    mutating func addBigEndian(_ name: String, _ contents: [UInt8]) {
        add(name, contents, size: UInt32(contents.count).byteSwapped)
    }
}
