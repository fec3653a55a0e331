import Foundation
import TestSupport

/// Ways in which the folder of a recording is damaged.
enum StoreDamage: CaseIterable {
    case chunk, document, missingChunk, swappedChunks, foreignChunk, missingDocument, missingArray, swappedDocuments
    case foreignDocument, strangeEntry

    /// What was done to a recording.
    struct Report {
        var text: String
        /// Whether only bytes of chunks are not what they were: checksums prove that.
        var isOfChunks = true
        /// Whether a file has more bytes than before: a shard may have some that belong to no chunk.
        var isLonger = false
        /// Whether checksums themselves are gone, so that nothing proves what they were of.
        var losesChecksums = false
    }

    /// How often each is chosen.
    private static let frequent: [StoreDamage] =
        allCases + Array(repeating: .chunk, count: 10) + Array(repeating: .document, count: 12)

    static func random(_ random: inout RepeatableRandom) -> StoreDamage {
        frequent[Int.random(in: 0..<frequent.count, using: &random)]
    }

    /// Damages the group in `folder` as `random` chooses. `foreign` is the folder of a group of another recording.
    func apply(in folder: URL, foreign: URL, by random: inout RepeatableRandom) throws -> Report {
        let files = try Self.files(below: folder)
        let chunks = files.filter { !$0.hasSuffix("zarr.json") }
        let documents = files.filter { $0.hasSuffix("zarr.json") }
        guard !chunks.isEmpty, !documents.isEmpty else { return Report(text: "nothing is left to damage") }
        func chosen(_ names: [String]) -> String { names[Int.random(in: 0..<names.count, using: &random)] }
        switch self {
        case .chunk:
            let name = chosen(chunks)
            let kinds = ByteDamage.allCases
            let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
            let text = try Self.change(name, in: folder) { kind.apply(to: &$0, by: &random) }
            return Report(text: text, isLonger: kind == .grown || kind == .doubled)
        case .document:
            let name = chosen(documents)
            let kinds = DocumentDamage.allCases
            let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
            let text = try Self.change(name, in: folder) { kind.apply(to: &$0, by: &random) }
            return Report(text: text, isOfChunks: false, losesChecksums: Self.hidesChecksums(name))
        case .missingChunk:
            let name = chosen(chunks)
            try FileManager.default.removeItem(at: folder.appending(path: name))
            return Report(text: "\(name) is missing")
        case .swappedChunks:
            let (first, second) = (chosen(chunks), chosen(chunks))
            try Self.swap(first, second, in: folder)
            return Report(text: "\(first) and \(second) swapped")
        case .foreignChunk:
            let name = chosen(chunks)
            let other = chosen(try Self.files(below: foreign).filter { !$0.hasSuffix("zarr.json") })
            try Data(contentsOf: foreign.appending(path: other)).write(to: folder.appending(path: name))
            return Report(text: "\(name) is \(other) of another recording")
        case .missingDocument:
            let name = chosen(documents)
            try FileManager.default.removeItem(at: folder.appending(path: name))
            return Report(text: "\(name) is missing", isOfChunks: false, losesChecksums: Self.hidesChecksums(name))
        case .missingArray:
            let arrays = documents.filter { $0.split(separator: "/").count == 3 }
            guard !arrays.isEmpty else { return Report(text: "nothing is left to damage") }
            let name = chosen(arrays)
            let array = String(name.dropLast("/zarr.json".count))
            try FileManager.default.removeItem(at: folder.appending(path: array))
            return Report(text: "\(array) is missing", isOfChunks: false, losesChecksums: Self.hidesChecksums(name))
        case .swappedDocuments:
            let (first, second) = (chosen(documents), chosen(documents))
            try Self.swap(first, second, in: folder)
            let hides = Self.hidesChecksums(first) || Self.hidesChecksums(second)
            return Report(text: "\(first) and \(second) swapped", isOfChunks: false, losesChecksums: hides)
        case .foreignDocument:
            let name = chosen(documents)
            let other = chosen(try Self.files(below: foreign).filter { $0.hasSuffix("zarr.json") })
            try Data(contentsOf: foreign.appending(path: other)).write(to: folder.appending(path: name))
            return Report(
                text: "\(name) is \(other) of another recording", isOfChunks: false,
                losesChecksums: Self.hidesChecksums(name))
        case .strangeEntry:
            let name = chosen(files)
            let path = folder.appending(path: name)
            try FileManager.default.removeItem(at: path)
            let kind = ["folder", "FIFO", "link to /etc/passwd", "link to itself"][
                Int.random(in: 0..<4, using: &random)]
            switch kind {
            case "folder": try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
            case "FIFO": mkfifo(path.path, 0o644)
            case "link to itself": symlink(path.lastPathComponent, path.path)
            default: symlink("/etc/passwd", path.path)
            }
            return Report(
                text: "\(name) is a \(kind)", isOfChunks: chunks.contains(name),
                losesChecksums: Self.hidesChecksums(name))
        }
    }

    /// Whether there are no checksums of the audio without the document `name`.
    private static func hidesChecksums(_ name: String) -> Bool { name.hasSuffix("audio_crc32c/zarr.json") }

    /// The paths of the files below `folder`, in order.
    static func files(below folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder.appending(path: $0).path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    private static func change(
        _ name: String, in folder: URL, _ body: (inout [UInt8]) -> String
    ) throws -> String {
        let path = folder.appending(path: name)
        var bytes = Array(try Data(contentsOf: path))
        let text = body(&bytes)
        try Data(bytes).write(to: path)
        return "\(name): \(text)"
    }

    private static func swap(_ first: String, _ second: String, in folder: URL) throws {
        let (one, other) = (folder.appending(path: first), folder.appending(path: second))
        let (bytes, others) = (try Data(contentsOf: one), try Data(contentsOf: other))
        try others.write(to: one)
        try bytes.write(to: other)
    }
}
