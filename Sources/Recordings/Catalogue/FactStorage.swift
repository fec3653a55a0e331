import Support
import WaveFile

/// How a fact is kept: the columns of a database that it has, and how it goes into a row or into bytes and comes back.
struct FactStorage: Sendable {
    /// The names of its parts, after its own; nil for a fact that is one.
    let parts: [String]?
    /// Whether it has a text in it.
    let isText: Bool
    let writeRow: @Sendable (RecordingFacts, inout FactRowWriter) -> Void
    let readRow: @Sendable (inout RecordingFacts, inout FactRowReader) -> Bool
    let pack: @Sendable (RecordingFacts, inout PackedFactWriter) -> Void
    let unpack: @Sendable (inout RecordingFacts, inout PackedFactReader) -> Bool

    /// That of a fact that every recording has.
    init<Fact: StoredFact>(_ fact: any WritableKeyPath<RecordingFacts, Fact> & Sendable) {
        parts = Fact.parts
        isText = Fact.isText
        writeRow = { $0[keyPath: fact].write(to: &$1) }
        pack = { $0[keyPath: fact].write(to: &$1) }
        @Sendable func read(_ facts: inout RecordingFacts, _ reader: inout some FactReader) -> Bool {
            guard let value = Fact(from: &reader) else { return false }
            facts[keyPath: fact] = value
            return true
        }
        readRow = { read(&$0, &$1) }
        unpack = { read(&$0, &$1) }
    }

    /// That of a fact that a recording may have; one that is read is believed if `isPlausible`.
    init<Fact: StoredFact>(
        _ fact: any WritableKeyPath<RecordingFacts, Fact?> & Sendable,
        if isPlausible: @escaping @Sendable (Fact) -> Bool = { _ in true }
    ) {
        let partCount = Fact.parts?.count ?? 1
        parts = Fact.parts
        isText = Fact.isText
        @Sendable func write(_ facts: RecordingFacts, _ writer: inout some FactWriter) {
            let value = facts[keyPath: fact]
            writer.add(isPresent: value != nil, partCount: partCount)
            value?.write(to: &writer)
        }
        @Sendable func read(_ facts: inout RecordingFacts, _ reader: inout some FactReader) -> Bool {
            guard reader.isPresent(partCount: partCount) else { return true }
            guard let value = Fact(from: &reader), isPlausible(value) else { return false }
            facts[keyPath: fact] = value
            return true
        }
        writeRow = { write($0, &$1) }
        readRow = { read(&$0, &$1) }
        pack = { write($0, &$1) }
        unpack = { read(&$0, &$1) }
    }
}

extension RecordingFacts {
    /// Facts for a reader to set, each of those that every recording has.
    static func unread(path: String) -> RecordingFacts? {
        WaveFormat(sampleRate: 1, channels: 1, encoding: .unsigned8).map { format in
            RecordingFacts(
                path: path, isArray: false, sourceName: "", codec: .pcm, format: format, sampleCount: 0,
                modified: Timestamp(seconds: 0))
        }
    }
}
