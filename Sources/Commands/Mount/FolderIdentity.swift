import Glibc
import Support

/// Which folder is at a path: another one may take its place under the same name.
struct FolderIdentity: Equatable, Sendable {
    private let device: dev_t
    private let inode: ino_t

    /// The folder at `path`, links followed; nil if there is none, or it cannot be looked at.
    init?(_ path: String) {
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
    }
}
