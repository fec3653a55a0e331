import Foundation
import TestSupport

/// A folder as programs see it, and what of it is certain to be there after a power cut.
///
/// POSIX promises of a file only what was synced, of a name only what the sync of its folder has kept, and one thing more: a name that is
/// changed by rename(2) is the old one or the new one.
struct SimulatedDisk {
    /// The bytes of a file at one time.
    fileprivate final class Bytes {
        let all: [UInt8]

        init(_ all: [UInt8]) {
            self.all = all
        }
    }

    fileprivate struct File {
        var now = Bytes([])
        /// What was last synced; empty for a new file.
        var kept = Bytes([])
    }

    private enum Node {
        case file(File)
        case folder(now: [String: Int], kept: [String: Int])
    }

    /// What a name in a folder is to be.
    private struct Entry {
        let folder: Int
        let name: String
        /// nil: nothing.
        let node: Int?
    }

    /// The first is the folder above, in which the folder has the name "".
    private var nodes: [Node] = [.folder(now: [:], kept: [:])]
    /// Changes to names that were made and not synced, in their order. What one of them changes is changed at once.
    private var pending: [[Entry]] = []

    /// The folder at `root` as it is, all of it on the disk; nothing if it is not there.
    init(_ root: URL) throws {
        guard FileManager.default.fileExists(atPath: root.path) else { return }
        try add(root, named: "", in: 0)
        keepAll()
    }

    private mutating func add(_ url: URL, named name: String, in folder: Int) throws {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        if isFolder.boolValue {
            let node = make(.folder(now: [:], kept: [:]), named: name, in: folder)
            for inner in try FileManager.default.contentsOfDirectory(atPath: url.path) {
                try add(url.appending(path: inner), named: inner, in: node)
            }
        } else {
            make(.file(File(now: Bytes(Array(try Data(contentsOf: url))))), named: name, in: folder)
        }
    }

    // MARK: - Changes

    /// Why a change cannot be carried out: the recording of changes misses something.
    struct Fault: Error {
        let path: String
    }

    /// Carries out `change`.
    mutating func apply(_ change: RecordedChange) throws {
        switch change {
        case .madeFile(let path): try make(.file(File()), at: path)
        case .madeFolder(let path): try make(.folder(now: [:], kept: [:]), at: path)
        case .wrote(let path, let offset, let bytes):
            try edit(path) { all in
                if all.count < offset { all += [UInt8](repeating: 0, count: offset - all.count) }
                all.replaceSubrange(offset..<min(offset + bytes.count, all.count), with: bytes)
            }
        case .cut(let path, let byteCount):
            try edit(path) { all in
                all = Array(all.prefix(byteCount)) + [UInt8](repeating: 0, count: max(byteCount - all.count, 0))
            }
        case .removed(let path): rename([try entry(path, nil)])
        case .renamed(let path, let new):
            rename([try entry(path, nil), try entry(new, node(path))])
        case .exchanged(let path, let other):
            rename([try entry(path, node(other)), try entry(other, node(path))])
        case .linked(let path, let new): rename([try entry(new, node(path))])
        case .synced(let path): keep(try node(path))
        case .syncedAbove: keep(0)
        case .syncedFileSystem: keepAll()
        case .printed: break
        }
    }

    private mutating func make(_ node: Node, at path: String) throws {
        let place = try entry(path, nil)
        make(node, named: place.name, in: place.folder)
    }

    @discardableResult
    private mutating func make(_ node: Node, named name: String, in folder: Int) -> Int {
        nodes.append(node)
        rename([Entry(folder: folder, name: name, node: nodes.count - 1)])
        return nodes.count - 1
    }

    private mutating func edit(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        let node = try node(path)
        guard case .file(var file) = nodes[node] else { throw Fault(path: path) }
        var all = file.now.all
        body(&all)
        file.now = Bytes(all)
        nodes[node] = .file(file)
    }

    private mutating func rename(_ entries: [Entry]) {
        for entry in entries {
            guard case .folder(var now, let kept) = nodes[entry.folder] else { continue }
            now[entry.name] = entry.node
            nodes[entry.folder] = .folder(now: now, kept: kept)
        }
        pending.append(entries)
    }

    private func node(_ path: String) throws -> Int {
        var node = 0
        for name in [""] + path.split(separator: "/").map(String.init) {
            guard case .folder(let now, _) = nodes[node], let next = now[name] else { throw Fault(path: path) }
            node = next
        }
        return node
    }

    private func entry(_ path: String, _ node: Int?) throws -> Entry {
        guard !path.isEmpty else { return Entry(folder: 0, name: "", node: node) }
        var names = path.split(separator: "/").map(String.init)
        let name = names.removeLast()
        return Entry(folder: try self.node(names.joined(separator: "/")), name: name, node: node)
    }

    // MARK: - Syncs

    private mutating func keep(_ node: Int) {
        switch nodes[node] {
        case .file(var file):
            file.kept = file.now
            nodes[node] = .file(file)
        case .folder: keepNames { $0.contains { $0.folder == node } }
        }
    }

