import Foundation
import Support
import Synchronization
import TestSupport
import Testing

@testable import Zarr

/// A recording in small: a group, an array in it of `count` numbers.
func stageRecording(in store: DirectoryStore, count: Int = 100) throws -> any StagedNode {
    let node = try store.stageNode()
    let writer = ArrayWriter(
        in: node, name: "index", try ArrayPlan(.uint64, chunkRows: 30, chunksPerShard: 2, compression: [.crc32c]))
    try writer.append((0..<count).map { UInt64($0) })
    try writer.finish()
    try node.writeGroup(attributes: ["type": "original_audio_file"])
    return node
}

/// The numbers of the array `index` of the recording at `path`, read by a store that has read nothing before; nil where there
/// is no such recording.
func numbers(of path: String, in folder: URL) throws -> [UInt64]? {
    let store = try DirectoryStore(path: folder.path)
    guard case .group? = try ZarrNode.open(store, path: path, cache: BlockCache(budget: 0)) else { return nil }
    let bytes = try ZarrArray.open(store, path: "\(path)/index", cache: BlockCache(budget: 0)).readAll()
    return bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
}

@Suite struct `A staged node` {
    @Test func `shows nowhere until it is published`() throws {
        try withNewStore { store, folder throws in
            let node = try stageRecording(in: store)
            let root = try ZarrGroup.open(store, path: "")
            let nodes = try root.children().filter { name in
                try ZarrNode.open(store, path: name, cache: BlockCache(budget: 0)) != nil
            }
            #expect(nodes == [])
            #expect(try node.publish(as: "0"))
            #expect(try numbers(of: "0", in: folder) == Array(0..<100))
        }
    }

    @Test func `leaves nothing but itself behind`() throws {
        try withNewStore { store, folder throws in
            do { #expect(try stageRecording(in: store).publish(numberedIn: "") == 0) }
            do { _ = try stageRecording(in: store) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["0", "zarr.json"])
        }
    }

    @Test func `does not take the place of another`() throws {
        try withNewStore { store, folder throws in
            #expect(try stageRecording(in: store, count: 1).publish(as: "0"))
            #expect(try !stageRecording(in: store, count: 2).publish(as: "0"))
            #expect(try numbers(of: "0", in: folder) == [0])
        }
    }

    @Test func `gets the number after the greatest`() throws {
        try withNewStore { store, _ in
            try ZarrGroup.create(in: store, path: "pond", attributes: ["a": 1])
            for name in ["7", "12", "x"] { #expect(try stageRecording(in: store).publish(as: "pond/\(name)")) }
            #expect(try stageRecording(in: store).publish(numberedIn: "pond") == 13)
        }
    }

    @Test func `gets a number of its own when many are published at once`() throws {
        try withNewStore { _, folder throws in
            let count = 24
            let taken = Mutex<[Int]>([])
            Parallel.forEach(count: count, threads: 8) { index in
                guard let store = try? DirectoryStore(path: folder.path),
                    let node = try? stageRecording(in: store, count: 10),
                    let number = try? node.publish(numberedIn: "")
                else { return }
                taken.withLock { $0.append(number) }
            }
            #expect(taken.withLock { $0.sorted() } == Array(0..<count))
            for number in 0..<count { #expect(try numbers(of: "\(number)", in: folder) == Array(0..<10)) }
        }
    }

    @Test func `needs its group to be there`() throws {
        try withNewStore { store, _ in
            let node = try stageRecording(in: store)
            #expect(throws: StoreError.self) { try node.publish(as: "nowhere/0") }
            #expect(throws: StoreError.self) { try node.publish(as: "../0") }
            #expect(throws: StoreError.self) { try node.publish(as: "") }
            #expect(throws: StoreError.self) { try node.write([], to: "../zarr.json") }
        }
    }

    @Test func `replaces an array, for readers that have it open too`() throws {
        try withNewStore { store, folder in
            #expect(try stageRecording(in: store, count: 5).publish(as: "0"))
            #expect(try store.bytes(of: "0/index/c/0") != nil)
            let node = try store.stageNode()
            let writer = ArrayWriter(in: node, try .index(columns: 1))
            try writer.append([9, 8, 7] as [UInt64])
            try writer.finish()
            try node.replace("0/index")
            #expect(try numbers(of: "0", in: folder) == [9, 8, 7])
            #expect(try ZarrArray.open(store, path: "0/index", cache: BlockCache(budget: 0)).shape == [3, 1])
        }
    }

    @Test func `is published and replaces where the file system knows no flags of renameat2`() throws {
        try withNewStore { _, folder in
            let store = try DirectoryStore(path: folder.path) { call, path throws(SystemError) in
                if call == "renameat2" { throw SystemError(call, path, code: EINVAL) }
            }
            for count in [5, 6] { try stageRecording(in: store, count: count).replace("0") }
            #expect(try numbers(of: "0", in: folder) == Array(0..<6))
            #expect(try !stageRecording(in: store, count: 7).publish(as: "0"))
            #expect(try numbers(of: "0", in: folder) == Array(0..<6))
        }
    }

    @Test func `replaces what is not there by being put there`() throws {
        try withNewStore { store, folder throws in
            try stageRecording(in: store, count: 5).replace("0")
            #expect(try numbers(of: "0", in: folder) == Array(0..<5))
        }
    }
}

@Suite struct `A store that is written to` {
    @Test func `is made where there is none, and opened where there is one`() throws {
        try TestFiles.withTemporaryDirectory { directory throws in
            let path = directory.appending(path: "new.zarr").path
            for _ in 0..<2 {
                _ = try ZarrGroup.open(try DirectoryStore.create(path: path), path: "")
                #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["zarr.json"])
            }
        }
    }

    @Test func `is not made in a folder that holds something else`() throws {
        try TestFiles.withTemporaryDirectory { directory throws in
            try Data().write(to: directory.appending(path: "letter.txt"))
            #expect(throws: StoreError.self) { try DirectoryStore.create(path: directory.path) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["letter.txt"])
        }
    }

    @Test func `gets groups with those above them`() throws {
        try withNewStore { store, _ throws in
            #expect(try ZarrGroup.create(in: store, path: "a/b/c", attributes: ["x": 1]))
            #expect(try !ZarrGroup.create(in: store, path: "a/b/c", attributes: ["x": 2]))
            #expect(try ZarrGroup.open(store, path: "a/b/c").attributes(as: [String: Int].self) == ["x": 1])
            #expect(try ZarrGroup.open(store, path: "a").attributes(as: [String: Int].self) == [:])
        }
    }

    @Test func `gets the document of a group whose folder is there`() throws {
        try withNewStore { store, folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "a/x"), withIntermediateDirectories: true)
            #expect(try ZarrGroup.create(in: store, path: "a", attributes: ["x": 1]))
            #expect(try ZarrGroup.open(store, path: "a").attributes(as: [String: Int].self) == ["x": 1])
        }
    }

    @Test func `does not get a group in the place of an array, nor of zarr_format 2`() throws {
        try withNewStore { store, folder in
            #expect(try stageRecording(in: store).publish(as: "0"))
            #expect(throws: ZarrError.self) {
                try ZarrGroup.create(in: store, path: "0/index", attributes: ["x": 1])
            }
            try FileManager.default.createDirectory(
                at: folder.appending(path: "old"), withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: folder.appending(path: "old/.zgroup"))
            #expect(throws: ZarrError.self) { try ZarrGroup.create(in: store, path: "old/new", attributes: ["x": 1]) }
        }
    }

