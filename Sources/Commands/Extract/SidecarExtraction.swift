import Glibc
import Recordings
import Support
import Zarr

/// Writes the sidecar files of a store, or of a group of it and the groups below, to a folder.
struct SidecarExtraction {
    private static let maximumDepth = 32

    let store: any Store
    /// The folder to write to.
    let folder: String
    let report: ExtractReport

    /// Writes the files of the group at `group` and of those below to the folder: those of a group below to the folder of its name.
    func run(_ group: String) throws(CommandError) {
        do {
            try write(group, below: "", depth: 0)
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError("the sidecars cannot be read", cause: error)
        }
    }

    /// Writes the files of the group at `group` to the folder, below `prefix`, which is empty or ends with a slash.
    private func write(_ group: String, below prefix: String, depth: Int) throws {
        guard depth < Self.maximumDepth else { return }
        for array in try SidecarArray.all(in: group, of: store) {
            for file in array.files { write(file, of: array, below: prefix) }
        }
        let node = try ZarrGroup.open(store, path: group)
        for name in try node.children() {
            let path = node.path(of: name)
            guard (try? ZarrGroup.open(store, path: path)) != nil, StoredSource(of: path, in: store) == nil else {
                continue
            }
            try write(path, below: "\(prefix)\(name)/", depth: depth + 1)
        }
    }

    private func write(_ file: SidecarFile, of array: SidecarArray, below prefix: String) {
        let path = "\(prefix)\(file.path)"
        do {
            try report.checkInterruption()
            if try write(file, of: array, to: "\(folder)/\(path)") {
                report.wrote(path, byteCount: file.byteCount)
            } else {
                report.find(path)
            }
        } catch {
            let described: any DescribedError = (error as? any DescribedError) ?? CommandError("\(error)")
            report.fail(path, recording: nil, described)
        }
    }

    /// Writes `file` to `wanted`, or under another name there, and returns false if it is there already.
    private func write(_ file: SidecarFile, of array: SidecarArray, to wanted: String) throws -> Bool {
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
        guard let place = try Self.place(for: bytes, at: wanted) else { return false }
        try Self.makeFolders(above: place)
        try OutputFile.write(place) { write throws(CommandError) in
            // Typed throws do not pass through withUnsafeBytes.
            let result = bytes.withUnsafeBytes { bytes in
                Result { () throws(CommandError) in try write(bytes) }
            }
            try result.get()
        }
        return true
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
