import Support
import WaveFile

/// How a fact is stored: its columns in a database, and how it is written to a row or to bytes and read back.
struct FactStorage: Sendable {
    /// Returns a fact. A function and not a key path, which takes ten times as long: there may be a million recordings.
    typealias Getter<Fact> = @Sendable (RecordingFacts) -> Fact
    /// Sets a fact.
    typealias Setter<Fact> = @Sendable (inout RecordingFacts, Fact) -> Void

    /// Sets a fact to its value in packed bytes; returns false if that is not valid.
    typealias Unpack = @Sendable (inout RecordingFacts, inout PackedFactReader) -> Bool

    /// Its parts, in the order in which they are written.
    let parts: [FactPart]
    /// Whether a recording may lack it.
    let isOptional: Bool
    let writeRow: @Sendable (RecordingFacts, inout FactRowWriter) -> Void
    let readRow: @Sendable (inout RecordingFacts, inout FactRowReader) -> Bool
    let writeColumns: @Sendable (RecordingFacts, inout ColumnFactWriter) -> Void
    let readColumns: @Sendable (inout RecordingFacts, inout ColumnFactReader) -> Bool
    let pack: @Sendable (RecordingFacts, inout PackedFactWriter) -> Void
    let unpack: Unpack

    /// The storage of a fact that every recording has.
    init<Fact: StoredFact>(_ get: @escaping Getter<Fact>, _ set: @escaping Setter<Fact>) {
        parts = Fact.parts
        isOptional = false
        writeRow = { get($0).write(to: &$1) }
        writeColumns = { get($0).write(to: &$1) }
        pack = { get($0).write(to: &$1) }
        @Sendable func read(_ facts: inout RecordingFacts, _ reader: inout some FactReader) -> Bool {
            guard let value = Fact(from: &reader) else { return false }
            set(&facts, value)
            return true
        }
        readRow = { read(&$0, &$1) }
        readColumns = { read(&$0, &$1) }
        unpack = { read(&$0, &$1) }
    }

    /// The storage of a fact that a recording may lack. A value that is read is refused unless it `isPlausible`.
    init<Fact: StoredFact>(
        _ get: @escaping Getter<Fact?>, _ set: @escaping Setter<Fact>,
        if isPlausible: @escaping @Sendable (Fact) -> Bool = { _ in true }
    ) {
        let partCount = Fact.parts.count
        parts = Fact.parts
        isOptional = true
        @Sendable func write(_ facts: RecordingFacts, _ writer: inout some FactWriter) {
            let value = get(facts)
            writer.add(isPresent: value != nil, partCount: partCount)
            value?.write(to: &writer)
        }
        @Sendable func read(_ facts: inout RecordingFacts, _ reader: inout some FactReader) -> Bool {
            guard reader.isPresent(partCount: partCount) else { return true }
            guard let value = Fact(from: &reader), isPlausible(value) else { return false }
            set(&facts, value)
            return true
        }
        writeRow = { write($0, &$1) }
        readRow = { read(&$0, &$1) }
        writeColumns = { write($0, &$1) }
        readColumns = { read(&$0, &$1) }
        pack = { write($0, &$1) }
        unpack = { read(&$0, &$1) }
    }
}

extension FactStorage {
    /// Whether a part of it is text.
    var isText: Bool { parts.contains { $0.kind == .text } }
}

extension RecordingFacts {
    /// Placeholders, all of which a reader then sets.
    static func unread(path: String) -> RecordingFacts? {
        WaveFormat(sampleRate: 1, channels: 1, encoding: .unsigned8).map { format in
            RecordingFacts(
                path: path, isArray: false, sourceName: "", codec: .pcm, format: format, sampleCount: 0,
                modified: Timestamp(seconds: 0))
        }
    }
}
