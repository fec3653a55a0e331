extension String {
    /// The text in `bytes`: UTF-8, or Windows-1252 if they are no UTF-8, as in lists and comments of older programs. A character that a field
    /// of fixed size cuts at its end makes no other encoding of it.
    init(encoded bytes: ArraySlice<UInt8>) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self = text
        } else if Self.isCut(bytes) {
            self.init(decoding: bytes, as: UTF8.self)
        } else {
            var scalars = String.UnicodeScalarView()
            for byte in bytes { scalars.append(Self.scalar(byte)) }
            self.init(scalars)
        }
    }

    /// Whether `bytes` are UTF-8 but for a character at their end that lacks some of its bytes, and have others that are no ASCII: a single
    /// one would be Windows-1252.
    private static func isCut(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let start = bytes.lastIndex(where: { $0 & 0xC0 != 0x80 }), bytes[start] >= 0xC0,
            bytes.endIndex - start <= 3
        else { return false }
        let whole = bytes[..<start]
        return String(validating: whole, as: UTF8.self) != nil
            && (bytes.endIndex - start > 1 || whole.contains { $0 >= 0x80 })
    }

    /// The characters of Windows-1252 from 80 to 9F; those that it does not have are the controls of Unicode. See "cp1252 to Unicode table",
    /// unicode.org.
    private static let windows: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    private static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return Unicode.Scalar(windows[Int(byte) - 0x80]) ?? "\u{FFFD}"
    }
}
