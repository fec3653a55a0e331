import Foundation
import SQLite
import TestSupport
import Testing

struct DatabaseTests {
    private func withPath(_ body: (String) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { try body($0.appending(path: "a.sqlite").path) }
    }

    @Test func `a database returns every value as it was stored, also to another connection`() throws {
        try withPath { path in
            let values: [DatabaseValue] = [
                .integer(.min), .real(-0.1), .text("é\u{1F426}\0z"), .text(""), .blob([0, 255]), .null, .blob([]),
            ]
            let database = try Database(path: path)
            try database.execute("CREATE TABLE t(a, b, c, d, e, f, g)")
            try database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            #expect(try Database(path: path).rows("SELECT * FROM t") { $0 } == [values])
            #expect(try database.rows("SELECT a FROM t WHERE b = ?", [.text("x")]) { $0 }.isEmpty)
        }
    }

    @Test func `a statement for many rows takes effect for all of them or for none`() throws {
        try withPath { path in
            let database = try Database(path: path)
            try database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY)")
            try database.execute("INSERT INTO t VALUES (?)", forEach: [[.integer(1)], [.integer(2)]])
            #expect(throws: DatabaseError.self) {
                try database.execute("INSERT INTO t VALUES (?)", forEach: [[.integer(3)], [.integer(1)]])
            }
            #expect(try database.rows("SELECT a FROM t ORDER BY a") { $0[0].integer } == [1, 2])
        }
    }

    @Test func `database errors say what is wrong`() throws {
        try withPath { path in
            let database = try Database(path: path)
            #expect { try database.execute("SELECT nothing") } throws: { "\($0)".contains("nothing") }
            try Data("this is no database, however long one looks".utf8).write(to: URL(filePath: path + "2"))
            let other = try Database(path: path + "2")
            #expect { try other.execute("CREATE TABLE t(a)") } throws: { ($0 as? DatabaseError)?.isDamage == true }
            #expect(throws: DatabaseError.self) { try Database(path: path + "/nowhere") }
        }
    }

    @Test func `a statement waits for another writer, and fails as busy if that takes too long`() throws {
        try withPath { path in
            let one = try Database(path: path)
            try one.execute("CREATE TABLE t(a)")
            try one.execute("BEGIN IMMEDIATE")
            let other = try Database(path: path, patience: 1)
            #expect { try other.execute("INSERT INTO t VALUES (1)") } throws: { ($0 as? DatabaseError)?.isBusy == true }
            try one.execute("COMMIT")
            try other.execute("INSERT INTO t VALUES (1)")
        }
    }

    @Test func `many threads can use a database at the same time`() throws {
        try withPath { path in
            let database = try Database(path: path)
            try database.execute("CREATE TABLE t(a)")
            DispatchQueue.concurrentPerform(iterations: 100) { number in
                #expect(throws: Never.self) {
                    try database.execute("INSERT INTO t VALUES (?)", [.integer(Int64(number))])
                }
            }
            #expect(try database.rows("SELECT sum(a) FROM t") { $0[0].integer } == [4_950])
        }
    }
}
