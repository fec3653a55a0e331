import Support

/// Writes rows of a catalogue as columns.
struct ColumnFactWriter: FactWriter {
    private static let writers = RecordingColumn.all.compactMap(\.storage?.writeColumns)

    private(set) var rowCount = 0
    private var integers: [[Int64]]
    private var reals: [[Double]]
    private var texts: [[UInt8]]
    private let places = ColumnLayout.current.places
    /// The number of the next part of the row.
    private var next = 0

    init() {
        let layout = ColumnLayout.current
        integers = Array(repeating: [], count: layout.integers.count)
        reals = Array(repeating: [], count: layout.reals.count)
        texts = Array(repeating: [], count: layout.texts.count)
    }

    /// Adds `row` behind those that were added before.
    mutating func append(_ row: StoredRow) {
        next = 0
        rowCount += 1
        add(row.path)
        add(row.kind)
        // What is no recording has a time at most.
        guard var facts = RecordingFacts.unread(path: row.path) else { return }
        switch row.content {
        case .recording(let known): facts = known
        case .group(let modified): facts.modified = modified ?? facts.modified
        case .unread, .gone: break
        }
        for write in Self.writers { write(facts, &self) }
    }

    // MARK: - Columns

    /// All columns of integers, one after the other, little-endian. Ends of texts are places in `textBytes`.
    var integerBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(integers.count * rowCount * 8)
        var starts: [Int: Int64] = [:]
        var start: Int64 = 0
        for case .text(let column, let ends) in places {
            starts[ends] = start
            start += Int64(texts[column].count)
        }
        for (number, column) in integers.enumerated() {
            // Only ends of texts, which are in memory, begin elsewhere than at 0: the sum does not overflow.
            let start = starts[number] ?? 0
            for value in column { Self.append(UInt64(bitPattern: value + start), to: &bytes) }
        }
        return bytes
    }

    /// All columns of real numbers, one after the other, little-endian.
    var realBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(reals.count * rowCount * 8)
        for column in reals {
            for value in column { Self.append(value.bitPattern, to: &bytes) }
        }
        return bytes
    }

    /// The bytes of all texts: those of one column after those of the other.
    var textBytes: [UInt8] { Array(texts.joined()) }

    /// How many bytes of texts there are so far.
    var textByteCount: Int { texts.reduce(0) { $0 + $1.count } }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    // MARK: - Parts of a row

    mutating func add(_ flag: Bool) { add(flag ? 1 as Int64 : 0) }
    mutating func add(_ number: UInt64) { add(Int64(bitPattern: number)) }

    mutating func add(_ number: Int64) {
        guard case .integer(let column) = takePlace() else { return }
        integers[column].append(number)
    }

    mutating func add(_ number: Double) {
        guard case .real(let column) = takePlace() else { return }
        reals[column].append(number)
    }

    mutating func add(_ text: String) {
        guard case .text(let column, let ends) = takePlace() else { return }
        texts[column] += text.utf8
        integers[ends].append(Int64(texts[column].count))
    }

    mutating func add(isPresent: Bool, partCount: Int) {
        add(isPresent)
        guard !isPresent else { return }
        for _ in 0..<partCount { addNothing() }
    }

    private mutating func addNothing() {
        guard next < places.count else { return }
        switch places[next] {
        case .integer: add(0 as Int64)
        case .real: add(Double.nan)
        case .text: add("")
        }
    }

    private mutating func takePlace() -> ColumnLayout.Place? {
        guard next < places.count else { return nil }
        defer { next += 1 }
        return places[next]
    }
}
