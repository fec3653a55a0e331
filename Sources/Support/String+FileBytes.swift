import FoundationEssentials

/// Names of files as texts. A file may have a name that is no UTF-8: each byte that is not is a character of its own here, so that the
/// bytes can be had back. These 128 characters are the last of Unicode's private use (U+10FF80 to U+10FFFF); a name that has one of
/// them as UTF-8 has its bytes written so, too.
extension String {
    private static let escapes: ClosedRange<UInt32> = 0x10FF80...0x10FFFF
    private static let firstEscape: UInt32 = 0x10FF00

    /// The text for a name of these bytes.
    public init(fileBytes bytes: some Collection<UInt8>) {
        if let text = String(validating: bytes, as: UTF8.self), !text.isEscaped {
            self = text
            return
        }
        var scalars = String.UnicodeScalarView()
        var rest = Array(bytes)[...]
        while let first = rest.first {
            let scalar = (1...4).lazy.compactMap { Self.scalar(of: rest.prefix($0)) }.first
            if let scalar {
                scalars.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                if let escape = Unicode.Scalar(Self.firstEscape + UInt32(first)) { scalars.append(escape) }
                rest = rest.dropFirst()
            }
        }
        self.init(scalars)
    }

    /// The bytes of a name.
    public var fileBytes: [UInt8] {
        guard isEscaped else { return Array(utf8) }
        return unicodeScalars.flatMap { scalar -> [UInt8] in
            Self.escapes.contains(scalar.value)
                ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
        }
    }

    /// The name as people can read it: a replacement character stands for each byte that is no UTF-8.
    public var displayedName: String {
        isEscaped ? String(decoding: fileBytes, as: UTF8.self) : self
    }

    /// Whether bytes that are no UTF-8 are among those of the name.
    public var isEscaped: Bool {
        // A byte that all of these characters begin with, and hardly any other.
        utf8.contains(0xF4) && unicodeScalars.contains { Self.escapes.contains($0.value) }
    }

    /// The bytes of the name in base64, if they are no UTF-8: for documents, beside `displayedName`.
    public var base64FileBytes: String? { isEscaped ? base64OfFileBytes : nil }

    /// The bytes of the name in base64.
    var base64OfFileBytes: String { Data(fileBytes).base64EncodedString() }

    /// The text for a name that a document has as `text`, and as `base64` if its bytes are no UTF-8.
    public init(documented text: String, base64: String?) {
        if let base64, let bytes = Data(base64Encoded: base64), !bytes.isEmpty {
            self.init(fileBytes: Array(bytes))
        } else {
            self = text.isEscaped ? String(fileBytes: Array(text.utf8)) : text
        }
    }

    /// Calls `body` with the bytes of the name, and a zero behind them.
    public func withFileName<T>(_ body: (UnsafePointer<CChar>) -> T) -> T {
        guard isEscaped else { return withCString(body) }
        return (fileBytes + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { $0.baseAddress.map(body) ?? withCString(body) }
        }
    }

    /// The one character that `bytes` are, unless it stands for a byte.
    private static func scalar(of bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.count == 1,
            let scalar = text.unicodeScalars.first, !escapes.contains(scalar.value)
        else { return nil }
        return scalar
    }
}
