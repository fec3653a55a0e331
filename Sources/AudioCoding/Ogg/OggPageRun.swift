import Support

/// Consecutive packets of a logical Ogg stream on pages of their own: the first packet begins a page, and the last ends one. RFC 3533,
/// section 6.
///
/// How the packets lie on the pages follows from their lengths alone. A page has as many whole packets as its 255 segments hold; a packet of
/// more segments than that has pages to itself.
public struct OggPageRun: Sendable {
    /// The stream that pages belong to, and which of its pages they are.
    public struct Place: Sendable {
        /// The serial number of the logical stream.
        public let serial: UInt32
        /// The number of the first page in the stream.
        public let sequence: UInt32
        /// Whether the first page is that of the stream.
        public let isFirst: Bool
        /// Whether the last page is that of the stream.
        public let isLast: Bool

        /// Pages from the number `sequence` on.
        public init(serial: UInt32, sequence: UInt32, isFirst: Bool = false, isLast: Bool = false) {
            self.serial = serial
            self.sequence = sequence
            self.isFirst = isFirst
            self.isLast = isLast
        }
    }

    private struct Page {
        var isContinued = false
        var lacing: [UInt8] = []
        /// How many packets of the run end on this page or before it.
        var endedPacketCount = 0
        var bodyByteCount: Int { lacing.reduce(0) { $0 + Int($1) } }
    }

    /// Segments of a page, at most.
    private static let segmentLimit = 255
    /// Bytes of a page's header without its lacing.
    private static let headerByteCount = 27

    private let pages: [Page]

    /// The pages of packets of these lengths in bytes.
    public init(packetByteCounts: [Int]) {
        var pages: [Page] = []
        var page = Page()
        for (index, byteCount) in packetByteCounts.enumerated() {
            let segmentCount = Self.segmentCount(of: byteCount)
            if !page.lacing.isEmpty, page.lacing.count + segmentCount > Self.segmentLimit {
                pages.append(page)
                page = Page(endedPacketCount: index)
            }
            page.lacing += repeatElement(255, count: segmentCount - 1)
            page.lacing.append(UInt8(byteCount % 255))
            while page.lacing.count > Self.segmentLimit {
                var full = page
                full.lacing = Array(page.lacing.prefix(Self.segmentLimit))
                pages.append(full)
                page.lacing.removeFirst(Self.segmentLimit)
                page.isContinued = true
            }
            page.endedPacketCount = index + 1
            if segmentCount > Self.segmentLimit {
                pages.append(page)
                page = Page(endedPacketCount: index + 1)
            }
        }
        if !page.lacing.isEmpty { pages.append(page) }
        self.pages = pages
    }

    /// How many pages there are.
    public var pageCount: Int { pages.count }

    /// Bytes of all pages.
    public var byteCount: Int {
        pages.reduce(0) { $0 + Self.headerByteCount + $1.lacing.count + $1.bodyByteCount }
    }

    /// The bytes and the number of the pages of packets of these lengths, computed without laying them out if they fit one page.
    public static func size(ofPackets byteCounts: ArraySlice<Int>) -> (byteCount: Int, pageCount: Int) {
        guard !byteCounts.isEmpty else { return (0, 0) }
        let segmentCount = byteCounts.reduce(0) { $0 + Self.segmentCount(of: $1) }
        guard segmentCount > segmentLimit else {
            return (headerByteCount + segmentCount + byteCounts.reduce(0, +), 1)
        }
        let run = OggPageRun(packetByteCounts: Array(byteCounts))
        return (run.byteCount, run.pageCount)
    }

    /// Writes the pages to `buffer`, which has `byteCount` bytes. `packets` has the bytes of all packets, end to end; each ends at the granule
    /// position of the same index.
    public func write(
        _ packets: UnsafeRawBufferPointer, endGranules: [Int64], at place: Place,
        into buffer: UnsafeMutableRawBufferPointer
    ) {
        var (read, written) = (0, 0)
        var endedPacketCount = 0
        for (index, page) in pages.enumerated() {
            let header = header(
                of: index, page, place,
                granule: page.endedPacketCount == endedPacketCount
                    ? -1 : endGranules[page.endedPacketCount - 1])
            let byteCount = header.count + page.bodyByteCount
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[written..<written + byteCount])
            bytes.copyBytes(from: header)
            UnsafeMutableRawBufferPointer(rebasing: bytes[header.count...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: packets[read..<read + page.bodyByteCount]))
            OggPage.setChecksum(of: bytes)
            read += page.bodyByteCount
            written += byteCount
            endedPacketCount = page.endedPacketCount
        }
    }

    /// The header of `page`, the one at `index`, with zeros in place of its checksum.
    private func header(of index: Int, _ page: Page, _ place: Place, granule: Int64) -> [UInt8] {
        var flags: UInt8 = page.isContinued ? 1 : 0
        if place.isFirst, index == 0 { flags |= 2 }
        if place.isLast, index == pages.count - 1 { flags |= 4 }
        var bytes = OggPage.capturePattern + [0, flags]
        withUnsafeBytes(of: granule.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: place.serial.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: (place.sequence &+ UInt32(truncatingIfNeeded: index)).littleEndian) { bytes += $0 }
        return bytes + [0, 0, 0, 0, UInt8(page.lacing.count)] + page.lacing
    }

    private static func segmentCount(of packetByteCount: Int) -> Int { packetByteCount / 255 + 1 }
}

extension OggPage {
    /// Sets the checksum in `page`, which is one whole page with zeros in its place.
    fileprivate static func setChecksum(of page: UnsafeMutableRawBufferPointer) {
        let checksum = CRC.oggPage.updated(with: UnsafeRawBufferPointer(page))
        page.storeBytes(of: checksum.littleEndian, toByteOffset: 22, as: UInt32.self)
    }
}
