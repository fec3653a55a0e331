import Testing

@testable import AudioCoding

/// Vorbis with every byte changed, every length cut: nothing may trap, hang or run away.
@Suite struct VorbisHostileTests {
    private func readAll(_ bytes: [UInt8]) {
        guard let stream = try? VorbisStream(bytes) else { return }
        var sample: UInt64 = 0
        for packet in stream.packets {
            #expect(packet.firstSample == sample && packet.sampleCount >= 0)
            sample += UInt64(packet.sampleCount)
            #expect(packet.pieces.allSatisfy { $0.upperBound <= UInt64(bytes.count) })
        }
        #expect(stream.heardSampleCount <= sample)
        _ = try? stream.heardSamples()
    }

    private func forEachDamaged(_ bytes: [UInt8], _ body: ([UInt8]) -> Void) {
        for index in bytes.indices {
            var damaged = bytes
            for change: UInt8 in [0x01, 0x80, 0xFF] {
                damaged[index] = bytes[index] ^ change
                body(damaged)
            }
            body(Array(bytes[..<index]))
        }
    }

    @Test func `Vorbis with any byte changed or missing is read without harm`() throws {
        let bytes = try CodedFixture("tiny.ogg").bytes
        forEachDamaged(bytes, readAll)
    }

    @Test func `Vorbis packets with any byte changed or missing are read without harm, though pages are intact`() throws
    {
        let packets = oggPackets(of: try CodedFixture("tiny.ogg").bytes)
        for changed in packets.indices {
            // Every byte of the end of the setup header, where the modes are; few of the codebooks before.
            let step = changed == 2 ? 7 : 1
            let packet = packets[changed]
            for index in packet.indices where index % step == 0 || index > packet.count - 40 {
                for change: UInt8 in [0x01, 0x80, 0xFF] {
                    var damaged = packets
                    damaged[changed][index] ^= change
                    var ogg = OggBuilder(headers: Array(damaged[..<3]))
                    ogg.page(Array(damaged[3...]), granule: 300, flags: 4)
                    readAll(ogg.bytes)
                }
                var cut = packets
                cut[changed] = Array(packet[..<index])
                var ogg = OggBuilder(headers: Array(cut[..<3]))
                ogg.page(Array(cut[3...]), granule: 300, flags: 4)
                readAll(ogg.bytes)
            }
        }
    }

    @Test func `granule positions of Vorbis at the ends of 64 bits are read without harm`() throws {
        let packets = oggPackets(of: try CodedFixture("tiny.ogg").bytes)
        for first in [Int64.max, .min, -2, -1, 0, 1] {
            for last in [Int64.max, .min, -2, -1, 0, 1] {
                var ogg = OggBuilder(headers: Array(packets[..<3]))
                ogg.page([packets[3]], granule: first)
                ogg.page(Array(packets[4...]), granule: last, flags: 4)
                readAll(ogg.bytes)
            }
        }
    }
}
