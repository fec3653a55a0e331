import Support
import WaveFile

/// A type of fact that can be stored as numbers and texts.
protocol StoredFact: Sendable {
    /// Its parts, in the order in which they are written.
    static var parts: [FactPart] { get }

    func write(to writer: inout some FactWriter)
    /// Nil if what the reader gives is not valid, since a file may contain anything.
    init?(from reader: inout some FactReader)
}

extension StoredFact {
    static var parts: [FactPart] { [FactPart(kind: .integer)] }
}

/// A type of fact that outputs show.
protocol ShownFact: StoredFact {
    static var kind: RecordingValue.Kind { get }
    var shown: RecordingValue { get }
}

/// Takes the parts of facts, in order.
protocol FactWriter: Sendable {
    mutating func add(_ flag: Bool)
    mutating func add(_ number: UInt64)
    mutating func add(_ number: Int64)
    mutating func add(_ number: Double)
    mutating func add(_ text: String)
    /// Records whether an optional fact of `partCount` parts follows.
    mutating func add(isPresent: Bool, partCount: Int)
}

/// Returns the parts of facts, in the order in which they were written; nil for a part that is not valid.
protocol FactReader: Sendable {
    mutating func flag() -> Bool?
    mutating func unsigned() -> UInt64?
    mutating func signed() -> Int64?
    mutating func real() -> Double?
    mutating func text() -> String?
    /// Whether an optional fact of `partCount` parts follows. If it does not, its place is skipped.
    mutating func isPresent(partCount: Int) -> Bool
}

// MARK: - Kinds

extension Bool: StoredFact {
    func write(to writer: inout some FactWriter) { writer.add(self) }

    init?(from reader: inout some FactReader) {
        guard let flag = reader.flag() else { return nil }
        self = flag
    }
}

extension UInt64: ShownFact {
    static let kind = RecordingValue.Kind.count
    var shown: RecordingValue { .count(self) }

    func write(to writer: inout some FactWriter) { writer.add(self) }

    init?(from reader: inout some FactReader) {
        guard let number = reader.unsigned() else { return nil }
        self = number
    }
}

extension Double: ShownFact {
    static let kind = RecordingValue.Kind.real
    static let parts = [FactPart(kind: .real)]
    var shown: RecordingValue { .real(self) }

    func write(to writer: inout some FactWriter) { writer.add(self) }

    init?(from reader: inout some FactReader) {
        guard let number = reader.real() else { return nil }
        self = number
    }
}

extension String: ShownFact {
    static let kind = RecordingValue.Kind.text
    static let parts = [FactPart(kind: .text)]
    var shown: RecordingValue { .text(self) }

    func write(to writer: inout some FactWriter) { writer.add(self) }

    init?(from reader: inout some FactReader) {
        guard let text = reader.text() else { return nil }
        self = text
    }
}

extension AudioCodec: ShownFact {
    static let kind = RecordingValue.Kind.text
    static let parts = [FactPart(kind: .text)]
    var shown: RecordingValue { .text(rawValue) }

    func write(to writer: inout some FactWriter) { writer.add(rawValue) }

    init?(from reader: inout some FactReader) {
        guard let name = reader.text() else { return nil }
        self.init(rawValue: name)
    }
}

extension Timestamp: ShownFact {
    static let kind = RecordingValue.Kind.time
    static let parts = FactPart.integers("seconds", "nanoseconds", "has_offset", "offset")
    var shown: RecordingValue { .time(self) }

    func write(to writer: inout some FactWriter) {
        writer.add(seconds)
        writer.add(nanoseconds)
        writer.add(offsetMinutes != nil)
        writer.add(Int64(offsetMinutes ?? 0))
    }

    init?(from reader: inout some FactReader) {
        guard let seconds = reader.signed(), let nanoseconds = reader.signed(),
            (0..<1_000_000_000).contains(nanoseconds), let hasOffset = reader.flag(),
            let offset = reader.signed().flatMap({ Int(exactly: $0) })
        else { return nil }
        self.init(seconds: seconds, nanoseconds: nanoseconds, offsetMinutes: hasOffset ? offset : nil)
    }
}

extension WaveFormat: StoredFact {
    static let parts = FactPart.integers("rate", "channels", "bits", "is_float")

    private static let encodings: [SampleEncoding] = [
        .integer16, .integer24, .integer32, .unsigned8, .float32, .float64,
    ]

    func write(to writer: inout some FactWriter) {
        writer.add(UInt64(sampleRate))
        writer.add(UInt64(clamping: channels))
        writer.add(UInt64(clamping: encoding.bits))
        writer.add(encoding.isFloat)
    }

    init?(from reader: inout some FactReader) {
        guard let rate = reader.unsigned().flatMap({ UInt32(exactly: $0) }),
            let channels = reader.unsigned().flatMap({ Int(exactly: $0) }),
            let bits = reader.unsigned().flatMap({ Int(exactly: $0) }), let isFloat = reader.flag(),
            let encoding = Self.encodings.first(where: { $0.bits == bits && $0.isFloat == isFloat })
        else { return nil }
        self.init(sampleRate: rate, channels: channels, encoding: encoding)
    }
}

extension EnvelopeSize: StoredFact {
    static let parts = FactPart.integers("head", "tail")

    func write(to writer: inout some FactWriter) {
        writer.add(headByteCount)
        writer.add(tailByteCount)
    }

    init?(from reader: inout some FactReader) {
        guard let head = reader.unsigned(), let tail = reader.unsigned() else { return nil }
        self.init(headByteCount: head, tailByteCount: tail)
    }
}
