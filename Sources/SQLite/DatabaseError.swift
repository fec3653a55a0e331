import CSQLite
public import Support

/// An error of SQLite.
public struct DatabaseError: DescribedError {
    /// SQLite's message.
    public let summary: String
    /// SQLite's primary result code (sqlite.org/rescode.html).
    private let code: Int32

    /// Whether another connection holds a lock, so that the same call may succeed later.
    public var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }

    /// Whether the file is damaged or is not a database.
    public var isDamage: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }

    init(_ code: Int32, _ connection: OpaquePointer?) {
        self.code = code & 0xFF
        let message = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        summary = message.map { String(cString: $0) } ?? "SQLite error \(code)"
    }
}
