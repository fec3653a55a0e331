import Support
import TestSupport
import Testing

@testable import AudioCoding

@Suite struct OpusStreamDecoderTests {
    private func samples(of fixture: CodedFixture) throws -> [UInt8] {
        let (scanner, packets) = try opusPackets(of: fixture.bytes)
        let head = try #require(scanner.head)
        let decoded = try opusSamples(of: packets, in: fixture.bytes, by: OpusStreamDecoder(head: head)).flatMap(\.self)
        let sampleByteCount = head.channels * 2
        let extent = try OggOpusExtent(of: fixture.stream)
        return Array(
            decoded.dropFirst(head.preSkip * sampleByteCount).prefix(Int(extent.sampleCount) * sampleByteCount))
    }

    @Test(arguments: OggPacketTests.streams)
    func `a decode from the start is ffmpeg's with libopus, bit for bit`(name: String) throws {
        #expect(try Digest.sha256(samples(of: CodedFixture(name))) == CodedFixture(name).sha256)
    }

    @Test func `the gain is applied`() throws {
        let plain = try samples(of: CodedFixture("mono.opus"))
        #expect(try samples(of: CodedFixture("gain-1536.opus")) != plain)
    }

    @Test(arguments: ["mono.opus", "speech.opus", "hybrid.opus", "long60.opus", "surround6.opus"])
    func `a decoder that takes up a snapshot goes on as the one it is of`(name: String) throws {
        let fixture = try CodedFixture(name)
        let (scanner, packets) = try opusPackets(of: fixture.bytes)
        let head = try #require(scanner.head)
        let decoder = try OpusStreamDecoder(head: head)
        let half = packets.count / 2
        _ = try opusSamples(of: packets[..<half], in: fixture.bytes, by: decoder)
        let snapshot = decoder.snapshot()
        #expect(snapshot.count == decoder.stateByteCount)
        let rest = try opusSamples(of: packets[half...], in: fixture.bytes, by: decoder)

        let other = try OpusStreamDecoder(head: head)
        #expect(!other.hasSameState(as: snapshot))
        try other.restore(snapshot)
        #expect(other.hasSameState(as: snapshot))
        #expect(try opusSamples(of: packets[half...], in: fixture.bytes, by: other) == rest)
        #expect(other.hasSameState(as: decoder.snapshot()))
    }

    @Test func `two decoders given the same packets have the same state, to the byte`() throws {
        let fixture = try CodedFixture("surround6.opus")
        let (scanner, packets) = try opusPackets(of: fixture.bytes)
        let head = try #require(scanner.head)
        let (one, other) = (try OpusStreamDecoder(head: head), try OpusStreamDecoder(head: head))
        #expect(one.hasSameState(as: other.snapshot()))
        for packet in packets {
            _ = try opusSamples(of: [packet], in: fixture.bytes, by: one)
            _ = try opusSamples(of: [packet], in: fixture.bytes, by: other)
            #expect(one.hasSameState(as: other.snapshot()))
        }
    }

    @Test func `a state of another kind of stream is not taken up`() throws {
        let mono = try OpusStreamDecoder(head: #require(opusPackets(of: CodedFixture("mono.opus").bytes).0.head))
        let stereo = try OpusStreamDecoder(head: #require(opusPackets(of: CodedFixture("stereo.opus").bytes).0.head))
        #expect(throws: AudioCodingError.self) { try mono.restore(stereo.snapshot()) }
        #expect(!mono.hasSameState(as: stereo.snapshot()))
    }

    @Test(arguments: ["stereo.opus", "speech.opus", "surround6.opus"])
    func `a packet that cannot be decoded leaves the decoder as it was`(name: String) throws {
        let fixture = try CodedFixture(name)
        let (scanner, packets) = try opusPackets(of: fixture.bytes)
        let decoder = try OpusStreamDecoder(head: #require(scanner.head))
        _ = try opusSamples(of: packets[..<3], in: fixture.bytes, by: decoder)
        let before = decoder.snapshot()
        let packet = packets[3].bytes(in: fixture.bytes)
        var failureCount = 0
        withOutput { output in
            // Cut short, which few codings survive, and with every other first two bytes.
            let cut = packet.indices.map { Array(packet[..<$0]) }
            let changed = (0..<512).map { n in [UInt8(n & 0xFF), n < 256 ? packet[1] : 0xFF] + packet[2...] }
            for wrong in cut + changed {
                do {
                    _ = try wrong.withUnsafeBytes { try decoder.decode($0, into: output) }
                } catch {
                    failureCount += 1
                    #expect(decoder.hasSameState(as: before))
                }
                #expect(throws: Never.self) { try decoder.restore(before) }
            }
            let small = UnsafeMutableRawBufferPointer(rebasing: output[..<100])
            #expect(throws: AudioCodingError.self) {
                try packet.withUnsafeBytes { try decoder.decode($0, into: small) }
            }
            #expect(decoder.hasSameState(as: before))
        }
        #expect(failureCount > 50)
    }
}
