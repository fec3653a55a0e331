import Foundation
import Glibc
import Support
import Synchronization
import TestSupport

@testable import Zarr

/// A store to be copied: groups, recordings, an array, an empty value, and what belongs to no node.
struct CopyFixture {
    static let recordings = ["lake/north/0", "pond/0", "pond/1", "pond/2"]
    static let nodes = recordings + ["pond/plain"]
    /// What is passed over.
    static let strangers = ["README", "pond/notes", "pond/x.txt"]

    let folder: URL
    /// The folder beside it in which the copy is made.
    let copy: URL

    /// A folder in memory, where syncing costs nothing, if there is one.
    static let memory =
        access("/dev/shm", W_OK) == 0 ? URL(filePath: "/dev/shm") : FileManager.default.temporaryDirectory

    /// Calls `body` with one, which is removed afterwards.
    static func with<T>(_ body: (CopyFixture) throws -> T) throws -> T {
        let directory = memory.appending(path: "zarrwlr-copy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(CopyFixture(in: directory))
    }

    /// A new one in `directory`, which is made.
    init(in directory: URL) throws {
        self.init(folder: directory.appending(path: "source.zarr"), copy: directory.appending(path: "copy.zarr"))
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try fill()
    }

    init(folder: URL, copy: URL) {
        self.folder = folder
        self.copy = copy
    }

    private func fill() throws {
        let store = try DirectoryStore.create(path: folder.path)
        try ZarrGroup.replaceAttributes(in: store, path: "", with: ["site": "reserve"])
        for (number, path) in Self.recordings.enumerated() {
            let group = path.split(separator: "/").dropLast().joined(separator: "/")
            try ZarrGroup.create(in: store, path: group, attributes: ["name": group])
            let node = try stageRecording(in: store, count: 70 * (number + 1))
            _ = try node.publish(as: path)
        }
        let plain = try store.stageNode()
        let writer = ArrayWriter(in: plain, .bytes)
        try writer.append(Array("some bytes".utf8))
        try writer.finish()
        _ = try plain.publish(as: "pond/plain")
        try put("pond/1/index/empty", [])
        for key in ["README", "pond/x.txt", "pond/notes/a", ".zarrwlr-staging-1-a/node/k"] { try put(key, [1]) }
    }

    /// Puts `bytes` into the file `key` of the source, or of the copy.
    func put(_ key: String, _ bytes: [UInt8], inCopy: Bool = false) throws {
        let file = (inCopy ? copy : folder).appending(path: key)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    var source: any Store { get throws { try DirectoryStore(path: folder.path) } }

    /// Copies `path` of `source`, and returns what became of each node that is not a group.
    @discardableResult
    func copy(
        _ path: String = "", from source: (any Store)? = nil, threads: Int = 2,
        willChange: @escaping StoreChanges.Observer = { _, _ throws(SystemError) in },
        cancellation: Cancellation = Cancellation { nil },
        progress: @escaping @Sendable (StoreCopy.Progress) -> Void = { _ in }
    ) throws -> [String: String] {
        let source = try source ?? self.source
        let document = try StoreCopy.rootDocument(of: source, for: path, wholeType: "original_audio_file")
        _ = try DirectoryStore.create(path: copy.path, document: document)
        let destination = try DirectoryStore(path: copy.path, willChange: willChange)
        try destination.removeLeftovers()
        let copy = StoreCopy(
            from: source, to: destination, wholeType: "original_audio_file", threads: threads,
            cancellation: cancellation)
        var outcomes: [String: String] = [:]
        try copy.run(path, progress: progress) { path, outcome in
            switch outcome {
            case .copied: outcomes[path] = "copied"
            case .alreadyThere: outcomes[path] = "there"
            case .group: break
            case .passedOver(let reason): outcomes[path] = reason
            case .failed(let error): outcomes[path] = "failed: \(error)"
            case .untried: outcomes[path] = "untried"
            }
        }
        return outcomes
    }

    /// The nodes of the copy that are not there, or other ones than in the source; groups by their documents.
    func differences() throws -> [String] {
        let (ours, theirs) = (try values(of: folder), try values(of: copy))
        let different = Set(ours.keys).union(theirs.keys).filter { ours[$0] != theirs[$0] }
        return Set(different.map { key in Self.nodes.first { key.hasPrefix("\($0)/") } ?? key }).sorted()
    }

    /// The files of the store at `folder` that belong to its nodes.
    private func values(of folder: URL) throws -> [String: Data] {
        var values: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            guard !name.hasPrefix("."), !Self.strangers.contains(where: { name == $0 || name.hasPrefix("\($0)/") }),
                let bytes = FileManager.default.contents(atPath: folder.appending(path: name).path)
            else { continue }
            values[name] = bytes
        }
        return values
    }
}
