import Foundation

/// A change to a folder, or a line of output, that Tests/Preload/record_changes.c has recorded. Paths are relative to the folder, which
/// is the empty path itself.
enum RecordedChange {
    case madeFile(String)
    case madeFolder(String)
    case wrote(String, offset: Int, bytes: [UInt8])
    case cut(String, byteCount: Int)
    case removed(String)
    case renamed(String, to: String)
    case exchanged(String, with: String)
    case linked(String, as: String)
    /// A file or a folder was synced.
    case synced(String)
    /// The folder that the folder is in was synced.
    case syncedAbove
    case syncedFileSystem
    case printed([UInt8])

    /// Why a record cannot be read.
    struct Fault: Error {
        let record: Int
        let kind: Character
    }

    /// The changes below the folder `root` that `records` are of.
    static func all(in records: [UInt8], root: String) throws -> [RecordedChange] {
        var changes: [RecordedChange] = []
        var rest = records[...]
        func number(_ byteCount: Int) -> Int {
            let bytes = rest.prefix(byteCount)
            rest = rest.dropFirst(byteCount)
            return bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        func bytes(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        while !rest.isEmpty {
            let kind = Character(Unicode.Scalar(UInt8(number(1))))
            let offset = number(8)
            let (pathCount, dataCount) = (number(4), number(4))
            let path = String(decoding: bytes(pathCount), as: UTF8.self)
            let data = bytes(dataCount)
            guard let change = RecordedChange(kind, path, offset, data, root: root) else {
                throw Fault(record: changes.count, kind: kind)
            }
            changes.append(change)
        }
        return changes
    }

    private init?(_ kind: Character, _ path: String, _ offset: Int, _ data: [UInt8], root: String) {
        func relative(_ path: String) -> String { String(path.dropFirst(root.count).drop { $0 == "/" }) }
        let isAbove = !path.isEmpty && root.hasPrefix("\(path)/")
        let (name, other) = (relative(path), relative(String(decoding: data, as: UTF8.self)))
        switch kind {
        case "C": self = .madeFile(name)
        case "D": self = .madeFolder(name)
        case "W": self = .wrote(name, offset: offset, bytes: data)
        case "T": self = .cut(name, byteCount: offset)
        case "U": self = .removed(name)
        case "R": self = .renamed(name, to: other)
        case "X": self = .exchanged(name, with: other)
        case "L": self = .linked(name, as: other)
        case "F": self = isAbove ? .syncedAbove : .synced(name)
        case "S": self = .syncedFileSystem
        case "P": self = .printed(data)
        default: return nil
        }
    }
}
