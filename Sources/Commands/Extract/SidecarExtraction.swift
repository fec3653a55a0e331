import Glibc
import Recordings
import Support
import Zarr

/// Writes the sidecar files of a store, or of a group of it and the groups below, to a folder.
struct SidecarExtraction {
    private static let maximumDepth = 32

    let store: any Store
    let streams: CommandStreams
    private var written = 0
    private var alreadyThere = 0
    private var failed = 0

    /// Of `store`, reporting to `streams`.
    init(of store: any Store, _ streams: CommandStreams) {
        self.store = store
        self.streams = streams
    }

    /// Writes the files of the group at `group` and of those below to `folder`: those of a group below to the folder of its name.
    mutating func write(_ group: String, to folder: String) throws(CommandError) -> CommandStatus {
        do {
            try write(group, to: folder, depth: 0)
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError("the sidecars cannot be read", cause: error)
        }
        guard written + alreadyThere + failed > 0 else {
            throw CommandError("no sidecars are kept there; import --sidecars keeps them")
        }
        let others = alreadyThere > 0 ? ", \(alreadyThere) were there already" : ""
        streams.errors("zarrwlr extract: \(written) files written to \(folder)\(others)\n")
        return failed == 0 ? .done : .faults
    }

    private mutating func write(_ group: String, to folder: String, depth: Int) throws {
        guard depth < Self.maximumDepth else { return }
        for array in try SidecarArray.all(in: group, of: store) {
            for file in array.files {
                do {
                    try write(file, of: array, to: folder)
                } catch {
                    failed += 1
                    streams.errors("zarrwlr extract: \("\(file.path): \(error)".escapingControlCharacters)\n")
                }
            }
        }
        let node = try ZarrGroup.open(store, path: group)
        for name in try node.children() {
            let path = node.path(of: name)
            guard (try? ZarrGroup.open(store, path: path)) != nil, StoredSource(of: path, in: store) == nil else {
                continue
            }
            try write(path, to: "\(folder)/\(name)", depth: depth + 1)
        }
    }

    private mutating func write(_ file: SidecarFile, of array: SidecarArray, to folder: String) throws {
        let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }) else {
            throw CommandError("is no path below a folder")
        }
        var bytes: [UInt8] = []
        let digest = try MessageDigest.sha256()
        try array.forEachPiece(of: file) { piece in
            digest.update(piece)
            bytes += piece
        }
        guard digest.finish().hexadecimal == file.sha256 else {
            throw CommandError("does not have its SHA-256: the store is damaged")
        }
        guard let place = try Self.place(for: bytes, at: "\(folder)/\(file.path)") else {
            alreadyThere += 1
            return
        }
        try Self.makeFolders(above: place)
        try OutputFile.write(place) { write throws(CommandError) in
            // Typed throws do not pass through withUnsafeBytes.
            let result = bytes.withUnsafeBytes { bytes in
                Result { () throws(CommandError) in try write(bytes) }
            }
            try result.get()
        }
        written += 1
    }

    /// Where a file of `bytes` goes that is to be at `path`: there or, if another file is there, under a name with a number before the
    /// extension. Nil if it is there already.
    private static func place(for bytes: [UInt8], at path: String) throws(ImportError) -> String? {
        let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let dot = path[name...].lastIndex(of: ".").flatMap { $0 > name ? $0 : nil } ?? path.endIndex
        var number = 0
        while true {
            let place = number == 0 ? path : "\(path[..<dot])~\(number)\(path[dot...])"
            guard place.withFileName({ access($0, F_OK) }) == 0 else { return place }
            let file = try SourceFile(path: place)
            if file.byteCount == UInt64(bytes.count), try file.bytes(0..<file.byteCount) == bytes { return nil }
            number += 1
        }
    }

    private static func makeFolders(above path: String) throws(CommandError) {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            let folder = String(path[..<slash])
            guard folder.withFileName({ mkdir($0, 0o777) }) == 0 || errno == EEXIST else {
                throw CommandError("cannot make the folder", cause: SystemError("mkdir", folder))
            }
            end = slash
        }
    }
}
