import Foundation
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

    /// Streams that are not so loud that the gain clips them.
    @Test(arguments: [("short2_5.opus", -1536), ("speech.opus", 512), ("surround6.opus", -768)] as [(String, Int16)])
    func `the output gain of an Opus stream is applied, in 256ths of a decibel`(name: String, gain: Int16) throws {
        let bytes = try CodedFixture(name).bytes
        let (scanner, packets) = try opusPackets(of: bytes)
        let head = try #require(scanner.head)
        var changed = head.bytes
        withUnsafeBytes(of: gain.littleEndian) { changed.replaceSubrange(16..<18, with: $0) }
        func decode(_ head: OpusHead) throws -> [Int16] {
            let decoded = try opusSamples(of: packets, in: bytes, by: OpusStreamDecoder(head: head)).flatMap(\.self)
            return decoded.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        }
        let (plain, amplified) = (try decode(head), try decode(OpusHead(changed)))
        let factor = pow(10, Double(gain) / 256 / 20)
        #expect(plain.count == amplified.count)
        // Both are rounded to whole numbers.
        let tolerance = 0.5 * factor + 0.5 + 0.01
        #expect(zip(plain, amplified).allSatisfy { abs(Double($0) * factor - Double($1)) <= tolerance })
    }

    /// The decoder for many streams clips and rounds in libopus, whatever the samples.
    @Test(
        arguments: ["mono.opus", "stereo.opus", "speech.opus", "hybrid.opus", "long60.opus"],
        Array(stride(from: 0, to: 12_000, by: 250)) + [32_767])
    func `a stream that is too loud is clipped as libopus does, over the ends of packets, too`(
        name: String, gain: Int
    ) throws {
        let bytes = try CodedFixture(name).bytes
        let (scanner, packets) = try opusPackets(of: bytes)
        var changed = try #require(scanner.head).bytes
        withUnsafeBytes(of: Int16(gain).littleEndian) { changed.replaceSubrange(16..<18, with: $0) }
        let head = try OpusHead(changed)
        let decoded = try opusSamples(of: packets, in: bytes, by: OpusStreamDecoder(head: head))

        let reference = PacketDecoder.multistream
        let state = UnsafeMutableRawPointer.allocate(byteCount: reference.stateByteCount(head), alignment: 16)
        defer { state.deallocate() }
        try reference.start(state, head)
        var samples = [Int16](repeating: 0, count: OpusPacket.maximumSampleCount * head.channels)
        var loudCount = 0
        for (number, packet) in packets.enumerated() {
            let packetBytes = packet.bytes(in: bytes)
            let count = reference.decode(
                state, packetBytes, Int32(packetBytes.count), into: &samples, samples: OpusPacket.maximumSampleCount)
            let expected = samples.prefix(Int(count) * head.channels)
            loudCount += expected.count { $0.magnitude > 32_000 }
            #expect(decoded[number] == expected.withUnsafeBytes { Array($0) }, "packet \(number)")
        }
        #expect(gain < 32_767 || loudCount > 1000)
    }

    @Test(arguments: ["mono.opus", "speech.opus", "hybrid.opus", "long60.opus", "surround6.opus"])
    func `a decoder that is given the snapshot of another goes on as that one does`(name: String) throws {
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
        try other.restore(snapshot)
        #expect(try opusSamples(of: packets[half...], in: fixture.bytes, by: other) == rest)
    }

    @Test func `the state of another kind of stream is refused`() throws {
        let mono = try OpusStreamDecoder(head: #require(opusPackets(of: CodedFixture("mono.opus").bytes).0.head))
        let stereo = try OpusStreamDecoder(head: #require(opusPackets(of: CodedFixture("stereo.opus").bytes).0.head))
        #expect(throws: AudioCodingError.self) { try mono.restore(stereo.snapshot()) }
    }

    @Test(arguments: ["stereo.opus", "speech.opus", "surround6.opus"])
    func `a packet that cannot be decoded leaves the decoder as it was`(name: String) throws {
        let fixture = try CodedFixture(name)
        let (scanner, packets) = try opusPackets(of: fixture.bytes)
        let decoder = try OpusStreamDecoder(head: #require(scanner.head))
        _ = try opusSamples(of: packets[..<3], in: fixture.bytes, by: decoder)
        let before = decoder.snapshot()
        func isUnchanged() -> Bool {
            let now = decoder.snapshot()
            return withExtendedLifetime((now, before)) { now.bytes.elementsEqual(before.bytes) }
        }
        let packet = packets[3].bytes(in: fixture.bytes)
        var failureCount = 0
        withOutput { output in
            // Cut short, which makes most codings invalid, and with other first bytes.
            let cut = packet.indices.map { Array(packet[..<$0]) }
            let changed = (0..<512).map { n in [UInt8(n & 0xFF), n < 256 ? packet[1] : 0xFF] + packet[2...] }
            for wrong in cut + changed {
                do {
                    _ = try wrong.withUnsafeBytes { try decoder.decode($0, into: output) }
                } catch {
                    failureCount += 1
                    #expect(isUnchanged())
                }
                #expect(throws: Never.self) { try decoder.restore(before) }
            }
            let small = UnsafeMutableRawBufferPointer(rebasing: output[..<100])
            #expect(throws: AudioCodingError.self) {
                try packet.withUnsafeBytes { try decoder.decode($0, into: small) }
            }
            #expect(isUnchanged())
        }
        #expect(failureCount > 50)
    }
}
