import TestSupport
import Testing

@testable import AudioCoding

struct OggPageRunTests {
    /// The pages that `packets` are written on, each packet ending at 100 times its number.
    private func pages(_ packets: [[UInt8]], at place: OggPageRun.Place) -> [UInt8] {
        let run = OggPageRun(packetByteCounts: packets.map(\.count))
        var bytes = [UInt8](repeating: 0, count: run.byteCount)
        bytes.withUnsafeMutableBytes { bytes in
            packets.flatMap(\.self).withUnsafeBytes { body in
                run.write(body, endGranules: packets.indices.map { Int64(100 * ($0 + 1)) }, at: place, into: bytes)
            }
        }
        return bytes
    }

    /// The pages in `bytes`, which are nothing but intact pages.
    private func parse(_ bytes: [UInt8]) throws -> [(page: OggPage, body: [UInt8])] {
        var pages: [(OggPage, [UInt8])] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let page = try #require(rest.withUnsafeBytes { OggPage.parse($0) })
            let whole = Array(rest.prefix(page.byteCount))
            try #require(whole.count == page.byteCount)
            #expect(whole.withUnsafeBytes { OggPage.isIntact($0) })
            pages.append((page, Array(whole.dropFirst(page.headerByteCount))))
            rest = rest.dropFirst(page.byteCount)
        }
        return pages
    }

    private func packet(_ byteCount: Int) -> [UInt8] { (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 * 7) } }

    @Test(arguments: [
        [3], [0], [254], [255], [256], [65_024], [65_025], [65_026], [200_000], Array(repeating: 160, count: 50),
        Array(repeating: 1_275, count: 50), [10, 70_000, 10, 0, 255 * 254, 255, 65_025, 1],
        Array(repeating: 0, count: 600),
    ])
    func `packets of any length come back from the pages that they are put on`(byteCounts: [Int]) throws {
        let packets = byteCounts.map(packet)
        let bytes = pages(packets, at: OggPageRun.Place(serial: 77, sequence: 9, isFirst: true, isLast: true))
        let pages = try parse(bytes)
        var found: [[UInt8]] = []
        var current: [UInt8] = []
        for (index, (page, body)) in pages.enumerated() {
            #expect(page.serial == 77)
            #expect(page.sequence == UInt32(9 + index))
            #expect(page.isFirst == (index == 0))
            #expect(page.isLast == (index == pages.count - 1))
            #expect(page.isContinued == !current.isEmpty)
            var rest = body[...]
            var ended = 0
            for segment in page.lacing {
                current += rest.prefix(Int(segment))
                rest = rest.dropFirst(Int(segment))
                guard segment < 255 else { continue }
                found.append(current)
                current = []
                ended += 1
            }
            #expect(page.granulePosition == (ended == 0 ? nil : Int64(100 * found.count)))
        }
        let isSame = found == packets
        #expect(isSame)
        let size = OggPageRun.size(ofPackets: byteCounts[...])
        #expect(size.byteCount == bytes.count)
        #expect(size.pageCount == pages.count)
    }

    @Test func `no packets are on no page`() {
        #expect(OggPageRun(packetByteCounts: []).byteCount == 0)
        #expect(OggPageRun.size(ofPackets: []).pageCount == 0)
    }

    @Test func `fifty short packets are on one page`() {
        let size = OggPageRun.size(ofPackets: ArraySlice(repeating: 160, count: 50))
        #expect(size.byteCount == 27 + 50 + 50 * 160)
        #expect(size.pageCount == 1)
    }
}
