import TestSupport
import Testing

@testable import AudioCoding

@Suite(.enabled(if: MediaTools.arePresent, MediaTools.comment)) struct MP3TrimTests {
    /// Compares what is heard of `bytes` with what ffmpeg gives. Returns the samples of one channel.
    @discardableResult
    private func expectAsFFmpeg(
        _ bytes: [UInt8], _ name: String = "stream.mp3", location: SourceLocation = #_sourceLocation
    ) throws -> Int {
        let stream = try MP3Stream(bytes)
        let heard = try stream.heardSamples()
        let reference = try ffmpegSamples(of: bytes, named: name)
        #expect(heard.count == reference.count, sourceLocation: location)
        #expect(heard == reference, sourceLocation: location)
        return heard.count / stream.header.channels / 2
    }

    @Test(arguments: MP3FrameTests.streams)
    func `what is heard of MPEG audio is what ffmpeg gives`(name: String) throws {
        try expectAsFFmpeg(CodedFixture(name).bytes, name)
    }

    @Test(arguments: [("cbr.mp3", 18_000), ("vbr.mp3", 18_000), ("abr.mp3", 18_000), ("lavc.mp3", 12_000)])
    func `delay and padding that LAME and FFmpeg announce leave what was encoded`(name: String, count: Int) throws {
        #expect(try expectAsFFmpeg(CodedFixture(name).bytes) == count)
    }

    @Test func `without a header frame nothing is cut`() throws {
        let stream = try MP3Stream(CodedFixture("untagged.mp3").bytes)
        #expect(try stream.heard == 0..<stream.frames.count * 2304)
    }

    /// `cbr.mp3` with its header frame changed: `change` gets its bytes from "Info" on.
    private func withInfo(_ change: (inout ArraySlice<UInt8>) -> Void) throws -> [UInt8] {
        var bytes = try CodedFixture("cbr.mp3").bytes
        let start = 4 + 32
        #expect(bytes[start..<start + 4].elementsEqual("Info".utf8))
        change(&bytes[start...])
        return bytes
    }

    @Test(arguments: [0, 1, 2, 12, 15, 17, 16, 18, 30, 100, 4_000_000_000])
    func `a header frame that counts other frames cuts as ffmpeg does`(count: UInt32) throws {
        let bytes = try withInfo { info in
            withUnsafeBytes(of: count.bigEndian) { info.replaceSubrange(44..<48, with: $0) }
        }
        let stream = try MP3Stream(bytes)
        do {
            _ = try stream.heard
            try expectAsFFmpeg(bytes)
        } catch let error as AudioCodingError {
            // ffmpeg leaves a hole.
            #expect(error.problem.contains("padding in the middle"))
            #expect(Int(count) < stream.frames.count)
        }
    }

    @Test(
        arguments: [
            [0x00, 0x00, 0x00], [0xFF, 0xFF, 0xFF], [0x24, 0x02, 0x10], [0x24, 0x02, 0x11], [0x24, 0x02, 0x12],
            [0x00, 0x04, 0x80], [0x24, 0x06, 0x91], [0xFF, 0xF0, 0x00], [0x00, 0x0F, 0xFF],
        ] as [[UInt8]])
    func `any delay and padding cut as ffmpeg cuts`(delays: [UInt8]) throws {
        let bytes = try withInfo { info in
            let place = info.startIndex + 120 + 21
            info.replaceSubrange(place..<place + 3, with: delays)
        }
        try expectAsFFmpeg(bytes)
    }

    @Test func `an encoder that is not known is not believed to say delay and padding`() throws {
        for name in ["L3.99r", "GOGO", "Xing", "LAME", "Lavf", "Lavc"] {
            let bytes = try withInfo { info in
                let place = info.startIndex + 120
                info.replaceSubrange(place..<place + name.utf8.count, with: name.utf8)
            }
            let isCut = try expectAsFFmpeg(bytes) == 18_000
            #expect(isCut == ["LAME", "Lavf", "Lavc"].contains(name))
        }
    }

    @Test func `a header frame that gives neither frames nor bytes counts as sound`() throws {
        for flags: UInt8 in 0...15 {
            let bytes = try withInfo { $0[$0.startIndex + 7] = flags }
            try expectAsFFmpeg(bytes)
        }
    }

    @Test func `a file that other frames follow is cut as ffmpeg cuts it`() throws {
        let bytes = try CodedFixture("cbr.mp3").bytes
        let frames = try MP3Stream(bytes).frames
        // More than a sixteenth of what is announced: nothing is cut at the end.
        try expectAsFFmpeg(bytes + bytes[Int(frames[3].offset)..<Int(frames[9].offset)])
        // Less: padding would be cut in the middle.
        let longer = try MP3Stream(bytes + bytes[Int(frames[3].offset)..<Int(frames[4].offset)])
        let error = try #require(throws: AudioCodingError.self) { try longer.heard }
        #expect(error.problem == "the file has more frames than its header frame counts, and padding in the middle")
    }

    @Test func `tags at the end count as bytes of the file as ffmpeg counts them`() throws {
        let bytes = try CodedFixture("cbr.mp3").bytes
        let tag = Array("TAG".utf8) + [UInt8](repeating: 0, count: 125)
        #expect(try expectAsFFmpeg(bytes + tag) == 18_000)
        // ffmpeg takes the file for two.
        let long = Array("ID3".utf8) + [4, 0, 0x10, 0, 0, 7, 0] + [UInt8](repeating: 0, count: 896)
        #expect(try expectAsFFmpeg(bytes + long + Array("3DI".utf8) + long[3..<10]) > 18_000)
    }

    @Test func `frames that are missing at the end are missing as ffmpeg has it`() throws {
        let bytes = try CodedFixture("cbr.mp3").bytes
        let frames = try MP3Stream(bytes).frames
        for number in [2, 3, 8, frames.count - 3, frames.count - 2, frames.count - 1] {
            try expectAsFFmpeg(Array(bytes[..<Int(frames[number].offset)]))
            for left in [4, 6, 40, 300] {
                try expectAsFFmpeg(Array(bytes[..<(Int(frames[number].offset) + left)]))
            }
        }
    }

    @Test func `a header frame behind junk counts as sound`() throws {
        let bytes = try CodedFixture("cbr.mp3").bytes
        try expectAsFFmpeg([UInt8](repeating: 0, count: 20) + bytes)
        let tag = Array("ID3".utf8) + [3, 0, 0, 0, 0, 0, 100] + [UInt8](repeating: 0, count: 100)
        try expectAsFFmpeg(tag + tag + bytes)
        try expectAsFFmpeg(tag + [0, 0] + bytes)
    }

    /// A header frame as Fraunhofer's encoder writes it, in front of `bytes`.
    private func withVBRI(version: UInt8, frameCount: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var frame = [0xFF, 0xFB, 0x50, bytes[3]] + [UInt8](repeating: 0, count: 204)
        let fields = [0, version, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, frameCount]
        frame.replaceSubrange(36..<54, with: Array("VBRI".utf8) + fields)
        return frame + bytes
    }

    @Test func `Fraunhofer's header frame is no sound, and cuts nothing`() throws {
        let bytes = try CodedFixture("untagged.mp3").bytes
        let count = try expectAsFFmpeg(bytes)
        #expect(try expectAsFFmpeg(withVBRI(version: 1, frameCount: 11, bytes)) == count)
        #expect(try expectAsFFmpeg(withVBRI(version: 1, frameCount: 0, bytes)) == count + 1152)
        #expect(try expectAsFFmpeg(withVBRI(version: 2, frameCount: 11, bytes)) == count + 1152)
    }

    @Test func `the first frame is one that the next one is like`() throws {
        // Stereo, then joint stereo: libavformat begins with the second frame.
        var bytes = try CodedFixture("joint.mp2").bytes
        bytes[3] ^= 0x40
        try expectAsFFmpeg(bytes, "stream.mp2")
    }
}
