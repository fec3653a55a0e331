@testable import AudioCoding

/// A Vorbis stream whose packets are put on other pages.
struct RepagedVorbis {
    /// Segments of a page: few make packets run over several pages.
    var segmentsPerPage = 20
    /// The granule position of sample 0.
    var origin: Int64 = 0
    /// By how much granule positions jump in the middle.
    var jump: Int64 = 0
    /// What is added to the end of the comment header.
    var comment: [UInt8] = []
    /// Whether the stream says which page is its last.
    var hasLastPage = true

    private let headers: [[UInt8]]
    /// The packets of sound, and where the samples of each end.
    private let packets: [(bytes: [UInt8], end: Int64)]
    private let heardSampleCount: Int64

    init(_ bytes: [UInt8]) throws {
        var scanner = VorbisPacketScanner()
        let found = try bytes.withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
        packets = found.map { packet in
            let bytes = packet.pieces.flatMap { bytes[Int($0.lowerBound)..<Int($0.upperBound)] }
            return (bytes, Int64(packet.firstSample) + Int64(packet.sampleCount))
        }
        heardSampleCount = Int64(scanner.heardSampleCount)
        var headers: [[UInt8]] = [[]]
        var offset = 0
        while headers.count < 4,
            let page = bytes.withUnsafeBytes({ OggPage.parse(UnsafeRawBufferPointer(rebasing: $0[offset...])) })
        {
            offset += page.headerByteCount
            for length in page.lacing {
                headers[headers.count - 1] += bytes[offset..<offset + Int(length)]
                offset += Int(length)
                if length < 255 { headers.append([]) }
            }
        }
        self.headers = Array(headers.prefix(3))
    }

    /// The stream.
    var bytes: [UInt8] {
        // The framing bit is the comment's last byte.
        let comment = headers[1].dropLast() + comment + [1]
        var pages = Pages()
        pages.add([(headers[0], 0)], segmentsPerPage: 255, flags: 2)
        pages.add([(comment, 0), (headers[2], 0)], segmentsPerPage: 255)
        var ends = packets.map { $0.end + origin }
        for index in ends.indices.suffix(ends.count / 2) { ends[index] += jump }
        pages.add(Array(zip(packets.map(\.bytes), ends)), segmentsPerPage: segmentsPerPage)
        if hasLastPage { pages.markLast(granule: heardSampleCount + origin + jump) }
        return pages.bytes.flatMap(\.self)
    }

    private struct Pages {
        private(set) var bytes: [[UInt8]] = []

        mutating func add(_ packets: [(bytes: [UInt8], end: Int64)], segmentsPerPage: Int, flags: UInt8 = 0) {
            var segments: [(bytes: ArraySlice<UInt8>, end: Int64?)] = []
            for packet in packets {
                var rest = packet.bytes[...]
                while rest.count >= 255 {
                    segments.append((rest.prefix(255), nil))
                    rest = rest.dropFirst(255)
                }
                segments.append((rest, packet.end))
            }
            var isContinued = false
            for first in stride(from: 0, to: segments.count, by: segmentsPerPage) {
                let part = segments[first..<min(first + segmentsPerPage, segments.count)]
                var page = Array("OggS".utf8) + [0, flags | (isContinued ? 1 : 0)]
                page += Self.littleEndian(part.last { $0.end != nil }?.end ?? -1)
                page += Self.littleEndian(UInt32(7)) + Self.littleEndian(UInt32(bytes.count)) + [0, 0, 0, 0]
                page += [UInt8(part.count)] + part.map { UInt8($0.bytes.count) } + part.flatMap(\.bytes)
                isContinued = part.last?.end == nil
                bytes.append(Self.withChecksum(page))
            }
        }

        mutating func markLast(granule: Int64) {
            guard var page = bytes.popLast() else { return }
            page[5] |= 4
            page.replaceSubrange(6..<14, with: Self.littleEndian(granule))
            page.replaceSubrange(22..<26, with: [0, 0, 0, 0])
            bytes.append(Self.withChecksum(page))
        }

        private static func withChecksum(_ page: [UInt8]) -> [UInt8] {
            var page = page
            page.replaceSubrange(22..<26, with: littleEndian(page.withUnsafeBytes { CRC.oggPage.updated(with: $0) }))
            return page
        }

        private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
    }
}
