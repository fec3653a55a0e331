import Testing

@testable import AudioCoding

struct FLACFileHeaderTests {
    private func streamInfo(totalSamples: UInt64) throws -> FLACStreamInfo {
        try FLACStreamInfo(
            minimumBlockSize: 4096, maximumBlockSize: 4096, minimumFrameByteCount: 100, maximumFrameByteCount: 9_000,
            sampleRate: 250_000, channels: 1, bitsPerSample: 16, totalSamples: totalSamples,
            md5: Array(1...16))
    }

    private func metadata(of bytes: [UInt8]) throws -> FLACMetadata {
        try FLACMetadata(
            of: CodedStream(byteCount: UInt64(bytes.count)) { Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)]) })
    }

    private let comments = VorbisComments([.init("DATE", "2025-06-18T05:00:00Z")])

    @Test(arguments: [1, 1 << 19, 10_000_000, 1 << 34, 1 << 40] as [UInt64])
    func `a header has the length that was computed, and its STREAMINFO the number of samples`(count: UInt64) throws {
        let header = try FLACFileHeader(
            try streamInfo(totalSamples: 0), sampleCount: count, seekPoints: [], comments)
        #expect(UInt64(header.bytes.count) == FLACFileHeader.byteCount(sampleCount: count, comments))
        let metadata = try metadata(of: header.bytes)
        #expect(metadata.firstFrameOffset == UInt64(header.bytes.count))
        // 36 bits.
        #expect(metadata.streamInfo.totalSamples == (count < 1 << 36 ? count : nil))
        #expect(metadata.streamInfo.maximumFrameByteCount == 9_000)
    }

    @Test func `the MD5 of another number of samples is left out`() throws {
        for (count, hasMD5) in [(1_000 as UInt64, true), (999, false)] {
            let header = try FLACFileHeader(
                try streamInfo(totalSamples: 1_000), sampleCount: count, seekPoints: [], comments)
            #expect(try metadata(of: header.bytes).streamInfo.md5 == (hasMD5 ? Array(1...16) : nil))
        }
    }

    @Test func `seek points come in order, and placeholders after them`() throws {
        let count: UInt64 = 3 << 19
        #expect(FLACFileHeader.seekTargets(sampleCount: count) == [0, 1 << 19, 2 << 19])
        let points = [0, 520_192].map {
            FLACFileHeader.SeekPoint(sample: $0, offset: $0 / 2, sampleCount: 4096)
        }
        let bytes = try FLACFileHeader(
            try streamInfo(totalSamples: count), sampleCount: count, seekPoints: points, comments
        ).bytes
        #expect(bytes[42] == 3)
        #expect(Array(bytes[43..<46]) == [0, 0, 54])
        let table = Array(bytes[46..<100])
        #expect(table[18..<26].elementsEqual([0, 0, 0, 0, 0, 7, 0xF0, 0]))
        #expect(table[26..<36].elementsEqual([0, 0, 0, 0, 0, 3, 0xF8, 0, 0x10, 0]))
        #expect(table[36..<44].allSatisfy { $0 == 0xFF })
        #expect(FLACFileHeader.seekTargets(sampleCount: 1 << 50).count == 100)
    }
}
