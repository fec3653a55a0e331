import Foundation
import TestSupport
import Testing

@testable import AudioCoding

@Suite struct FLACFrameTests {
    static let streams = [
        "mono16.flac", "stereo16.flac", "stereo8.flac", "mono12.flac", "stereo20.flac", "stereo24.flac", "mono28.flac",
        "mono32.flac", "surround6.flac", "surround8.flac", "ultrasonic250k.flac", "ultrasonic312k5.flac",
        "highest655350.flac",
        "odd250001.flac", "seektable.flac", "single.flac", "unknowntotal.flac", "variable.flac",
    ]

    // ffprobe 5 finds no packets of 32 bits.
    @Test(arguments: streams.filter { $0 != "mono32.flac" })
    func `FLAC frames are those that ffprobe finds, in pieces of any size`(name: String) throws {
        let fixture = try CodedFixture(name)
        for pieces in pieceByteCounts {
            let frames = try flacFrames(of: fixture.bytes, pieces: pieces).1
            #expect(frames.map(\.offset) == fixture.packets.map(\.offset))
            #expect(frames.map(\.byteCount) == fixture.packets.map(\.byteCount))
            var firstSample: UInt64 = 0
            for frame in frames {
                #expect(frame.firstSample == firstSample)
                firstSample += UInt64(frame.sampleCount)
            }
        }
    }

    @Test(arguments: streams)
    func `decoded FLAC samples are the source's, value for value`(name: String) throws {
        let fixture = try CodedFixture(name)
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        let samples = try flacSamples(of: frames, in: fixture.bytes, metadata.streamInfo)
        #expect(try Digest.sha256(samples) == fixture.sha256)
    }

    @Test(arguments: ["stereo16.flac", "variable.flac"])
    func `FLAC frames decode to the same samples in any order`(name: String) throws {
        let fixture = try CodedFixture(name)
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        let forward = try frames.map { try flacSamples(of: [$0], in: fixture.bytes, metadata.streamInfo) }
        let numbers = Array(frames.indices)
        let everySecond = numbers.filter { $0 % 2 == 0 } + numbers.filter { $0 % 2 == 1 }
        for order in [numbers, numbers.reversed(), everySecond] {
            let samples = try flacSamples(of: order.map { frames[$0] }, in: fixture.bytes, metadata.streamInfo)
            #expect(samples == order.flatMap { forward[$0] })
        }
    }

    @Test(arguments: streams)
    func `the last FLAC frame is found from the end of the stream`(name: String) throws {
        let fixture = try CodedFixture(name)
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        let last = try FLACFrameScanner.lastFrame(of: fixture.stream, streamInfo: metadata.streamInfo)
        #expect(last == frames.last)
    }

    @Test func `an ID3v1 tag behind the last FLAC frame is not part of it`() throws {
        var fixture = try CodedFixture("mono16.flac")
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        fixture.bytes += Array("TAG".utf8) + [UInt8](repeating: 32, count: 125)
        #expect(try flacFrames(of: fixture.bytes, pieces: 100).1 == frames)
        #expect(try FLACFrameScanner.lastFrame(of: fixture.stream, streamInfo: metadata.streamInfo) == frames.last)
    }

    @Test func `a damaged FLAC frame is left out, and all others are found`() throws {
        for name in ["mono16.flac", "variable.flac"] {
            let fixture = try CodedFixture(name)
            let frames = try flacFrames(of: fixture.bytes).1
            for (number, frame) in frames.enumerated() {
                var bytes = fixture.bytes
                bytes[Int(frame.offset) + frame.byteCount / 2] ^= 0x10
                var expected = frames
                expected.remove(at: number)
                #expect(try flacFrames(of: bytes).1 == expected)
            }
        }
    }

    @Test func `lost bytes of a FLAC stream leave a gap, not other samples`() throws {
        let fixture = try CodedFixture("mono16.flac")
        let frames = try flacFrames(of: fixture.bytes).1
        var bytes = fixture.bytes
        // From the middle of frame 1 to the middle of frame 3.
        bytes.removeSubrange(Int(frames[1].offset) + 100..<Int(frames[3].offset) + 100)
        let found = try flacFrames(of: bytes).1
        #expect(found.map(\.firstSample) == [0, 4096])
    }

    @Test func `a FLAC frame of another rate, or of other channels or bits, is refused`() throws {
        let fixture = try CodedFixture("mono16.flac")
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        for other in ["stereo16.flac", "stereo24.flac", "ultrasonic250k.flac", "mono12.flac"] {
            let info = try FLACMetadata(of: CodedFixture(other).stream).streamInfo
            #expect(fixture.bytes.with(frames[0]) { FLACFrameHeader.parse($0, of: info) } == nil)
        }
        let header = fixture.bytes.with(frames[0]) { FLACFrameHeader.parse($0, of: metadata.streamInfo) }
        #expect(header?.firstSample == 0)
    }

    @Test func `a FLAC frame header with any wrong bit is refused`() throws {
        let fixture = try CodedFixture("stereo16.flac")
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        let header = try #require(fixture.bytes.with(frames[1]) { FLACFrameHeader.parse($0, of: metadata.streamInfo) })
        for bit in 0..<8 * header.byteCount {
            var bytes = fixture.bytes
            bytes[Int(frames[1].offset) + bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(bytes.with(frames[1]) { FLACFrameHeader.parse($0, of: metadata.streamInfo) } == nil)
        }
    }

    @Test func `FLAC frames are numbered by frame or by sample, as their headers say`() throws {
        for (name, isVariable) in [("stereo16.flac", false), ("variable.flac", true)] {
            let fixture = try CodedFixture(name)
            let (metadata, frames) = try flacFrames(of: fixture.bytes)
            for (number, frame) in frames.enumerated() {
                let header = try #require(
                    fixture.bytes.with(frame) { FLACFrameHeader.parse($0, of: metadata.streamInfo) })
                #expect(header.isVariableBlockSize == isVariable)
                #expect(header.codedNumber == (isVariable ? frame.firstSample : UInt64(number)))
                #expect(header.firstSample == frame.firstSample)
            }
        }
    }

    @Test func `a damaged FLAC frame, or one with bytes behind it, is an error, and does not affect the next`() throws {
        let fixture = try CodedFixture("stereo16.flac")
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        let expected = try flacSamples(of: [frames[1]], in: fixture.bytes, metadata.streamInfo)
        let decoder = try FLACDecoder(streamInfo: metadata.streamInfo)
        let frame = fixture.bytes.with(frames[0]) { Array($0) }
        var damaged = frame
        damaged[200] ^= 1
        let two = frame + fixture.bytes.with(frames[1]) { Array($0) }
        for wrong in [damaged, two, Array(frame.dropLast()), frame + [1], []] {
            try withOutput { output in
                #expect(throws: AudioCodingError.self) {
                    try wrong.withUnsafeBytes { try decoder.decode($0, into: output) }
                }
                let count = try fixture.bytes.with(frames[1]) { try decoder.decode($0, into: output) }
                #expect(Array(output[..<(count * 4)]) == expected)
            }
        }
    }

    @Test func `a buffer that is too small for a FLAC frame is an error`() throws {
        let fixture = try CodedFixture("stereo16.flac")
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        let decoder = try FLACDecoder(streamInfo: metadata.streamInfo)
        withOutput { output in
            let small = UnsafeMutableRawBufferPointer(rebasing: output[..<(frames[0].sampleCount * 4 - 1)])
            #expect(throws: AudioCodingError.self) {
                try fixture.bytes.with(frames[0]) { try decoder.decode($0, into: small) }
            }
        }
    }
}