    private mutating func keepAll() {
        keepNames { _ in true }
        for index in nodes.indices {
            if case .file = nodes[index] { keep(index) }
        }
    }

    /// Keeps those of the pending changes that `isSynced`, and those before them that are of the same names.
    private mutating func keepNames(_ isSynced: ([Entry]) -> Bool) {
        var isKept = pending.map(isSynced)
        for (index, entries) in pending.enumerated().reversed() where !isKept[index] {
            isKept[index] = pending.indices.dropFirst(index + 1).contains { later in
                isKept[later]
                    && pending[later].contains { new in
                        entries.contains { $0.folder == new.folder && $0.name == new.name }
                    }
            }
        }
        for (index, entries) in pending.enumerated() where isKept[index] {
            for entry in entries {
                guard case .folder(let now, var kept) = nodes[entry.folder] else { continue }
                kept[entry.name] = entry.node
                nodes[entry.folder] = .folder(now: now, kept: kept)
            }
        }
        pending = zip(pending, isKept).filter { !$1 }.map(\.0)
    }

    // MARK: - Power cuts

    /// What is on the disk of the bytes of a file that were written and not synced.
    enum Survival: Hashable, CaseIterable {
        case nothing, zeros, half, all
    }

    /// A power cut, and what it leaves of what was not synced.
    struct PowerCut: Sendable {
        /// Whether the change of a name with that number is on the disk.
        fileprivate let keepsName: @Sendable (Int) -> Bool
        /// What is on the disk of the file with that number.
        fileprivate let survival: @Sendable (Int) -> Survival

        /// Everything that was written is there.
        static let late = PowerCut(keepsName: { _ in true }, survival: { _ in .all })

        /// The extremes.
        private static let extremes = Survival.allCases.flatMap { survival in
            [true, false].map { keepsNames in PowerCut(keepsName: { _ in keepsNames }, survival: { _ in survival }) }
        }

        /// One by chance.
        private static func random(seed: UInt64) -> PowerCut {
            @Sendable func number(_ index: Int) -> Int {
                var random = RepeatableRandom(seed: seed ^ UInt64(index) << 32)
                return Int(random.next() >> 60)
            }
            return PowerCut(keepsName: { number($0) % 2 == 0 }) { Survival.allCases[number(~$0 & 0xFFFF) % 4] }
        }

        /// The extremes, and some by chance.
        static func some(_ random: inout RepeatableRandom) -> [PowerCut] {
            extremes + (0..<4).map { _ in .random(seed: random.next()) }
        }
    }

    /// The folder as it may be after a power cut.
    struct State: Hashable {
        struct Content: Hashable {
            private let now: Bytes
            private let kept: Bytes
            private let survival: Survival

            fileprivate init(_ file: File, _ survival: Survival) {
                (now, kept) = (file.now, file.kept)
                self.survival = file.now === file.kept ? .all : survival
            }

            var bytes: [UInt8] {
                switch survival {
                case .all: now.all
                case .nothing: kept.all
                case .half: Array(now.all.prefix(now.all.count / 2))
                case .zeros: kept.all + [UInt8](repeating: 0, count: max(now.all.count - kept.all.count, 0))
                }
            }

            static func == (one: Content, other: Content) -> Bool {
                one.now === other.now && one.kept === other.kept && one.survival == other.survival
            }

            func hash(into hasher: inout Hasher) {
                hasher.combine(ObjectIdentifier(now))
                hasher.combine(ObjectIdentifier(kept))
                hasher.combine(survival)
            }
        }

        /// The files, and the folders (nil), by their paths.
        fileprivate(set) var contents: [String: Content?] = [:]

        /// The bytes of the files, and nil for the folders, by their paths.
        var bytes: [String: [UInt8]?] { contents.mapValues { $0?.bytes } }

        /// Writes the folder to `root`, which is not there.
        func write(to root: URL) throws {
            for (path, content) in contents.sorted(by: { $0.key < $1.key }) {
                let url = path.isEmpty ? root : root.appending(path: path)
                if let content {
                    try Data(content.bytes).write(to: url)
                } else {
                    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
                }
            }
        }
    }

    /// The folder as programs see it.
    var now: State { state(after: .late) }

    /// The folder after `cut`; if `isWhole` is false, only what readers of a store see of it.
    func state(after cut: PowerCut, isWhole: Bool = true) -> State {
        var names = nodes.map { node -> [String: Int] in
            guard case .folder(_, let kept) = node else { return [:] }
            return kept
        }
        for (number, entries) in pending.enumerated() where cut.keepsName(number) {
            for entry in entries { names[entry.folder][entry.name] = entry.node }
        }
        var state = State()
        func add(_ node: Int, _ path: String) {
            switch nodes[node] {
            case .file(let file): state.contents[path] = State.Content(file, cut.survival(node))
            case .folder:
                state.contents.updateValue(nil, forKey: path)
                for (name, inner) in names[node] where isWhole || !name.hasPrefix(".zarrwlr-staging-") {
                    add(inner, path.isEmpty ? name : "\(path)/\(name)")
                }
            }
        }
        if let root = names[0][""] { add(root, "") }
        return state
    }
}
