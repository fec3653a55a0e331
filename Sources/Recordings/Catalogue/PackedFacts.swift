import Support

/// A recording's facts in about a hundred bytes, since they are kept in memory for very many recordings. The path is
/// not among them: it follows from where they are kept.
///
/// First comes a number, each bit of which is a flag, or says whether an optional fact is present; then come the
/// numbers, so that what stat(2) reports can be read without the texts; then the texts. The bytes are valid only in the
/// process that packed them, since they do not say which columns there are.
extension RecordingFacts {
    private static let numbers = RecordingColumn.all.compactMap(\.storage).filter { !$0.isText }
    private static let texts = RecordingColumn.all.compactMap(\.storage).filter(\.isText)
    private static let packers = (numbers + texts).map(\.pack)
    private static let numberReaders = numbers.map(\.unpack)
    private static let textReaders = texts.map(\.unpack)

    /// All facts but the path.
    var packed: [UInt8] {
        var writer = PackedFactWriter()
        for pack in Self.packers { pack(self, &writer) }
        return writer.bytes
    }

    /// The facts of the recording at `path` that were packed as `bytes`; nil if `bytes` are not valid.
    init?(packed bytes: ArraySlice<UInt8>, path: String) {
        guard var reader = PackedFactReader(bytes), var facts = Self.unread(path: path),
            reader.read(Self.numberReaders, into: &facts), reader.read(Self.textReaders, into: &facts), reader.isAtEnd
        else { return nil }
        self = facts
    }

    /// What stat(2) reports of the recording whose facts were packed as `bytes`, read without the texts; nil if `bytes`
    /// are not valid.
    static func file(packed bytes: ArraySlice<UInt8>) -> (outline: WaveOutline, time: Timestamp)? {
        guard var reader = PackedFactReader(bytes), var facts = unread(path: ""),
            reader.read(numberReaders, into: &facts)
        else { return nil }
        return (facts.outline, facts.fileTime)
    }
}

/// Writes facts as bytes.
struct PackedFactWriter: FactWriter {
    private var flags: UInt64 = 0
    private var flagCount: UInt64 = 0
    private var content: [UInt8] = []

    init() {
        // As much as most recordings need.
        content.reserveCapacity(192)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + 4)
        LEB128.append(flags, to: &bytes)
        return bytes + content
    }

    mutating func add(_ flag: Bool) {
        if flag { flags |= 1 << flagCount }
        flagCount += 1
    }

    mutating func add(_ number: UInt64) { LEB128.append(number, to: &content) }

    /// Numbers near zero take few bytes, negative ones too.
    mutating func add(_ number: Int64) { add(UInt64(bitPattern: number << 1 ^ number >> 63)) }

    mutating func add(_ number: Double) {
        for shift in stride(from: 0 as UInt64, to: 64, by: 8) {
            content.append(UInt8(truncatingIfNeeded: number.bitPattern >> shift))
        }
    }

    /// Adds twice the number of bytes, and then the bytes. For lower-case hexadecimal, it adds one more than that, and
    /// a byte for every two digits.
    mutating func add(_ text: String) {
        if let bytes = text.hexadecimalBytes {
            add(UInt64(bytes.count) << 1 | 1)
            content += bytes
        } else {
            add(UInt64(text.utf8.count) << 1)
            content += text.utf8
        }
    }

    mutating func add(isPresent: Bool, partCount: Int) { add(isPresent) }
}

/// Reads facts from bytes.
struct PackedFactReader: FactReader {
    private var flags: UInt64
    private var rest: ArraySlice<UInt8>

    init?(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
        guard let flags = LEB128.take(from: &rest) else { return nil }
        self.flags = flags
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Reads facts by `readers`, one after the other; returns false if one of them is not valid.
    fileprivate mutating func read(
        _ readers: [FactStorage.Unpack], into facts: inout RecordingFacts
    ) -> Bool {
        for read in readers {
            guard read(&facts, &self) else { return false }
        }
        return true
    }

    mutating func flag() -> Bool? {
        defer { flags >>= 1 }
        return flags & 1 != 0
    }

    mutating func unsigned() -> UInt64? { LEB128.take(from: &rest) }

    mutating func signed() -> Int64? {
        unsigned().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    mutating func real() -> Double? {
        guard let bytes = take(8) else { return nil }
        return Double(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    mutating func text() -> String? {
        guard let header = unsigned(), let bytes = Int(exactly: header >> 1).flatMap({ take($0) }) else { return nil }
        return header & 1 == 0 ? String(decoding: bytes, as: UTF8.self) : String(hexadecimal: bytes)
    }

    mutating func isPresent(partCount: Int) -> Bool { flag() ?? false }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

extension String {
    /// The bytes that the text is the lower-case hexadecimal of; nil if it is empty or another text.
    fileprivate var hexadecimalBytes: [UInt8]? {
        guard !utf8.isEmpty, utf8.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count / 2)
        var high: UInt8?
        for character in utf8 {
            let digit: UInt8
            switch character {
            case 0x30...0x39: digit = character - 0x30
            case 0x61...0x66: digit = character - 0x61 + 10
            default: return nil
            }
            if let first = high { bytes.append(first << 4 | digit) }
            high = high == nil ? digit : nil
        }
        return bytes
    }

    /// The lower-case hexadecimal of `bytes`.
    fileprivate init(hexadecimal bytes: ArraySlice<UInt8>) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }
        self.init(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            var position = 0
            for byte in bytes {
                buffer[position] = digit(byte >> 4)
                buffer[position + 1] = digit(byte & 0xF)
                position += 2
            }
            return position
        }
    }
}
