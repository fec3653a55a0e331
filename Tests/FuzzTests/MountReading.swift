import Foundation
import TestSupport

/// What a mount gives of the WAV files of a store, read in pieces; nil stands for pieces that cannot be read. Coded files are read, too, but
/// not kept.
struct MountReading {
    struct File {
        let name: String
        let size: Int
        let pieces: [[UInt8]?]
    }

    static let pieceByteCount = 16_384

    /// Whether this process can mount.
    static var isPossible: Bool { access("/dev/fuse", R_OK | W_OK) == 0 }

    /// The files of each group of the store's root.
    private(set) var files: [String: [File]] = [:]

    /// Mounts `store` at a new folder in `folder`, reads all files below it within `seconds`, and unmounts it.
    init(_ store: URL, in folder: URL, seconds: Int) throws {
        let mountpoint = folder.appending(path: "mount")
        try FileManager.default.createDirectory(at: mountpoint, withIntermediateDirectories: true)
        let program = LimitedRun.folder.appending(path: "zarrwlr-mount").path
        let log = folder.appending(path: "mount.log")
        let options = "catalogue=\(folder.path)/catalogue.db,log=\(log.path),views=coded:sums"
        let mount = Process()
        mount.executableURL = URL(filePath: "/usr/bin/timeout")
        mount.arguments = ["-k", "2", "\(seconds)", program, "-f", store.path, mountpoint.path, "-o", options]
        mount.standardError = FileHandle.nullDevice
        try mount.run()
        defer { if Self.isMounted(mountpoint) { _ = try? TestSupport.run("fusermount3", "-uz", mountpoint.path) } }
        while !Self.isMounted(mountpoint), mount.isRunning { usleep(10_000) }
        do {
            for group in try Self.names(in: mountpoint.path) where group.hasPrefix("m") {
                files[group] = try Self.files(below: "\(mountpoint.path)/\(group)").filter { $0.name.hasSuffix(".wav") }
            }
            _ = try Self.files(below: "\(mountpoint.path)/coded")
        } catch let error as POSIXError {
            mount.waitUntilExit()
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            throw Crash(problem: "the mount ended while it was read (\(error.code)): \(text.suffix(400))")
        }
        _ = try TestSupport.run("fusermount3", "-u", mountpoint.path)
        mount.waitUntilExit()
        guard mount.terminationReason == .exit, mount.terminationStatus == 0 else {
            throw Crash(problem: "the mount ended with status \(mount.terminationStatus)")
        }
    }

    private static func isMounted(_ mountpoint: URL) -> Bool {
        let list = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        return list.contains(" \(mountpoint.path) ")
    }

    /// All files below `folder`; those in it that cannot be opened have no pieces that can be read.
    private static func files(below folder: String) throws -> [File] {
        try names(in: folder).flatMap { name -> [File] in
            let path = "\(folder)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0 else {
                try checkConnection()
                return [File(name: name, size: -1, pieces: [])]
            }
            return try status.st_mode & S_IFMT == S_IFDIR
                ? files(below: path)
                : [
                    File(
                        name: name, size: Int(status.st_size),
                        pieces: pieces(of: path, size: Int(status.st_size)))
                ]
        }
    }

    private static func pieces(of path: String, size: Int) throws -> [[UInt8]?] {
        let starts = stride(from: 0, to: size, by: pieceByteCount)
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else {
            try checkConnection()
            return starts.map { _ in nil }
        }
        defer { close(descriptor) }
        return try starts.map { start in
            var bytes = [UInt8](repeating: 0, count: min(pieceByteCount, size - start))
            var filled = 0
            // A read that runs into something that cannot be read ends before it.
            while filled < bytes.count {
                let count = bytes.withUnsafeMutableBytes {
                    pread(descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled, start + filled)
                }
                if count < 0 { try checkConnection() }
                guard count > 0 else { return count < 0 ? nil : Array(bytes.prefix(filled)) }
                filled += count
            }
            return bytes
        }
    }

    /// Throws if the last call failed since the mount is gone.
    private static func checkConnection() throws {
        if let code = POSIXErrorCode(rawValue: errno), [.ENOTCONN, .ECONNABORTED, .ENODEV].contains(code) {
            throw POSIXError(code)
        }
    }

    /// The names in the folder at `path`, also those that are no UTF-8 as far as they can be.
    private static func names(in path: String) throws -> [String] {
        guard let folder = opendir(path) else {
            try checkConnection()
            return []
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
