import TestSupport

/// What a file of sound is made of, so that it is damaged where it matters.
enum SourceStructure {
    /// Where the pieces of `bytes` begin, in order: chunks, boxes, elements, pages, or frames. Empty if nothing is found.
    static func pieces(of bytes: [UInt8]) -> [Int] {
        switch bytes.prefix(4) {
        case [0x52, 0x49, 0x46, 0x46], [0x52, 0x46, 0x36, 0x34]:
            return [0] + blocks(bytes, from: 12, idByteCount: 4, sizeByteCount: 4, isBig: false, padding: 2)
        case [0x46, 0x4F, 0x52, 0x4D]:
            return [0] + blocks(bytes, from: 12, idByteCount: 4, sizeByteCount: 4, isBig: true, padding: 2)
        case [0x63, 0x61, 0x66, 0x66]:
            return [0] + blocks(bytes, from: 8, idByteCount: 4, sizeByteCount: 8, isBig: true, padding: 1)
        case [0x72, 0x69, 0x66, 0x66]:
            return [0] + blocks(bytes, from: 40, idByteCount: 16, sizeByteCount: 8, isBig: false, padding: 8)
        case [0x4F, 0x67, 0x67, 0x53]: return OggChecksums.pages(of: bytes)
        case [0x1A, 0x45, 0xDF, 0xA3]: return elements(of: bytes)
        case [0x66, 0x4C, 0x61, 0x43]: return [0, 4] + matches(of: [0xFF, 0xF8], in: bytes)
        default:
            if bytes.dropFirst(4).starts(with: [0x66, 0x74, 0x79, 0x70]) { return boxes(of: bytes, 0..<bytes.count) }
            return frames(of: bytes)
        }
    }

    /// Blocks with a name and a size, one after the other.
    private static func blocks(
        _ bytes: [UInt8], from start: Int, idByteCount: Int, sizeByteCount: Int, isBig: Bool, padding: Int
    ) -> [Int] {
        var (places, place) = ([Int](), start)
        while place + idByteCount + sizeByteCount <= bytes.count {
            places.append(place)
            let field = bytes[(place + idByteCount)...].prefix(sizeByteCount)
            let size = (isBig ? Array(field) : field.reversed()).reduce(0) { $0 &<< 8 | Int($1) }
            guard size >= 0, size < bytes.count else { break }
            // The sizes of Wave64 count the header, too.
            let whole = idByteCount == 16 ? size : idByteCount + sizeByteCount + size
            guard whole > 0 else { break }
            place += (whole + padding - 1) / padding * padding
        }
        return places
    }

    /// Boxes of MP4, and those in them.
    private static func boxes(of bytes: [UInt8], _ range: Range<Int>) -> [Int] {
        var (places, place) = ([Int](), range.lowerBound)
        while place + 8 <= range.upperBound {
            places.append(place)
            let size = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            let name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
            guard size >= 8, place + size <= range.upperBound else { break }
            if ["moov", "trak", "mdia", "minf", "stbl", "edts", "udta"].contains(name) {
                places += boxes(of: bytes, place + 8..<place + size)
            }
            place += size
        }
        return places
    }

    /// The beginnings of well-known elements of Matroska: headers, tracks, clusters, blocks.
    private static func elements(of bytes: [UInt8]) -> [Int] {
        let names: [[UInt8]] = [
            [0x18, 0x53, 0x80, 0x67], [0x15, 0x49, 0xA9, 0x66], [0x16, 0x54, 0xAE, 0x6B], [0x1F, 0x43, 0xB6, 0x75],
            [0x1C, 0x53, 0xBB, 0x6B], [0x11, 0x4D, 0x9B, 0x74], [0xA3, 0x41], [0xA3, 0x42], [0xA3, 0x81],
        ]
        return ([0] + names.flatMap { matches(of: $0, in: bytes) }).sorted()
    }

    /// Frames of ADTS and of MPEG audio.
    private static func frames(of bytes: [UInt8]) -> [Int] {
        bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] & 0xE0 == 0xE0 }
    }

    private static func matches(of pattern: [UInt8], in bytes: [UInt8]) -> [Int] {
        bytes.indices.filter { bytes[$0] == pattern[0] && bytes[$0...].starts(with: pattern) }
    }
}
