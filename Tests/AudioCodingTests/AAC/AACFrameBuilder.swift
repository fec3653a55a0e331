/// ADTS frames made by hand.
enum AACFrameBuilder {
    /// Some bits of a frame.
    struct Piece {
        let value: Int
        let bitCount: Int

        init(_ value: Int, _ bitCount: Int) {
            self.value = value
            self.bitCount = bitCount
        }

        /// As many zeros as the frame's last byte lacks.
        static let aligned = Piece(0, -1)

        fileprivate func append(to bits: inout [Bool]) {
            if bitCount < 0 {
                while !bits.count.isMultiple(of: 8) { bits.append(false) }
            } else {
                for index in (0..<bitCount).reversed() { bits.append(index < 63 && value >> index & 1 == 1) }
            }
        }
    }

    /// A single_channel_element of noise alone.
    static let noisyChannel = channel(bandCount: 20, sections: [(13, 20)])

    /// A single_channel_element of one long window, of which nothing is coded but its sections, and scale factors that do not change.
    static func channel(bandCount: Int, sections: [(book: Int, length: Int)]) -> [Piece] {
        // Tag, global gain, a window, its bands, no prediction.
        var pieces = [Piece(0, 3), Piece(0, 4), Piece(120, 8), Piece(0, 4), Piece(bandCount, 6), Piece(0, 1)]
        for section in sections { pieces += [Piece(section.book, 4), Piece(section.length, 5)] }
        var hasNoise = false
        for section in sections where section.book > 0 {
            for _ in 0..<section.length {
                pieces.append(section.book == 13 && !hasNoise ? Piece(256, 9) : Piece(0, 1))
                hasNoise = hasNoise || section.book == 13
            }
        }
        // No pulses, no filters, no gain control.
        return pieces + [Piece(0, 3)]
    }

    /// A frame of one channel at 48 kHz with these elements.
    static func monoFrame(_ pieces: [Piece]) -> [UInt8] {
        withByteCount([0xFF, 0xF1, 0x4C, 0x40, 0, 0x1F, 0xFC] + bytes(pieces + [Piece(7, 3)]))
    }

    /// `frame` with `pieces` before its elements.
    static func frame(_ frame: [UInt8], before pieces: [Piece]) -> [UInt8] {
        withByteCount(frame.prefix(7) + bytes(pieces + elements(of: frame) + [Piece(7, 3)]))
    }

    /// `frame` with `pieces` behind its elements.
    static func frame(_ frame: [UInt8], behind pieces: [Piece]) -> [UInt8] {
        withByteCount(frame.prefix(7) + bytes(elements(of: frame) + pieces + [Piece(7, 3)]))
    }

    /// `frame` with the right length in its header.
    static func withByteCount(_ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        frame[3] = frame[3] & 0xFC | UInt8(frame.count >> 11)
        frame[4] = UInt8(frame.count >> 3 & 0xFF)
        frame[5] = frame[5] & 0x1F | UInt8(frame.count << 5 & 0xE0)
        return frame
    }

    static func bytes(_ pieces: [Piece]) -> [UInt8] {
        var bits: [Bool] = []
        for piece in pieces + [.aligned] { piece.append(to: &bits) }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
        }
    }

    /// The bits of `frame`, whose header has seven bytes, without the three ones of its end, behind which encoders write zeros.
    private static func elements(of frame: [UInt8]) -> [Piece] {
        let bits = frame.dropFirst(7).flatMap { byte in (0..<8).reversed().map { Int(byte >> $0 & 1) } }
        let end = bits.lastIndex(of: 1) ?? 0
        return bits.prefix(max(end - 2, 0)).map { Piece($0, 1) }
    }
}
