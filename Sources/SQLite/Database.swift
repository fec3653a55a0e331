import CSQLite
import Support
import Synchronization

/// A connection to an SQLite database. It may be used from any thread; threads take turns.
///
/// The file is never mapped into memory, since another program may truncate it.
public final class Database: Sendable {
    private let connection: Mutex<Connection>

    /// Opens the database at `path`, which may have bytes that are no UTF-8 (see `String.fileBytes`), or creates it if there is none.
    /// Statements wait up to `patience` milliseconds for another connection that writes.
    public init(path: String, patience: Int32 = 200) throws(DatabaseError) {
        connection = Mutex(try Connection(path: path, patience: patience))
    }

    /// Runs the statement `sql` with `values` as its parameters.
    public func execute(_ sql: String, _ values: [DatabaseValue] = []) throws(DatabaseError) {
        try connection.withLock { connection throws(DatabaseError) in
            try connection.run(sql, values) { _ in }
        }
    }

    /// The rows that the statement `sql` returns with `values` as its parameters, each converted by `row`; rows for which that
    /// returns nil are left out.
    public func rows<Row: Sendable>(
        _ sql: String, _ values: [DatabaseValue] = [], row: @Sendable ([DatabaseValue]) -> Row?
    ) throws(DatabaseError) -> [Row] {
        try connection.withLock { connection throws(DatabaseError) in
            var rows: [Row] = []
            try connection.run(sql, values) { columns in
                if let made = row(columns) { rows.append(made) }
            }
            return rows
        }
    }

    /// Calls `body` with the columns of each row that the statement `sql` returns with `values` as its parameters.
    /// Other threads wait meanwhile; `body` must not use the database.
    public func forEachRow(
        _ sql: String, _ values: [DatabaseValue] = [], _ body: @Sendable ([DatabaseValue]) -> Void
    ) throws(DatabaseError) {
        try connection.withLock { connection throws(DatabaseError) in
            try connection.run(sql, values, row: body)
        }
    }

    /// Runs the statement `sql` once for each element of `all`, in one transaction: all of them take effect, or none.
    public func execute(_ sql: String, forEach all: [[DatabaseValue]]) throws(DatabaseError) {
        try connection.withLock { connection throws(DatabaseError) in
            try connection.run("BEGIN IMMEDIATE", []) { _ in }
            do throws(DatabaseError) {
                for values in all { try connection.run(sql, values) { _ in } }
                try connection.run("COMMIT", []) { _ in }
            } catch {
                // SQLite may have rolled back itself.
                try? connection.run("ROLLBACK", []) { _ in }
                throw error
            }
        }
    }
}

/// SQLite's own connection, used by one thread at a time.
private struct Connection: ~Copyable {
    private let handle: OpaquePointer
    /// Statements that were prepared before, by their text.
    private var statements: [String: OpaquePointer] = [:]

    /// Makes SQLite copy what is bound (SQLITE_TRANSIENT).
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(path: String, patience: Int32) throws(DatabaseError) {
        var handle: OpaquePointer?
        let code = path.withFileName {
            sqlite3_open_v2(
                $0, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        }
        guard code == SQLITE_OK, let handle else {
            let error = DatabaseError(code, handle)
            sqlite3_close_v2(handle)
            throw error
        }
        sqlite3_busy_timeout(handle, patience)
        self.handle = handle
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    mutating func run(
        _ sql: String, _ values: [DatabaseValue], row: ([DatabaseValue]) -> Void
    ) throws(DatabaseError) {
        let statement = try statement(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (value, index) in zip(values, Int32(1)...) { try check(bind(value, to: statement, at: index)) }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: row((0..<sqlite3_column_count(statement)).map { Self.column($0, of: statement) })
            case SQLITE_DONE: return
            case let code: throw DatabaseError(code, handle)
            }
        }
    }

    private mutating func statement(_ sql: String) throws(DatabaseError) -> OpaquePointer {
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
        guard let statement else { throw DatabaseError(SQLITE_MISUSE, nil) }
        statements[sql] = statement
        return statement
    }

    private func bind(_ value: DatabaseValue, to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .real(let number): sqlite3_bind_double(statement, index, number)
        case .text(let text):
            // With its length: a text may have a NUL in it.
            sqlite3_bind_text64(
                statement, index, text, UInt64(text.utf8.count), Self.transient, UInt8(SQLITE_UTF8))
        case .blob(let bytes): sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), Self.transient)
        }
    }

    private static func column(_ index: Int32, of statement: OpaquePointer) -> DatabaseValue {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, index))
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(statement, index) else { return .null }
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, index)))
            return .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, index))
            let bytes = UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, index), count: count)
            return .blob(Array(bytes))
        default: return .null
        }
    }

    private func check(_ code: Int32) throws(DatabaseError) {
        guard code == SQLITE_OK else { throw DatabaseError(code, handle) }
    }
}
