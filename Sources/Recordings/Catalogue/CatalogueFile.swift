import SQLite
public import Support
import Synchronization

/// What was learned about the recordings of a store, kept from mount to mount in an SQLite database.
///
/// It is only a cache: an entry is used if it fits its checksum and its recording has not changed since, and everything is learned anew
/// if the database cannot be read or written. Several mounts may share one. Safe to call from any thread.
public final class CatalogueFile: Sendable {
    /// A kind of data that takes long to compute. Each is declared beside the code that computes it.
    struct DerivedKind: RawRepresentable, Sendable {
        let rawValue: String
    }

    /// The facts about one version of a recording.
    struct Entry: Sendable {
        let version: UInt64
        let facts: RecordingFacts
    }

    /// "zwlr", as SQLite's `application_id`.
    private static let application: Int64 = 0x7A77_6C72
    /// To be increased if a column changes its meaning, or if a table changes in anything but its columns of facts.
    private static let revision: UInt64 = 5
    /// The names of the columns of facts, quoted for SQL.
    private static let factColumns = RecordingFacts.columns.map { "\"\($0)\"" }.joined(separator: ", ")
    /// SQLite's `user_version` of a catalogue of this revision with these columns: 31 bits of a hash.
    private static let format: Int64 = {
        var hash = FNV1a(of: [revision])
        for byte in factColumns.utf8 { hash.add(byte) }
        return Int64(hash.value >> 33)
    }()
    /// How many entries are written in one transaction.
    private static let batch = 512

    private struct State {
        /// Nil if it cannot be used.
        var database: Database?
        var pending: [[DatabaseValue]] = []
    }

    private let path: String
    private let log: Log
    private let state: Mutex<State>

    /// The catalogue at `path`, created if there is none. If that is not possible, the reason is logged, and nothing is
    /// kept.
    public init(path: String, log: Log) {
        self.path = path
        self.log = log
        state = Mutex(State())
        do throws(DatabaseError) {
            let database = try Database(path: path)
            guard try Self.prepare(database) else {
                log.say(.warning, "\(path) is no catalogue of recordings but another database; nothing is kept in it")
                return
            }
            state.withLock { $0.database = database }
        } catch {
            say(error)
        }
    }

