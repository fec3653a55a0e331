import Testing

@testable import AudioCoding

@Suite struct FLACMetadataTests {
    @Test func `STREAMINFO has the settings of the encoder`() throws {
        let info = try FLACMetadata(of: CodedFixture("stereo24.flac").stream).streamInfo
        #expect(info.sampleRate == 88_200)
        #expect(info.channels == 2)
        #expect(info.bitsPerSample == 24)
        #expect(info.totalSamples == 2000)
        #expect(info.minimumBlockSize == 1024 && info.maximumBlockSize == 1024)
        #expect(info.md5?.count == 16)
    }

    @Test func `zeros in STREAMINFO mean that the encoder did not know`() throws {
        let info = try FLACMetadata(of: CodedFixture("unknowntotal.flac").stream).streamInfo
        #expect(info.totalSamples == nil)
        #expect(info.md5 == nil)
    }

    @Test func `other FLAC metadata blocks are skipped by their headers alone`() throws {
        var fixture = try CodedFixture("single.flac")
        // A picture of 15 MB, of which only the header is in `bytes`.
        let picture: [UInt8] = [6, 0xE0, 0, 0]
        fixture.bytes.insert(contentsOf: picture, at: 42)
        let gap: UInt64 = 0xE0_0000
        let bytes = fixture.bytes
        var readCount = 0
        let stream = CodedStream(byteCount: UInt64(bytes.count) + gap) { range in
            readCount += range.count
            return range.map { $0 < 46 ? bytes[Int($0)] : $0 < 46 + gap ? 0xAA : bytes[Int($0 - gap)] }
        }
        let plain = try FLACMetadata(of: CodedFixture("single.flac").stream)
        #expect(try FLACMetadata(of: stream).firstFrameOffset == plain.firstFrameOffset + 4 + gap)
        #expect(readCount < 100)
    }

    @Test func `an ID3v2 tag before a FLAC stream is skipped`() throws {
        var fixture = try CodedFixture("single.flac")
        let offset = try FLACMetadata(of: fixture.stream).firstFrameOffset
        fixture.bytes.insert(
            contentsOf: Array("ID3".utf8) + [4, 0, 0, 0, 0, 1, 2] + [UInt8](repeating: 9, count: 130), at: 0)
        #expect(try FLACMetadata(of: fixture.stream).firstFrameOffset == offset + 140)
    }

    @Test func `a stream that is not FLAC, or ends in its metadata, is an error`() throws {
        let bytes = try CodedFixture("mono16.flac").bytes
        let first = Int(try FLACMetadata(of: CodedStream(bytes)).firstFrameOffset)
        for count in 0..<first {
            #expect(throws: AudioCodingError.self) { try FLACMetadata(of: CodedStream(Array(bytes[..<count]))) }
        }
        #expect(throws: AudioCodingError.self) { try FLACMetadata(of: CodedStream(Array("RIFF".utf8))) }
    }

    @Test func `FLAC metadata that never ends is an error after a bounded number of blocks`() throws {
        let head = Array(try CodedFixture("single.flac").bytes[..<42])
        var blockCount = 0
        let stream = CodedStream(byteCount: 1 << 40) { range in
            blockCount += 1
            // STREAMINFO without the flag of the last block, then empty padding blocks.
            return range.map { $0 == 4 ? 0 : $0 < 42 ? head[Int($0)] : ($0 - 42) % 4 == 0 ? 1 : 0 }
        }
        #expect(throws: AudioCodingError.self) { try FLACMetadata(of: stream) }
        #expect(blockCount < 2000)
    }

    @Test(arguments: [
        ("no sample rate", 18, [0, 0, 0x0F] as [UInt8]), ("block size 15", 8, [0, 15, 0, 15]),
        ("smallest above largest", 8, [16, 0, 1, 0]), ("3 bits", 20, [0x00, 0x20]),
    ])
    func `STREAMINFO that no stream can have is an error`(_ what: String, _ offset: Int, _ bytes: [UInt8]) throws {
        var fixture = try CodedFixture("mono16.flac")
        fixture.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        #expect(throws: AudioCodingError.self) { try FLACMetadata(of: fixture.stream) }
    }

    @Test func `a coded stream that returns fewer bytes than requested is an error`() throws {
        let bytes = try CodedFixture("mono16.flac").bytes
        let stream = CodedStream(byteCount: UInt64(bytes.count)) {
            Array(bytes[Int($0.lowerBound)..<Int($0.upperBound) - 1])
        }
        let error = try #require(throws: AudioCodingError.self) { try FLACMetadata(of: stream) }
        #expect(error.problem == "10 bytes were asked for, 9 came")
    }

    @Test func `an error while reading a coded stream is reported with its cause and its place`() throws {
        struct Broken: Error {}
        let stream = CodedStream(byteCount: 100) { _ in throw Broken() }
        let error = try #require(throws: AudioCodingError.self) { try FLACMetadata(of: stream) }
        #expect(error.cause is Broken)
        #expect(error.offset == 0)
    }
}
