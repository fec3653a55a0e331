import CSQLite
public import Support

/// Why a database cannot be used.
public struct DatabaseError: DescribedError {
    /// What SQLite says.
    public let summary: String
    /// SQLite's result code (sqlite.org/rescode.html), without what extends it.
    private let code: Int32

    /// Whether somebody else is writing just now, so that the same may succeed later.
    public var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }

    /// Whether the file is damaged, or no database at all.
    public var isDamage: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }

    init(_ code: Int32, _ connection: OpaquePointer?) {
        self.code = code & 0xFF
        let message = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        summary = message.map { String(cString: $0) } ?? "SQLite error \(code)"
    }
}
