import TestSupport
import Testing

@testable import AudioCoding

@Suite struct AACDecoderTests {
    private static let noiseless = [
        "mono.aac", "stereo.aac", "lowrate.aac", "surround6.aac", "surround8.aac", "pce4.aac",
    ]

    @Test(arguments: ADTSTests.streams)
    func `AAC decoded from the start has ffmpeg's samples, bit for bit`(name: String) throws {
        let fixture = try CodedFixture(name)
        let frames = try adtsFrames(of: fixture.bytes)
        #expect(try Digest.sha256(aacSamples(of: frames, in: fixture.bytes, by: AACDecoder())) == fixture.sha256)
    }

    @Test(arguments: noiseless)
    func `a fresh AAC decoder gives the samples of a decode from the start after one frame of pre-roll`(name: String)
        throws
    {
        let fixture = try CodedFixture(name)
        let frames = try adtsFrames(of: fixture.bytes)
        let needsFirst = name == "pce4.aac"
        let whole = try aacSamples(of: frames, in: fixture.bytes, by: AACDecoder())
        let frameByteCount = whole.count / frames.count
        for number in 1..<frames.count {
            let decoder = try AACDecoder()
            if needsFirst { try fixture.bytes.with(frames[0]) { try decoder.setUp(by: $0) } }
            let pair = try aacSamples(of: frames[number - 1...number], in: fixture.bytes, by: decoder)
            #expect(pair.suffix(frameByteCount) == whole[number * frameByteCount..<(number + 1) * frameByteCount])
        }
    }

    @Test func `fresh AAC decoders generate the same noise`() throws {
        let fixture = try CodedFixture("noise.aac")
        let frames = try adtsFrames(of: fixture.bytes)
        let run = frames[5..<9]
        let first = try aacSamples(of: run, in: fixture.bytes, by: AACDecoder())
        #expect(try aacSamples(of: run, in: fixture.bytes, by: AACDecoder()) == first)
        // The stream does have noise: a decoder that has generated some before gives other samples.
        let used = try AACDecoder()
        let afterOthers = try aacSamples(of: frames[..<9], in: fixture.bytes, by: used).suffix(first.count * 3 / 4)
        #expect(first.suffix(first.count * 3 / 4) != afterOthers)
    }

    @Test(arguments: [
        ("mono.aac", AACFormat(sampleRate: 48_000, channels: 1, samplesPerFrame: 1024)),
        ("stereo.aac", AACFormat(sampleRate: 44_100, channels: 2, samplesPerFrame: 1024)),
        ("surround6.aac", AACFormat(sampleRate: 48_000, channels: 6, samplesPerFrame: 1024)),
        ("surround8.aac", AACFormat(sampleRate: 48_000, channels: 8, samplesPerFrame: 1024)),
        ("pce4.aac", AACFormat(sampleRate: 48_000, channels: 4, samplesPerFrame: 1024)),
        ("highefficiency.aac", AACFormat(sampleRate: 48_000, channels: 2, samplesPerFrame: 2048)),
    ])
    func `the format of an AAC stream is that of the decoder's output`(_ name: String, _ format: AACFormat) throws {
        let fixture = try CodedFixture(name)
        let frames = try adtsFrames(of: fixture.bytes).prefix(3)
        let probed = try fixture.bytes.withUnsafeBytes { bytes in
            try AACDecoder.format(
                of: frames.map {
                    UnsafeRawBufferPointer(rebasing: bytes[Int($0.offset)..<Int($0.offset) + $0.byteCount])
                })
        }
        #expect(probed == format)
    }

    @Test func `an AAC stream without frames has no format`() {
        #expect(throws: AudioCodingError.self) { try AACDecoder.format(of: []) }
    }

    @Test func `bytes that are not one whole AAC frame are an error`() throws {
        let fixture = try CodedFixture("mono.aac")
        let frames = try adtsFrames(of: fixture.bytes)
        let frame = fixture.bytes.with(frames[0]) { Array($0) }
        let decoder = try AACDecoder()
        for wrong in [[], Array(frame.dropLast()), frame + [0], [UInt8](repeating: 0, count: 50)] {
            withOutput { output in
                #expect(throws: AudioCodingError.self) {
                    try wrong.withUnsafeBytes { try decoder.decode($0, into: output) }
                }
            }
        }
    }

    @Test func `bytes behind the audio data of an AAC frame are ignored`() throws {
        let fixture = try CodedFixture("mono.aac")
        let frames = try adtsFrames(of: fixture.bytes)
        var frame = fixture.bytes.with(frames[0]) { Array($0) } + [1, 2, 3]
        frame[4] = UInt8(frame.count >> 3)
        frame[5] = frame[5] & 0x1F | UInt8(frame.count << 5 & 0xE0)
        let coded = [CodedFrame(offset: 0, byteCount: frame.count, firstSample: 0, sampleCount: 1024)]
        #expect(
            try aacSamples(of: coded, in: frame, by: AACDecoder())
                == aacSamples(of: frames.prefix(1), in: fixture.bytes, by: AACDecoder()))
    }
}