    /// Creates the tables unless they exist; false if the database is another program's.
    private static func prepare(_ database: Database) throws(DatabaseError) -> Bool {
        func number(_ pragma: String) throws(DatabaseError) -> Int64? {
            try database.rows("PRAGMA \(pragma)") { $0.first?.integer }.first
        }
        let application = try number("application_id")
        let tables = try database.rows("SELECT name FROM sqlite_master WHERE type = 'table'") { $0.first?.text }
        guard application == Self.application || tables.isEmpty else { return false }
        // What a power cut loses is learned again.
        try database.execute("PRAGMA synchronous = OFF")
        // A confined process can make files beside the database only.
        try database.execute("PRAGMA temp_store = MEMORY")
        let written = try number("user_version")
        guard tables.isEmpty || written != format else { return true }
        for table in ["recordings", "derived", "findings"] { try database.execute("DROP TABLE IF EXISTS \(table)") }
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS recordings(
                parent TEXT, node TEXT, version INTEGER, checksum INTEGER, \(Self.factColumns),
                PRIMARY KEY(parent, node)) WITHOUT ROWID
            """)
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS derived(
                path TEXT, kind TEXT, version INTEGER, content BLOB, PRIMARY KEY(path, kind))
            """)
        try database.execute("PRAGMA application_id = \(Self.application)")
        try database.execute("PRAGMA user_version = \(format)")
        return true
    }

    // MARK: - Recordings

    /// Whether there is an entry of any recording in the group at `path`.
    func knows(group path: String) -> Bool {
        let rows = use { database throws(DatabaseError) in
            try database.rows("SELECT 1 FROM recordings WHERE parent = ? LIMIT 1", [.text(path)]) { $0.first?.integer }
        }
        return rows?.isEmpty == false
    }

    /// Calls `body` with the name and the entry of each recording in the group at `path` that has an entry.
    func forEachEntry(ofGroup path: String, _ body: @Sendable (_ name: String, _ entry: Entry) -> Void) {
        let sql = "SELECT node, version, checksum, \(Self.factColumns) FROM recordings WHERE parent = ?"
        _ = use { database throws(DatabaseError) in
            try database.forEachRow(sql, [.text(path)]) { columns in
                guard columns.count > 3, let name = columns[0].text, let version = columns[1].integer,
                    columns[2] == Self.checksum(of: [.text(path)] + columns[..<2] + columns[3...]),
                    let facts = RecordingFacts(columns[3...], path: path.isEmpty ? name : "\(path)/\(name)")
                else { return }
                body(name, Entry(version: UInt64(bitPattern: version), facts: facts))
            }
        }
    }

    /// Keeps what was learned about the recording called `name` in the group at `group`. It is written later, together with
    /// others.
    func keep(_ entry: Entry, name: String, group: String) {
        let key: [DatabaseValue] = [.text(group), .text(name), DatabaseValue(entry.version)]
        let facts = entry.facts.row
        let row = key + [Self.checksum(of: key + facts)] + facts
        let isFull = state.withLock { state in
            if state.database != nil { state.pending.append(row) }
            return state.pending.count >= Self.batch
        }
        if isFull { save() }
    }

    /// Writes the entries that are not written yet.
    public func save() {
        let rows = state.withLock { state in
            defer { state.pending = [] }
            return state.pending
        }
        guard let first = rows.first else { return }
        let places = first.map { _ in "?" }.joined(separator: ", ")
        _ = use { database throws(DatabaseError) in
            try database.execute("INSERT OR REPLACE INTO recordings VALUES (\(places))", forEach: rows)
        }
    }

    /// A checksum of the values of a row: SQLite does not notice a wrong bit in one, which would be a wrong size or a wrong name.
    private static func checksum(of values: [DatabaseValue]) -> DatabaseValue {
        var hash = FNV1a()
        for value in values { hash.add(value) }
        return DatabaseValue(hash.value)
    }

    // MARK: - Derived data

    /// The derived data of the recording at `path`, if it was derived from that `version`.
    func content(_ kind: DerivedKind, of path: String, version: UInt64) -> [UInt8]? {
        let rows = use { database throws(DatabaseError) in
            try database.rows(
                "SELECT content FROM derived WHERE path = ? AND kind = ? AND version = ?",
                [.text(path), .text(kind.rawValue), DatabaseValue(version)]
            ) { $0.first?.blob }
        }
        return rows?.first
    }

    /// Keeps `content`, derived from that `version` of the recording at `path`.
    func keep(_ content: [UInt8], as kind: DerivedKind, of path: String, version: UInt64) {
        _ = use { database throws(DatabaseError) in
            try database.execute(
                "INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?)",
                [.text(path), .text(kind.rawValue), DatabaseValue(version), .blob(content)])
        }
    }

    // MARK: - Failures

    /// The result of `body` with the database; nil if there is none, or if `body` fails.
    private func use<T>(_ body: (Database) throws(DatabaseError) -> T) -> T? {
        guard let database = state.withLock({ $0.database }) else { return nil }
        do throws(DatabaseError) {
            return try body(database)
        } catch {
            // While another mount writes, this one runs without the catalogue and keeps it open.
            if !error.isBusy {
                state.withLock { $0 = State() }
                say(error)
            }
            return nil
        }
    }

    private func say(_ error: DatabaseError) {
        let advice = error.isDamage ? "; delete it, and it is made anew" : ""
        log.say(.warning, "the catalogue \(path) cannot be used, recordings are learned anew: \(error)\(advice)")
    }
}

extension FNV1a {
    /// Adds the kind of `value`, the number of its bytes, and its bytes.
    fileprivate mutating func add(_ value: DatabaseValue) {
        switch value {
        case .null: add(0, [])
        case .integer(let number): add(1, Self.bytes(of: UInt64(bitPattern: number)))
        case .real(let number): add(2, Self.bytes(of: number.bitPattern))
        case .text(let text): add(3, text.utf8)
        case .blob(let bytes): add(4, bytes)
        }
    }

    private mutating func add(_ kind: UInt8, _ bytes: some Collection<UInt8>) {
        add(kind)
        for byte in Self.bytes(of: UInt64(bytes.count)) { add(byte) }
        for byte in bytes { add(byte) }
    }

    private static func bytes(of word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
    }
}
