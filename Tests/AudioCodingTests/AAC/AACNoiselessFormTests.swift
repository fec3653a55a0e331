import TestSupport
import Testing

@testable import AudioCoding

@Suite struct AACNoiselessFormTests {
    @Test(arguments: ["mono.aac", "stereo.aac", "lowrate.aac"])
    func `every frame of a stream without noise has the form of the stream`(name: String) throws {
        let runs = try AACRuns(CodedFixture(name).bytes)
        let form = try #require(runs.form(of: runs.frames.indices))
        for number in runs.frames.indices { #expect(runs.form(of: number..<number + 1) == form) }
    }

    @Test func `streams of another rate or other channels have another form`() throws {
        let names = ["mono.aac", "stereo.aac", "lowrate.aac"]
        let forms = try names.map { try AACRuns(CodedFixture($0).bytes).form(of: 0..<2) }
        #expect(Set(forms).count == 3)
        let mixed = try ["mono.aac", "lowrate.aac"].map { try AACRuns(CodedFixture($0).bytes).frames[0] }
        #expect(AACRuns.form(of: mixed) == nil)
        #expect(AACRuns.form(of: []) == nil)
    }

    @Test(arguments: ["highefficiency.aac", "surround6.aac", "surround8.aac", "pce4.aac"])
    func `frames with SBR, and with other channels than one or a pair, have no form`(name: String) throws {
        let runs = try AACRuns(CodedFixture(name).bytes)
        for number in runs.frames.indices { #expect(runs.form(of: number..<number + 1) == nil) }
    }

    @Test(arguments: ["noise.aac", "mono.aac", "stereo.aac"])
    func `a frame has a form if it decodes to the same after noise, and no other does`(name: String) throws {
        let noisy = try AACRuns(CodedFixture("noise.aac").bytes)
        let runs = try AACRuns(CodedFixture(name).bytes)
        for frame in runs.frames {
            let fresh = try AACDecoder()
            let used = try AACDecoder()
            _ = try AACRuns.samples(of: noisy.frames[5..<9], by: used)
            used.restart()
            // The frame is its own pre-roll.
            let expected = try AACRuns.samples(of: [frame, frame], by: fresh)
            let isSame = try AACRuns.samples(of: [frame, frame], by: used) == expected
            #expect(isSame == (AACRuns.form(of: [frame]) != nil))
        }
    }

    @Test(arguments: ["mono.aac", "stereo.aac"])
    func `a form does not need the parts of a frame that nothing is decoded from`(name: String) throws {
        let runs = try AACRuns(CodedFixture(name).bytes)
        let frame = runs.frames[3]
        for extra in [
            // A data_stream_element of two bytes, which are aligned, and one of 300.
            [.init(4, 3), .init(0, 4), .init(1, 1), .init(2, 8), .aligned, .init(0xABCD, 16)],
            [.init(4, 3), .init(0, 4), .init(0, 1), .init(255, 8), .init(45, 8)]
                + Array(repeating: AACFrameBuilder.Piece(0x55, 8), count: 300),
            // A fill_element of nothing, of three bytes of filling, of twenty bytes.
            [.init(6, 3), .init(0, 4)],
            [.init(6, 3), .init(3, 4), .init(1, 4), .init(0, 4), .init(0xA5A5, 16)],
            [.init(6, 3), .init(15, 4), .init(6, 8), .init(0, 4), .init(0, 4)]
                + Array(repeating: AACFrameBuilder.Piece(0xA5, 8), count: 19),
        ] as [[AACFrameBuilder.Piece]] {
            for made in [AACFrameBuilder.frame(frame, before: extra), AACFrameBuilder.frame(frame, behind: extra)] {
                #expect(AACRuns.form(of: [made]) == AACRuns.form(of: [frame]))
                let samples = try AACRuns.samples(of: [frame, made], by: AACDecoder())
                #expect(try samples == AACRuns.samples(of: [frame, frame], by: AACDecoder()))
            }
        }
    }

    @Test(arguments: ["mono.aac", "stereo.aac"])
    func `a frame has no form if anything else is in it, or behind its block`(name: String) throws {
        let runs = try AACRuns(CodedFixture(name).bytes)
        let frame = runs.frames[3]
        let noise = AACFrameBuilder.noisyChannel
        for extra in [
            // One more channel, or pair, as a decoder takes it for a duplicate; other elements.
            noise, [.init(1, 3), .init(0, 4), .init(0, 1)] + noise.dropFirst(2) + noise.dropFirst(2),
            [.init(3, 3)] + noise.dropFirst(), [.init(2, 3), .init(0, 4)], [.init(5, 3), .init(0, 4)],
            // SBR, dynamic range control, other data, and a name that libavcodec knows.
            [.init(6, 3), .init(2, 4), .init(13, 4), .init(0, 12)],
            [.init(6, 3), .init(2, 4), .init(14, 4), .init(0, 12)],
            [.init(6, 3), .init(2, 4), .init(11, 4), .init(0, 12)],
            [.init(6, 3), .init(2, 4), .init(2, 4), .init(0, 12)],
            [.init(6, 3), .init(15, 4), .init(6, 8), .init(0, 4), .init(0, 13)]
                + "libfaac 1.28".utf8.map { .init(Int($0), 8) } + [.init(0, 47)],
            // Elements that are longer than the frame.
            [.init(6, 3), .init(15, 4), .init(255, 8)], [.init(4, 3), .init(0, 5), .init(255, 8), .init(255, 8)],
        ] as [[AACFrameBuilder.Piece]] {
            #expect(AACRuns.form(of: [AACFrameBuilder.frame(frame, behind: extra)]) == nil)
        }
        for trailer: [UInt8] in [[0], [0, 0], [0xFF], AACFrameBuilder.bytes(noise)] {
            #expect(AACRuns.form(of: [AACFrameBuilder.withByteCount(frame + trailer)]) == nil)
        }
    }

    @Test func `a block of noise behind a frame's own is decoded, and found`() throws {
        let frame = try AACRuns(CodedFixture("mono.aac").bytes).frames[3]
        let noisy = AACFrameBuilder.monoFrame(AACFrameBuilder.noisyChannel)
        let block = AACFrameBuilder.bytes(AACFrameBuilder.noisyChannel)
        let made = AACFrameBuilder.withByteCount(frame + block)
        // The block has no end, so the decoder gives no samples of it, and no error; but the noise behind it is other noise.
        let used = try AACDecoder()
        let plain = try AACRuns.samples(of: [frame, frame], by: AACDecoder())
        #expect(try AACRuns.samples(of: [frame, made], by: used) == plain)
        used.restart()
        let expected = try AACRuns.samples(of: [noisy, noisy], by: AACDecoder())
        #expect(try AACRuns.samples(of: [noisy, noisy], by: used) != expected)
        #expect(AACRuns.form(of: [made]) == nil)
    }

    @Test func `sections of noise, and those that are not right, have no form`() throws {
        func hasForm(_ sections: (book: Int, length: Int)...) -> Bool {
            let channel = AACFrameBuilder.channel(bandCount: 20, sections: sections)
            return AACRuns.form(of: [AACFrameBuilder.monoFrame(channel)]) != nil
        }
        #expect(hasForm((0, 20)) && hasForm((0, 7), (0, 13)) && hasForm((0, 0), (0, 20)))
        #expect(hasForm((15, 20)) && hasForm((14, 3), (0, 17)))
        #expect(!hasForm((13, 20)) && !hasForm((0, 19), (13, 1)) && !hasForm((13, 1), (0, 19)))
        #expect(!hasForm((12, 20)) && !hasForm((0, 21)) && !hasForm((0, 19)) && !hasForm((0, 19), (0, 2)))
    }

    @Test func `a channel with pulses or gain control has no form, and one with filters has`() {
        // Silent bands, behind which these say what tools are used.
        func hasForm(_ tools: [AACFrameBuilder.Piece]) -> Bool {
            let channel = AACFrameBuilder.channel(bandCount: 20, sections: [(0, 20)])
            return AACRuns.form(of: [AACFrameBuilder.monoFrame(channel.dropLast() + tools)]) != nil
        }
        #expect(hasForm([.init(0, 3)]))
        // A pulse at the thirtieth band.
        #expect(!hasForm([.init(1, 1), .init(0, 2), .init(30, 6), .init(0, 5), .init(15, 4), .init(0, 2)]))
        #expect(!hasForm([.init(1, 3), .init(0, 2)]))
        // A filter of two coefficients of four bits, and one with more than there may be.
        let filter: [AACFrameBuilder.Piece] = [.init(0, 1), .init(1, 1), .init(1, 2), .init(1, 1), .init(10, 6)]
        #expect(hasForm(filter + [.init(2, 5), .init(0, 2), .init(0x5A, 8), .init(0, 1)]))
        #expect(!hasForm(filter + [.init(13, 5), .init(0, 2), .init(0, 52), .init(0, 1)]))
    }

    @Test func `frames of other profiles, with more blocks, or cut short have no form`() throws {
        for name in ["mono.aac", "stereo.aac"] {
            let frame = try AACRuns(CodedFixture(name).bytes).frames[3]
            for profile: UInt8 in [0, 2, 3] {
                var made = frame
                made[2] = made[2] & 0x3F | profile << 6
                #expect(AACRuns.form(of: [made]) == nil)
            }
            var made = frame
            made[6] |= 1
            #expect(AACRuns.form(of: [made]) == nil)
            for count in 0..<frame.count {
                #expect(AACRuns.form(of: [Array(frame.prefix(count))]) == nil)
                guard count > 8 else { continue }
                #expect(AACRuns.form(of: [AACFrameBuilder.withByteCount(Array(frame.prefix(count)))]) == nil)
            }
        }
    }

    @Test func `a frame with a checksum has a form`() throws {
        let frame = try AACRuns(CodedFixture("mono.aac").bytes).frames[3]
        var made = Array(frame.prefix(7)) + [0x12, 0x34] + frame.dropFirst(7)
        made[1] &= 0xFE
        made = AACFrameBuilder.withByteCount(made)
        #expect(AACRuns.form(of: [made]) != nil)
        #expect(
            try AACRuns.samples(of: [frame, made], by: AACDecoder())
                == AACRuns.samples(of: [frame, frame], by: AACDecoder()))
    }
}
