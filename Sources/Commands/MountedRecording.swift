import CLinux
import Glibc
import Support

/// The recording that a file of a mount shows.
enum MountedRecording {
    /// The store of the mount that the file at `path` is in, and the path of its recording in that store.
    ///
    /// A mount says both in extended attributes. If it has none, the list of mounts has what is probably the store, and the path below the
    /// mountpoint names the recording.
    static func find(_ path: String) throws(CommandError) -> (store: String, recording: String) {
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0, let resolved = FilePath.resolved(path) else {
            throw CommandError("cannot look at the file", cause: SystemError("stat", path))
        }
        // Directories have these attributes, too, and are no recordings.
        let isFile = status.st_mode & S_IFMT == S_IFREG
        if isFile, let store = attribute("user.zarrwlr.store", of: path),
            let recording = attribute("user.zarrwlr.path", of: path)
        {
            return (store, recording.trimmingSlashes)
        }
        guard let mount = MountTable.entry(of: resolved), mount.type.hasPrefix("fuse."), mount.root == "/", isFile
        else {
            throw CommandError(
                "\(path): is no recording in a mount of zarrwlr-mount; give a store and a recording: STORE RECORDING")
        }
        return (mount.source, String(resolved.dropFirst(mount.path.count)).trimmingSlashes)
    }

    /// The extended attribute `name` of the file at `path`; nil if there is none.
    private static func attribute(_ name: String, of path: String) -> String? {
        var value = [UInt8](repeating: 0, count: 64 << 10)
        let count = path.withFileName { getxattr($0, name, &value, value.count) }
        return count > 0 ? String(fileBytes: value.prefix(count)) : nil
    }
}
