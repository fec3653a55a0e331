import Testing

@testable import AudioCoding

@Suite struct VorbisJoinTests {
    /// The pages of `bytes`, by a reader of a few lines.
    private static func pages(of bytes: [UInt8]) -> [Range<Int>] {
        var pages: [Range<Int>] = []
        var offset = 0
        while let page = bytes.withUnsafeBytes({ OggPage.parse(UnsafeRawBufferPointer(rebasing: $0[offset...])) }) {
            pages.append(offset..<offset + page.byteCount)
            offset += page.byteCount
        }
        return pages
    }

    private static func join(
        _ bytes: [UInt8], at pages: Range<Int>
    ) throws -> (scanner: VorbisPacketScanner, packets: [OggPacket]) {
        let start = try VorbisStart(of: CodedStream(bytes))
        var scanner = VorbisPacketScanner(joining: start, at: UInt64(pages.lowerBound))
        let packets = try Array(bytes[pages]).withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
        return (scanner, packets)
    }

    @Test(arguments: VorbisPacketTests.streams)
    func `a stream that is joined at any page has the packets that begin there, and says where their samples are`(
        name: String
    ) throws {
        let stream = try VorbisStream(CodedFixture(name).bytes)
        let pages = Self.pages(of: stream.bytes)
        #expect(stream.packets.allSatisfy { packet in pages.contains { $0.lowerBound == packet.pages.lowerBound } })
        #expect(stream.packets.allSatisfy { packet in pages.contains { $0.upperBound == packet.pages.upperBound } })
        for first in pages where first.lowerBound >= stream.packets[0].pages.lowerBound {
            let range = first.lowerBound..<stream.bytes.count
            let (scanner, packets) = try Self.join(stream.bytes, at: range)
            let expected = stream.packets.filter { $0.pages.lowerBound >= first.lowerBound }
            #expect(packets.map(\.pieces) == expected.map(\.pieces))
            #expect(scanner.isWhole && scanner.hasEnded)
            guard let begin = expected.first, expected.contains(where: { $0.pages.upperBound < range.upperBound })
            else {
                // Nothing but a last page, which may be trimmed.
                #expect(scanner.joinedSample == nil || first.lowerBound == stream.packets[0].pages.lowerBound)
                continue
            }
            let origin = begin.firstSample + UInt64(begin.sampleCount)
            #expect(scanner.joinedSample == origin)
            #expect(packets.dropFirst().map(\.firstSample) == expected.dropFirst().map { $0.firstSample - origin })
            #expect(packets.dropFirst().map(\.sampleCount) == expected.dropFirst().map(\.sampleCount))
            #expect(scanner.heardSampleCount == stream.heardSampleCount - origin)
        }
    }

    @Test func `pages with a gap, or of other granule positions, do not say where their samples are`() throws {
        let packets = oggPackets(of: try CodedFixture("stereo.ogg").bytes)
        let ends = try VorbisStream(CodedFixture("stereo.ogg").bytes).packets.map {
            Int64($0.firstSample) + Int64($0.sampleCount)
        }
        func bytes(granule: Int64, isMissing: Bool) -> [UInt8] {
            var ogg = OggBuilder(headers: Array(packets[..<3]))
            ogg.page(Array(packets[3..<13]), granule: 70_000 + ends[9])
            ogg.page(Array(packets[13..<23]), granule: 70_000 + ends[19])
            if isMissing { ogg.sequence += 1 }
            ogg.page(Array(packets[23..<33]), granule: 70_000 + ends[29] + granule)
            ogg.page(Array(packets[33..<43]), granule: 70_000 + ends[39], flags: 4)
            return ogg.bytes
        }
        let right = bytes(granule: 0, isMissing: false)
        let pages = Self.pages(of: right)
        let second = pages[pages.count - 3].lowerBound..<right.count
        let (scanner, _) = try Self.join(right, at: second)
        #expect(scanner.joinedSample == UInt64(ends[10]))
        #expect(scanner.isWhole)
        #expect(try Self.join(bytes(granule: 1, isMissing: false), at: second).scanner.joinedSample == nil)
        #expect(try !Self.join(bytes(granule: 0, isMissing: true), at: second).scanner.isWhole)
        var damaged = right
        damaged[second.lowerBound + 100] ^= 1
        #expect(try !Self.join(damaged, at: second).scanner.isWhole)
    }
}
