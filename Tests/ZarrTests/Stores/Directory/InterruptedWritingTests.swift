import Foundation
import Support
import Synchronization
import TestSupport
import Testing

@testable import Zarr

/// A change to a store that holds the recording `0`, which may be interrupted at any system call.
enum InterruptedWork: String, Codable, CaseIterable, Sendable {
    case add, addSeveral, replaceIndex, makeGroup

    func run(in store: DirectoryStore) throws {
        switch self {
        case .add:
            let node = try stageRecording(in: store, count: 70)
            #expect(try node.publish(numberedIn: "") == 1)
        case .addSeveral:
            let nodes = try [70, 3].map { try stageRecording(in: store, count: $0) }
            #expect(try store.publish(nodes, numberedIn: "") == [1, 2])
        case .replaceIndex:
            let node = try store.stageNode()
            let writer = ArrayWriter(in: node, try ArrayPlan(.uint64, chunkRows: 2))
            try writer.append([UInt64](repeating: 3, count: 5))
            try writer.finish()
            try node.replace("0/index")
        case .makeGroup:
            try ZarrGroup.create(in: store, path: "pond/north", attributes: ["x": 1])
        }
    }

    /// What a reader sees of the work in the store at `folder`.
    func result(in folder: URL) throws -> [UInt64]? {
        switch self {
        case .add: return try numbers(of: "1", in: folder)
        case .addSeveral:
            guard let first = try numbers(of: "1", in: folder) else { return try numbers(of: "2", in: folder) }
            return try first + (numbers(of: "2", in: folder) ?? [])
        case .replaceIndex: return try numbers(of: "0", in: folder)
        case .makeGroup:
            let store = try DirectoryStore(path: folder.path)
            let node = try ZarrNode.open(store, path: "pond/north", cache: BlockCache(budget: 0))
            guard case .group(let group)? = node else { return nil }
            guard case .integer(let number)? = try group.attributes(as: [String: JSONValue].self)["x"] else {
                return [0]
            }
            return [UInt64(number)]
        }
    }

    /// Whether the store at `folder` is as it is after the work.
    func isDone(in folder: URL) throws -> Bool {
        let done: [UInt64] =
            switch self {
            case .add: Array(0..<70)
            case .addSeveral: Array(0..<70) + Array(0..<3)
            case .replaceIndex: [3, 3, 3, 3, 3]
            case .makeGroup: [1]
            }
        return try result(in: folder) == done
    }

    /// Whether the store at `folder` is as it was before the work or as it is after it, and nothing in between but the first of several
    /// recordings.
    func isAllOrNothing(in folder: URL) throws -> Bool {
        let old: [UInt64]? = self == .replaceIndex ? Array(0..<40) : nil
        let isUntouched = try self == .replaceIndex || numbers(of: "0", in: folder) == Array(0..<40)
        if try self == .addSeveral && result(in: folder) == Array(0..<70) { return isUntouched }
        return try isUntouched && (result(in: folder) == old || isDone(in: folder))
    }

    /// Calls `body` with a store to work on.
    static func withStore<T>(_ body: (URL) throws -> T) throws -> T {
        try withNewStore { store, folder in
            #expect(try stageRecording(in: store, count: 40).publish(as: "0"))
            return try body(folder)
        }
    }

    /// How many changes the work makes to a store.
    func countSteps() throws -> Int {
        try Self.withStore { folder in
            let counter = StepCounter()
            try run(in: DirectoryStore(path: folder.path) { _, _ throws(SystemError) in _ = counter.next() })
            let steps = counter.next()
            try #require(steps > 20)
            return steps
        }
    }

    /// Checks what must hold after the work was interrupted, and after what it left was removed.
    func checkAfterwards(in folder: URL, _ comment: Comment) throws {
        #expect(try isAllOrNothing(in: folder), comment)
        let store = try DirectoryStore(path: folder.path)
        try store.removeLeftovers()
        #expect(try isAllOrNothing(in: folder), comment)
        #expect(try store.children(of: "").allSatisfy { ["0", "1", "2", "pond"].contains($0) }, comment)
        _ = try stageRecording(in: store, count: 1).publish(numberedIn: "")
    }
}

/// Numbers steps, from 0.
final class StepCounter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}

/// Writing that is interrupted at any step leaves everything or nothing.
struct InterruptedWritingTests {
    @Test(arguments: InterruptedWork.allCases, [ENOSPC, EIO])
    func `writing that an error interrupts leaves all or nothing, and reports what failed`(
        _ work: InterruptedWork, _ code: Int32
    ) throws {
        for failing in 0..<(try work.countSteps()) {
            try InterruptedWork.withStore { folder in
                let counter = StepCounter()
                let failed = Mutex<String?>(nil)
                let store = try DirectoryStore(path: folder.path) { call, path throws(SystemError) in
                    guard counter.next() == failing else { return }
                    failed.withLock { $0 = "\(call) \(path)" }
                    throw SystemError(call, path, code: code)
                }
                let step = "\(work) fails at step \(failing)"
                do {
                    try work.run(in: store)
                    #expect(try work.isDone(in: folder), "\(step) and nothing is reported")
                } catch {
                    let text = "\(error)"
                    #expect(text.contains(String(cString: strerror(code))), "\(step): \(text)")
                    let isAdded = try [.add, .addSeveral].contains(work) && work.result(in: folder) != nil
                    #expect(!isAdded, "\(step): \(text)")
                }
                let call = failed.withLock { $0 } ?? "nothing"
                try work.checkAfterwards(in: folder, "\(step), \(call)")
            }
        }
    }

    @Test(arguments: InterruptedWork.allCases)
    func `writing that a kill interrupts leaves all or nothing`(_ work: InterruptedWork) async throws {
        for last in 0..<(try work.countSteps()) {
            let directory = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-kill-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            let folder = directory.appending(path: "store.zarr")
            #expect(try stageRecording(in: DirectoryStore.create(path: folder.path), count: 40).publish(as: "0"))

            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = folder.path as String, work = work as InterruptedWork, last = last as Int] in
                let counter = StepCounter()
                try work.run(
                    in: DirectoryStore(path: path) { _, _ throws(SystemError) in
                        if counter.next() == last { kill(getpid(), SIGKILL) }
                    })
            }
            try work.checkAfterwards(in: folder, "\(work) is killed at step \(last)")
        }
    }
}
