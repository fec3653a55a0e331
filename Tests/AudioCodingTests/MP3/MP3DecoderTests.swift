import TestSupport
import Testing

@testable import AudioCoding

@Suite struct MP3DecoderTests {
    @Test(arguments: MP3FrameTests.streams)
    func `the pre-roll that frame sizes give is enough at every frame, bit for bit`(name: String) throws {
        let stream = try MP3Stream(CodedFixture(name).bytes)
        let whole = try stream.samples(of: 0..<stream.frames.count)
        for number in stream.frames.indices {
            let end = min(number + 3, stream.frames.count)
            let samples = try stream.samples(of: number..<end, preRoll: stream.preRoll(before: number))
            #expect(samples == Array(whole[number * stream.frameByteCount..<end * stream.frameByteCount]))
        }
    }

    @Test func `pre-roll is as long as the main data that a frame may refer to, and what they overlap with`() throws {
        func preRoll(_ name: String, before number: UInt64 = 100, _ byteCount: Int) throws -> UInt64 {
            try MP3Layout(of: CodedFixture(name).stream).header.preRollCount(before: number) { _ in byteCount }
        }
        // 417 bytes have 379 of main data: two such frames reach back 511.
        #expect(try preRoll("cbr.mp3", 417) == 3)
        #expect(try preRoll("cbr.mp3", 1044) == 2)
        #expect(try preRoll("cbr.mp3", before: 2, 417) == 2)
        #expect(try preRoll("cbr.mp3", before: 0, 417) == 0)
        // 255 bytes in frames of 57, and two frames of overlap.
        #expect(try preRoll("mpeg25.mp3", 72) == 7)
        #expect(try preRoll("joint.mp2", 417) == 1)
        // Frames without main data: from the start.
        #expect(try preRoll("cbr.mp3", 38) == 100)
    }

    @Test func `what is not one frame of the stream is an error`() throws {
        let stream = try MP3Stream(CodedFixture("untagged.mp3").bytes)
        let frame = stream.bytes.with(stream.frames[0]) { Array($0) }
        let other = try MP3Stream(CodedFixture("cbr.mp3").bytes)
        let otherFrame = other.bytes.with(other.frames[0]) { Array($0) }
        let decoder = try MP3Decoder(for: stream.header)
        for wrong in [[], Array(frame.prefix(3)), frame + [0], otherFrame, [UInt8](repeating: 0, count: 50)] {
            withOutput { output in
                #expect(throws: AudioCodingError.self) {
                    try wrong.withUnsafeBytes { try decoder.decode($0, into: output) }
                }
            }
        }
    }

    @Test func `output that is too small for a frame is an error`() throws {
        let stream = try MP3Stream(CodedFixture("cbr.mp3").bytes)
        let decoder = try MP3Decoder(for: stream.header)
        withOutput { output in
            let small = UnsafeMutableRawBufferPointer(rebasing: output[..<(MP3Decoder.maximumOutputByteCount - 1)])
            #expect(throws: AudioCodingError.self) {
                try stream.bytes.with(stream.frames[0]) { try decoder.decode($0, into: small) }
            }
        }
    }
}
