@testable import AudioCoding

/// Ogg pages made by hand, for streams that no encoder writes.
struct OggBuilder {
    private(set) var bytes: [UInt8] = []
    var serial: UInt32 = 7
    var sequence: UInt32 = 0

    /// The headers of a mono stream with `preSkip`.
    init(preSkip: UInt16 = 0) {
        let head: [UInt8] = [1, 1, UInt8(preSkip & 0xFF), UInt8(preSkip >> 8), 0, 0, 0, 0, 0, 0, 0]
        page([Array("OpusHead".utf8) + head], granule: 0, flags: 2)
        page([Array("OpusTags".utf8) + [UInt8](repeating: 0, count: 8)], granule: 0)
    }

    /// The packets `headers`, the first on a page of its own, and nothing after them.
    init(headers: [[UInt8]]) {
        page([headers[0]], granule: 0, flags: 2)
        if headers.count > 1 { spread(Array(headers[1...]), segmentsPerPage: 255) }
    }

    /// Packets on pages of at most so many segments; none of them has a granule position.
    mutating func spread(_ packets: [[UInt8]], segmentsPerPage: Int) {
        var lacing = packets.flatMap { [UInt8](repeating: 255, count: $0.count / 255) + [UInt8($0.count % 255)] }[...]
        var body = packets.flatMap(\.self)[...]
        var isContinued = false
        while !lacing.isEmpty {
            let segments = Array(lacing.prefix(segmentsPerPage))
            lacing = lacing.dropFirst(segments.count)
            let bytes = Array(body.prefix(segments.reduce(0) { $0 + Int($1) }))
            body = body.dropFirst(bytes.count)
            page(lacing: segments, body: bytes, granule: -1, flags: isContinued ? 1 : 0)
            isContinued = segments.last == 255
        }
    }

    /// A packet of 20 ms of silence in CELT.
    static let packet: [UInt8] = [31 << 3, 0xFF, 0xFE]

    /// A page of whole packets.
    mutating func page(_ packets: [[UInt8]], granule: Int64, flags: UInt8 = 0) {
        let lacing = packets.flatMap { packet in
            [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
        }
        page(lacing: lacing, body: packets.flatMap(\.self), granule: granule, flags: flags)
    }

    /// A page of any segments.
    mutating func page(lacing: [UInt8], body: [UInt8], granule: Int64, flags: UInt8 = 0) {
        var page: [UInt8] = Array("OggS".utf8) + [0, flags]
        withUnsafeBytes(of: granule.littleEndian) { page += $0 }
        withUnsafeBytes(of: serial.littleEndian) { page += $0 }
        withUnsafeBytes(of: sequence.littleEndian) { page += $0 }
        page += [0, 0, 0, 0, UInt8(lacing.count)] + lacing + body
        let checksum = page.withUnsafeBytes { CRC.oggPage.updated(with: $0) }
        withUnsafeBytes(of: checksum.littleEndian) { page.replaceSubrange(22..<26, with: $0) }
        bytes += page
        sequence += 1
    }

    /// A page of `count` packets of 960 samples.
    mutating func audio(_ count: Int, granule: Int64, flags: UInt8 = 0) {
        page([[UInt8]](repeating: Self.packet, count: count), granule: granule, flags: flags)
    }
}
