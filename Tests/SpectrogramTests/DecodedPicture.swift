import Testing

@testable import Spectrogram

/// A picture of `PNG`, read back.
struct DecodedPicture {
    let width: Int, height: Int
    /// The colours, by their numbers, line by line.
    let pixels: [UInt8]

    init(_ png: [UInt8]) throws {
        var chunks: [String: [UInt8]] = [:]
        var rest = png.dropFirst(8)
        while rest.count >= 12 {
            let count = Self.number(rest.prefix(4))
            let type = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
            chunks[type] = Array(rest.dropFirst(8).prefix(count))
            rest = rest.dropFirst(12 + count)
        }
        let header = try #require(chunks["IHDR"])
        width = Self.number(header.prefix(4))
        height = Self.number(header.dropFirst(4).prefix(4))
        var stream = try #require(chunks["IDAT"]).dropFirst(2)
        var rows: [UInt8] = []
        while stream.count > 4 {
            let count = Int(stream[stream.startIndex + 1]) | Int(stream[stream.startIndex + 2]) << 8
            rows += stream.dropFirst(5).prefix(count)
            stream = stream.dropFirst(5 + count)
        }
        let line = width + 1
        try #require(rows.count == line * height)
        pixels = (0..<height).flatMap { rows[$0 * line + 1..<($0 + 1) * line] }
    }

    /// The colour in column `x` of line `y`.
    func pixel(_ x: Int, _ y: Int) -> UInt8 { pixels[y * width + x] }

    private static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
