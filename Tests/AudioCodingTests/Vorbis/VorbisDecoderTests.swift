import TestSupport
import Testing

@testable import AudioCoding

@Suite struct VorbisDecoderTests {
    @Test(arguments: VorbisPacketTests.streams)
    func `one packet of pre-roll after a restart gives the samples of a decode from the start`(name: String) throws {
        let stream = try VorbisStream(CodedFixture(name).bytes)
        let decoder = try VorbisDecoder(headers: stream.headers)
        let whole = try stream.samples(of: 0..<stream.packets.count, by: decoder)
        for number in stream.packets.indices.reversed() {
            let first = stream.packets[number].firstSample
            let end = first + UInt64(stream.packets[number].sampleCount)
            let bytes = Int(first) * stream.stride..<Int(end) * stream.stride
            #expect(try stream.samples(of: number..<number + 1, by: decoder) == Array(whole[bytes]))
        }
    }

    @Test func `an error is a restart`() throws {
        let stream = try VorbisStream(CodedFixture("mono.ogg").bytes)
        let decoder = try VorbisDecoder(headers: stream.headers)
        let packets = stream.packets.prefix(3).map { $0.bytes(in: stream.bytes) }
        try withOutput { (output) throws in
            func decode(_ packet: [UInt8]) throws -> Int {
                try packet.withUnsafeBytes { try decoder.decode($0, into: output) }
            }
            #expect(try decode(packets[0]) == 0)
            #expect(try decode(packets[1]) == stream.packets[1].sampleCount)
            let small = UnsafeMutableRawBufferPointer(rebasing: output[..<2])
            #expect(throws: AudioCodingError.self) {
                try packets[2].withUnsafeBytes { try decoder.decode($0, into: small) }
            }
            #expect(try decode(packets[1]) == 0)
            #expect(try decode(packets[2]) == stream.packets[2].sampleCount)
        }
    }

    @Test func `headers and empty packets are not decoded`() throws {
        let stream = try VorbisStream(CodedFixture("mono.ogg").bytes)
        let decoder = try VorbisDecoder(headers: stream.headers)
        let headers = oggPackets(of: stream.bytes)[..<3]
        withOutput { output in
            for wrong in headers + [[], [0xFF]] {
                #expect(throws: AudioCodingError.self) {
                    try wrong.withUnsafeBytes { try decoder.decode($0, into: output) }
                }
            }
        }
    }

    @Test func `a setup header that libavcodec cannot use is an error`() throws {
        let headers = Array(oggPackets(of: try CodedFixture("mono.ogg").bytes)[..<3])
        var setup = headers[2]
        setup.replaceSubrange(10..<60, with: [UInt8](repeating: 0xAA, count: 50))
        let damaged = try VorbisHeaders(identification: headers[0], setup: setup)
        #expect(throws: AudioCodingError.self) { try VorbisDecoder(headers: damaged) }
    }
}
