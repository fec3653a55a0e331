import Support
import Synchronization
import Testing

@testable import Zarr

/// What every store promises to those that read from it.
struct StoreTests {
    private static let value = (0..<100).map { UInt8($0) }

    private func get(_ store: any Store, _ key: String, _ part: ValuePart) throws -> [UInt8]? {
        try store.get(key, part).map { Array($0.bytes.bytes) }
    }

    @Test(arguments: StoreKind.all)
    func `a store gives a value as a whole, by range and from its end, and always says how large it is`(
        kind: StoreKind
    ) throws {
        try kind.with { test in
            try test.put("a/b/c/0", Self.value)
            let parts: [(ValuePart, Range<Int>)] = [
                (.whole(atMost: 100), 0..<100), (.whole(atMost: .max), 0..<100), (.range(10..<20), 10..<20),
                (.range(0..<100), 0..<100), (.range(99..<100), 99..<100), (.suffix(7), 93..<100),
                (.suffix(100), 0..<100),
            ]
            for (part, expected) in parts {
                let memory = SuppliedMemory()
                #expect(try memory.get("a/b/c/0", part, from: test.store)?.size == 100)
                #expect(memory.bytes == Array(Self.value[expected]), "\(part)")
                #expect(memory.requestCount == 1)
                #expect(try get(test.store, "a/b/c/0", part) == Array(Self.value[expected]), "\(part)")
            }
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store gives no bytes of an empty range, an empty suffix and an empty value, which are there`(
        kind: StoreKind
    ) throws {
        try kind.with { test in
            try test.put("a", Self.value)
            try test.put("b", [])
            for part in [.range(0..<0), .range(100..<100), .suffix(0)] as [ValuePart] {
                #expect(try get(test.store, "a", part) == [])
            }
            for part in [.range(0..<0), .whole(atMost: 0), .whole(atMost: 10), .suffix(0), .suffix(10)] as [ValuePart] {
                #expect(try get(test.store, "b", part) == [])
            }
            #expect(try test.store.contains("a") && test.store.contains("b"))
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store answers that a key is absent, or is a folder, and asks for no memory`(kind: StoreKind) throws {
        try kind.with { test in
            try test.put("a/b", [1])
            for key in ["x", "a", "a/x", "a/b/c", "x/y/z"] {
                for part in [.whole(atMost: 10), .range(0..<1), .range(0..<0), .suffix(1)] as [ValuePart] {
                    let memory = SuppliedMemory()
                    #expect(try memory.get(key, part, from: test.store) == nil, "\(key) \(part)")
                    #expect(memory.requestCount == 0)
                }
                #expect(try !test.store.contains(key))
            }
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store reports a range beyond the end as cut short, with the value's size, and asks for no memory`(
        kind: StoreKind
    ) throws {
        try kind.with { test in
            try test.put("a", Self.value)
            let ranges = [90..<101, 100..<101, 101..<101, UInt64(1 << 40)..<1 << 40 + 1, UInt64.max - 1..<UInt64.max]
            for range in ranges + [0..<UInt64.max] {
                let memory = SuppliedMemory()
                let error = #expect(throws: StoreError.self) { try memory.get("a", .range(range), from: test.store) }
                #expect(error?.kind == .cutShort(size: 100))
                #expect(error?.description == "/a: ends at byte 100, before byte \(range.upperBound)")
                #expect(memory.requestCount == 0)
            }
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store gives no whole value that is larger than the caller allows, and says how large it is`(
        kind: StoreKind
    ) throws {
        try kind.with { test in
            try test.put("a", Self.value)
            for limit in [0, 1, 99] {
                let memory = SuppliedMemory()
                let error = #expect(throws: StoreError.self) {
                    try memory.get("a", .whole(atMost: limit), from: test.store)
                }
                #expect(error?.kind == .tooLarge(size: 100))
                #expect(memory.requestCount == 0)
            }
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store gives all of a value from its end if it is shorter than what is asked for`(kind: StoreKind) throws {
        try kind.with { test in
            try test.put("a", Self.value)
            for count in [101, 1 << 40, Int.max] { #expect(try get(test.store, "a", .suffix(count)) == Self.value) }
        }
    }

    @Test(
        arguments: StoreKind.all,
        [
            "", "/", "/a/b", "a/", "a//b", "..", "a/../a/b", ".", "a/./b", "a\u{0}b", "../../etc/passwd", "a/.",
            "./a/b",
            "a/..", "../a", "..//a",
        ])
    func `a store has nothing under a key that is no path of names`(kind: StoreKind, key: String) throws {
        try kind.with { test in
            try test.put("a/b", [1])
            #expect((try? get(test.store, key, .whole(atMost: 10))) == nil)
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store lists what can hold keys, sorted, and nothing for what is absent or is a value`(kind: StoreKind)
        throws
    {
        try kind.with { test in
            for key in ["b/x", "a/x", "é/x", "file", "a/10/x", "a/9/x"] { try test.put(key, [1]) }
            #expect(try test.store.children(of: "") == ["a", "b", "é"])
            #expect(try test.store.children(of: "a") == ["10", "9"])
            #expect(try test.store.children(of: "missing") == [])
            #expect(try test.store.children(of: "file") == [])
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store lists the values below a prefix with their sizes, and those that are in no folder`(kind: StoreKind)
        throws
    {
        try kind.with { test in
            for (key, count) in [("a/x", 3), ("a/b/y", 4), ("a/é", 0), ("a.b", 1), ("ab/z", 5), ("file", 2)] {
                try test.put(key, [UInt8](repeating: 0, count: count))
            }
            let values = try test.store.values(below: "a")
            #expect(values.map(\.key) == ["a/b/y", "a/x", "a/é"])
            #expect(values.map(\.byteCount) == [4, 3, 0])
            #expect(try test.store.values(below: "missing") == [])
            #expect(try test.store.looseValues(in: "") == ["a.b", "file", "zarr.json"])
            #expect(try test.store.looseValues(in: "a") == ["x", "é"])
            #expect(try test.store.looseValues(in: "missing") == [])
        }
    }

    @Test(arguments: StoreKind.all)
    func `a version in a list is that of the value when it is read, and another once it has changed`(kind: StoreKind)
        throws
    {
        try kind.with { test in
            try test.put("a/x", [1, 2])
            func version() throws -> UInt64? {
                let (store, empty) = (try test.reopened(), UnsafeMutableRawBufferPointer(start: nil, count: 0))
                let version = try #require(try store.values(below: "a").first).version
                let read = try store.get("a/x", .range(0..<0)) { _ in empty }
                #expect(read?.version == version)
                return version
            }
            let first = try version()
            try test.put("a/x", [1, 3, 4])
            #expect(try version() != first || first == nil)
        }
    }

    @Test(arguments: StoreKind.all)
    func `a value is read in pieces, whether its size is known or not`(kind: StoreKind) throws {
        try kind.with { test in
            for count in [0, 1, 9, 10, 11, 35] {
                let bytes = (0..<count).map { UInt8($0) }
                try test.put("a/x", bytes)
                for known in [UInt64(count), nil] {
                    var pieces: [[UInt8]] = []
                    let info = try test.store.read(ListedValue("a/x", byteCount: known), inPiecesOf: 10) {
                        pieces.append(Array($0))
                    }
                    #expect(info?.size == UInt64(count))
                    #expect(pieces == stride(from: 0, to: count, by: 10).map { Array(bytes[$0..<min($0 + 10, count)]) })
                }
            }
            #expect(try test.store.read(ListedValue("a/y", byteCount: nil), inPiecesOf: 10) { _ in } == nil)
            #expect(throws: StoreError.self) {
                try test.store.read(ListedValue("a/x", byteCount: 34), inPiecesOf: 10) { _ in }
            }
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store adds up the bytes below a prefix`(kind: StoreKind) throws {
        try kind.with { test in
            let root = try test.store.byteCount(below: "")
            for (key, count) in [("a/x", 3), ("a/b/y", 4), ("ab/z", 5)] {
                try test.put(key, [UInt8](repeating: 0, count: count))
            }
            #expect(try test.store.byteCount(below: "a") == 7)
            #expect(try test.store.byteCount(below: "a/b") == 4)
            #expect(try test.store.byteCount(below: "missing") == 0)
            #expect(try test.store.byteCount(below: "") == root + 12)
        }
    }

    @Test(arguments: StoreKind.all)
    func `a version, if it is known, stays as long as a value does and changes with it`(kind: StoreKind) throws {
        try kind.with { test in
            try test.put("a/b", [1])
            func versions() throws -> (read: UInt64?, value: UInt64?, folder: UInt64?) {
                let store = try test.reopened()
                return (
                    try store.get("a/b", .whole(atMost: 10))?.info.version, try store.status(of: "a/b")?.version,
                    try store.status(of: "a")?.version
                )
            }
            /// Makes a change again until it has another time than the one before: clocks tick a few hundred times a second.
            func change<T>(_ key: (Int) -> String, until isSeen: () throws -> T, where isDone: (T) -> Bool) throws {
                for number in 0..<10_000 {
                    try test.put(key(number), [2, 3])
                    if isDone(try isSeen()) { return }
                }
                Issue.record("no change is seen")
            }
            let first = try versions()
            #expect(try versions() == first)
            try change({ "a/c\($0)" }, until: versions) { $0.folder == nil || $0.folder != first.folder }
            let second = try versions()
            #expect((second.read, second.value) == (first.read, first.value))
            try change({ _ in "a/b" }, until: versions) { third in
                (third.read == nil || third.read != first.read) && (third.value == nil || third.value != first.value)
            }
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store has a status of everything that is there`(kind: StoreKind) throws {
        try kind.with { test in
            try test.put("a/b", [1])
            for key in ["", "a", "a/b"] { #expect(try test.store.status(of: key) != nil) }
        }
    }

    @Test(arguments: StoreKind.all)
    func `a store is read correctly by many threads at once`(kind: StoreKind) throws {
        try kind.with { test in
            for index in 0..<200 { try test.put("d/\(index)", [UInt8(index), 7]) }
            let store = test.store
            Parallel.forEach(count: 4000, threads: 8) { number in
                let index = number * 37 % 200
                let bytes = (try? store.get("d/\(index)", .range(0..<2))).map { Array($0.bytes.bytes) }
                #expect(bytes == [UInt8(index), 7])
            }
        }
    }
}