    @Test func `replaces a value`() throws {
        try withNewStore { store, folder in
            for text in ["first", "second and longer"] {
                try store.replace("notes", with: Array(text.utf8))
                #expect(try store.bytes(of: "notes") == Array(text.utf8))
            }
            #expect(throws: StoreError.self) { try store.replace("nowhere/notes", with: []) }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["notes", "zarr.json"])
        }
    }
}

@Suite struct `What a dead process left` {
    private static func leaveBehind(_ name: String, in folder: URL, files: [String]) throws {
        let staging = folder.appending(path: name)
        try FileManager.default.createDirectory(at: staging, withIntermediateDirectories: true)
        for file in files {
            let url = staging.appending(path: file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data([1]).write(to: url)
        }
    }

    @Test(arguments: [[], ["lock"], ["lock", "node/zarr.json"], ["node/a/c/0", "value", "lock"]])
    func `is found and removed`(_ files: [String]) throws {
        try withNewStore { store, folder in
            let name = ".zarrwlr-staging-1-x"
            try Self.leaveBehind(name, in: folder, files: files)
            #expect(try store.leftovers() == [name])
            #expect(try store.removeLeftovers() == [name])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["zarr.json"])
        }
    }

    @Test func `is told from what is being written`() throws {
        try withNewStore { store, folder in
            let node = try stageRecording(in: store)
            let other = try DirectoryStore(path: folder.path)
            #expect(try other.leftovers() == [])
            #expect(try other.removeLeftovers() == [])
            #expect(try node.publish(as: "0"))
            #expect(try numbers(of: "0", in: folder)?.count == 100)
        }
    }

    @Test func `is removed without what its symbolic links point to`() throws {
        try withNewStore { store, folder in
            try Self.leaveBehind(".zarrwlr-staging-1-x", in: folder, files: ["lock"])
            try Data([1]).write(to: folder.appending(path: "kept"))
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: ".zarrwlr-staging-1-x/link"), withDestinationURL: folder)
            try store.removeLeftovers()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["kept", "zarr.json"])
        }
    }

    @Test func `does not disturb others that begin while it is removed`() throws {
        try withNewStore { _, folder throws in
            let failures = Mutex<[String]>([])
            Parallel.forEach(count: 60, threads: 6) { index in
                do {
                    let store = try DirectoryStore(path: folder.path)
                    if index.isMultiple(of: 2) {
                        _ = try stageRecording(in: store, count: 3).publish(numberedIn: "")
                    } else {
                        for _ in 0..<20 { try store.removeLeftovers() }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
            #expect(failures.withLock { $0 } == [])
            for number in 0..<30 { #expect(try numbers(of: "\(number)", in: folder) == [0, 1, 2]) }
        }
    }
}
