import Support
import Synchronization
import Testing

@testable import Zarr

/// A recording in small: a group, and in it an array of `count` numbers.
func stageRecording(in store: any WritableStore, count: Int = 100) throws -> any StagedNode {
    let node = try store.stageNode()
    let writer = ArrayWriter(
        in: node, name: "index", try ArrayPlan(.uint64, chunkRows: 30, chunksPerShard: 2, compression: [.crc32c]))
    try writer.append((0..<count).map { UInt64($0) })
    try writer.finish()
    try node.writeGroup(attributes: ["type": "original_audio_file"])
    return node
}

/// The numbers of the array `index` of the recording at `path`; nil if there is no such recording.
func numbers(of path: String, in store: any Store) throws -> [UInt64]? {
    guard case .group? = try ZarrNode.open(store, path: path, cache: BlockCache(budget: 0)) else { return nil }
    let bytes = try ZarrArray.open(store, path: "\(path)/index", cache: BlockCache(budget: 0)).readAll()
    return bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
}

/// What every store promises to those that write to it.
struct WritableStoreTests {
    @Test(arguments: StoreKind.writable)
    func `a staged node can be read where it is, and shows nowhere until it is published`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            let node = try stageRecording(in: store)
            #expect(try numbers(of: node.path, in: store) == Array(0..<100))
            let nodes = try ZarrGroup.open(store, path: "").children().filter { name in
                try ZarrNode.open(store, path: name, cache: BlockCache(budget: 0)) != nil
            }
            #expect(nodes == [])
            #expect(try node.publish(as: "0"))
            #expect(try numbers(of: "0", in: test.reopened()) == Array(0..<100))
        }
    }

    @Test(arguments: StoreKind.writable)
    func `a staged node leaves nothing but itself in the store`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            do { #expect(try stageRecording(in: store).publish(numberedIn: "") == 0) }
            do { _ = try stageRecording(in: store) }
            #expect(try test.reopened().children(of: "") == ["0"])
            #expect(try store.leftovers() == [])
        }
    }

    @Test(arguments: StoreKind.moving)
    func `a node is moved under the next number of another group, and takes the place of none`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            try ZarrGroup.create(in: store, path: "pond", attributes: [String: String]())
            #expect(try stageRecording(in: store, count: 1).publish(numberedIn: "") == 0)
            #expect(try stageRecording(in: store, count: 2).publish(numberedIn: "pond") == 0)
            #expect(try !store.moveNode("0", to: "pond/0"))
            #expect(try store.moveNode("0", numberedIn: "pond") == "pond/1")
            let reopened = try test.reopened()
            #expect(try numbers(of: "0", in: reopened) == nil)
            #expect(try numbers(of: "pond/0", in: reopened) == [0, 1])
            #expect(try numbers(of: "pond/1", in: reopened) == [0])
            #expect(throws: StoreError.self) { try store.moveNode("0", to: "1") }
        }
    }

    @Test(arguments: StoreKind.writable)
    func `a node is removed as a whole, and nothing is left of it`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            for count in 1...2 { _ = try stageRecording(in: store, count: count).publish(numberedIn: "") }
            try store.removeNode("0")
            #expect(try test.reopened().children(of: "") == ["1"])
            #expect(try numbers(of: "1", in: test.reopened()) == [0, 1])
            #expect(try store.leftovers() == [])
            #expect(throws: StoreError.self) { try store.removeNode("0") }
        }
    }

    @Test(arguments: StoreKind.writable)
    func `a node that is published does not take the place of another`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            #expect(try stageRecording(in: store, count: 1).publish(as: "0"))
            #expect(try !stageRecording(in: store, count: 2).publish(as: "0"))
            #expect(try numbers(of: "0", in: test.reopened()) == [0])
        }
    }

    @Test(arguments: StoreKind.writable)
    func `a node gets the number after the greatest in its group`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            try ZarrGroup.create(in: store, path: "pond", attributes: ["a": 1])
            for name in ["7", "12", "x"] { #expect(try stageRecording(in: store).publish(as: "pond/\(name)")) }
            #expect(try stageRecording(in: store).publish(numberedIn: "pond") == 13)
        }
    }

    @Test(arguments: StoreKind.writable)
    func `nodes that are published at once each get a number of their own`(kind: StoreKind) throws {
        try kind.with { test in
            let count = 24
            let stores = try (0..<count).map { _ in try #require(test.reopened() as? any WritableStore) }
            let taken = Mutex<[Int]>([])
            Parallel.forEach(count: count, threads: 8) { index in
                let number = try? stageRecording(in: stores[index], count: 10).publish(numberedIn: "")
                taken.withLock { $0 += [number].compactMap(\.self) }
            }
            #expect(taken.withLock { $0.sorted() } == Array(0..<count))
            for number in 0..<count { #expect(try numbers(of: "\(number)", in: test.reopened()) == Array(0..<10)) }
        }
    }

    @Test(arguments: StoreKind.writable)
    func `a node can be published only where a group is, and written to only below itself`(kind: StoreKind) throws {
        try kind.with { test in
            let node = try stageRecording(in: test.writableStore)
            for place in ["nowhere/0", "../0", ""] {
                #expect(throws: StoreError.self) { try node.publish(as: place) }
            }
            #expect(throws: StoreError.self) { try node.write([], to: "../zarr.json") }
        }
    }

    @Test(arguments: StoreKind.moving)
    func `a node replaces another, also for readers that have it open`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            #expect(try stageRecording(in: store, count: 5).publish(as: "0"))
            #expect(try store.contains("0/index/c/0"))
            let node = try store.stageNode()
            let writer = ArrayWriter(in: node, try .index(columns: 1))
            try writer.append([9, 8, 7] as [UInt64])
            try writer.finish()
            try node.replace("0/index")
            #expect(try numbers(of: "0", in: test.reopened()) == [9, 8, 7])
            #expect(try ZarrArray.open(store, path: "0/index", cache: BlockCache(budget: 0)).shape == [3, 1])
        }
    }

    @Test(arguments: StoreKind.writable)
    func `a node that replaces nothing is published`(kind: StoreKind) throws {
        try kind.with { test in
            try stageRecording(in: test.writableStore, count: 5).replace("0")
            #expect(try numbers(of: "0", in: test.reopened()) == Array(0..<5))
        }
    }

    @Test(arguments: StoreKind.writable)
    func `the first bytes of a value can be written again before its node is published`(kind: StoreKind) throws {
        try kind.with { test in
            let node = try test.writableStore.stageNode()
            try node.write([1, 2, 3, 4], to: "a/b")
            try node.overwriteStart(of: "a/b", with: [9, 8])
            #expect(try test.store.bytes(of: node.path(of: "a/b")) == [9, 8, 3, 4])
        }
    }

    @Test(arguments: StoreKind.writable)
    func `a node that was synced takes no further values`(kind: StoreKind) throws {
        try kind.with { test in
            let node = try stageRecording(in: test.writableStore)
            try node.sync()
            #expect(throws: StoreError.self) { try node.write([1], to: "late") }
            #expect(throws: StoreError.self) { try node.overwriteStart(of: "zarr.json", with: [1]) }
            #expect(try node.publish(as: "0"))
        }
    }

    @Test(arguments: StoreKind.writable)
    func `groups are made with those above them`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            #expect(try ZarrGroup.create(in: store, path: "a/b/c", attributes: ["x": 1]))
            #expect(try !ZarrGroup.create(in: store, path: "a/b/c", attributes: ["x": 2]))
            #expect(
                try ZarrGroup.open(store, path: "a/b/c").attributes(as: [String: JSONValue].self).own == [
                    "x": .integer(1)
                ])
            #expect(try ZarrGroup.open(store, path: "a").attributes(as: [String: JSONValue].self).own == [:])
        }
    }

    @Test(arguments: StoreKind.writable)
    func `of two groups whose names are the same to Unicode and are made at the same time, one is made`(
        kind: StoreKind
    ) throws {
        try kind.with { test in
            let store = try test.writableStore
            try ZarrGroup.create(in: store, path: "lac", attributes: [String: String]())
            // Neither is there when the other is looked for.
            var (first, second) = try (
                StagedGroup(in: store, path: "lac/e\u{301}te\u{301}/x", attributes: ["x": 1]),
                StagedGroup(in: store, path: "lac/\u{E9}t\u{E9}/y", attributes: ["x": 2])
            )
            #expect(try first.publish())
            #expect { try second.publish() } throws: { "\($0)".contains("how Unicode encodes its letters") }
            #expect(try store.children(of: "lac").map { Array($0.utf8) } == [Array("e\u{301}te\u{301}".utf8)])
        }
    }

    @Test(arguments: StoreKind.writable)
    func `no group is made in the place of an array, or below a node of zarr_format 2`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            #expect(try stageRecording(in: store).publish(as: "0"))
            #expect(throws: ZarrError.self) { try ZarrGroup.create(in: store, path: "0/index", attributes: ["x": 1]) }
            // On another machine it would take two more round trips for each node that is not there.
            guard test.store.requestsAtOnce == nil else { return }
            try test.put("old/.zgroup", Array("{}".utf8))
            #expect(throws: ZarrError.self) { try ZarrGroup.create(in: store, path: "old/new", attributes: ["x": 1]) }
        }
    }

    @Test(arguments: StoreKind.writable)
    func `a value is replaced as a whole, in a folder that is there`(kind: StoreKind) throws {
        try kind.with { test in
            let store = try test.writableStore
            for text in ["first", "second and longer"] {
                try store.replace("notes", with: Array(text.utf8))
                #expect(try store.bytes(of: "notes") == Array(text.utf8))
                #expect(try test.reopened().bytes(of: "notes") == Array(text.utf8))
            }
            #expect(throws: StoreError.self) { try store.replace("nowhere/notes", with: []) }
            #expect(try store.leftovers() == [])
        }
    }

    @Test(arguments: StoreKind.writable)
    func `changes that several make to a value under a lock are all kept`(kind: StoreKind) throws {
        try kind.with { test in
            let stores = try (0..<3).map { _ in try #require(test.reopened() as? any WritableStore) }
            try stores[0].replace("notes", with: [])
            for store in stores { #expect(try store.bytes(of: "notes") == []) }
            let rounds = test.store.requestsAtOnce == nil ? 20 : 2
            for number in 0..<rounds * stores.count {
                let store = stores[number % stores.count]
                // As those do that look at a document before they lock it.
                _ = try store.bytes(of: "notes")
                try stores[(number + 1) % stores.count].withLock(on: "") { () throws(StoreError) in
                    let other = stores[(number + 1) % stores.count]
                    guard let bytes = try other.get("notes", .whole(atMost: 100))?.bytes.bytes else { return }
                    try other.replace("notes", with: Array(bytes) + [UInt8(number)])
                }
                try store.withLock(on: "") { () throws(StoreError) in
                    let count = try store.get("notes", .whole(atMost: 100))?.bytes.count
                    #expect(count == number + 1)
                }
            }
        }
    }

    @Test(arguments: StoreKind.writable)
    func `what is done under the lock of a folder is done by one at a time`(kind: StoreKind) throws {
        try kind.with { test in
            let stores = try (0..<4).map { _ in try #require(test.reopened() as? any WritableStore) }
            let inside = Atomic<Int>(0)
            let failures = Mutex<[String]>([])
            // Each takes several round trips elsewhere.
            let count = test.store.requestsAtOnce == nil ? 200 : 8
            Parallel.forEach(count: count, threads: 4) { index in
                do {
                    let count = try stores[index % 4].withLock(on: "") { () throws(StoreError) in
                        defer { inside.subtract(1, ordering: .sequentiallyConsistent) }
                        return inside.add(1, ordering: .sequentiallyConsistent).newValue
                    }
                    if count != 1 { failures.withLock { $0.append("\(count) are inside") } }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
            #expect(failures.withLock { $0 } == [])
        }
    }
}
