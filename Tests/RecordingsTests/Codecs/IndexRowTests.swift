import AudioCoding
import Testing

@testable import Recordings

struct IndexRowTests {
    @Test func `a row of frames is stored as byte offset, byte count and first sample`() {
        let row = FrameIndexRow(byteOffset: 8_192, byteCount: 700, firstSample: 4_096)
        #expect(row.numbers == [8_192, 700, 4_096])
        #expect(FrameIndexRow(numbers: [0, 8_192, 700, 4_096][1...]) == row)
        #expect(
            FrameIndexRow(CodedFrame(offset: 8_192, byteCount: 700, firstSample: 4_096, sampleCount: 64)) == row)
    }

    @Test func `a row of Opus packets is stored with its last sample, and counts both ends`() {
        let row = OpusPacketRow(byteOffset: 10, byteCount: 20, firstSample: 960, sampleCount: 480)
        #expect(row.numbers == [10, 20, 480, 960, 1_439])
        #expect(OpusPacketRow(numbers: [10, 20, 480, 960, 1_439]) == row)
    }

    @Test func `a restart is stored as its first exact packet, the one to begin with and its end`() {
        let restart = OpusRestart(firstPacket: 96, preRollPacket: 64, end: 144)
        #expect(restart.numbers == [96, 64, 144])
        #expect(OpusRestart(numbers: [96, 64, 144]) == restart)
    }

    @Test func `a restart that was stored without its end has none`() {
        let row = EndlessOpusRestart(numbers: [96, 64])
        #expect(row.restart == OpusRestart(firstPacket: 96, preRollPacket: 64))
        #expect(row.restart.end == nil)
        #expect(row.numbers == [96, 64])
    }

    @Test func `a row points at no bytes beyond its stream, nor at none`() {
        #expect(FrameIndexRow(byteOffset: 90, byteCount: 10, firstSample: 0).bytes(within: 100) == 90..<100)
        #expect(FrameIndexRow(byteOffset: 90, byteCount: 11, firstSample: 0).bytes(within: 100) == nil)
        #expect(FrameIndexRow(byteOffset: 90, byteCount: 0, firstSample: 0).bytes(within: 100) == nil)
        #expect(FrameIndexRow(byteOffset: .max, byteCount: 2, firstSample: 0).bytes(within: .max) == nil)
    }
}
