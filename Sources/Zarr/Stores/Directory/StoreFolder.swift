import CLinux
import Glibc
import Support

/// The folder of a store, and the only way to the files in it: no name leads out of it.
///
/// Whoever can write to a store can put symbolic links into it. Those that stay in the store are followed by readers, those that leave
/// it only to the folders that `LinkTargets` names. What changes the store follows none at all.
struct StoreFolder: Sendable {
    /// Which symbolic links are followed on the way to a file.
    enum Links {
        /// Those that stay in the store, or that lead where the user permits.
        case permitted
        /// None.
        case none
    }

    /// The folder itself.
    let descriptor: OwnedDescriptor
    private let targets: LinkTargets

    /// The folder that is open at `descriptor`, with links out of it to `targets`.
    init(_ descriptor: OwnedDescriptor, targets: LinkTargets = LinkTargets()) {
        self.descriptor = descriptor
        self.targets = targets
    }

    /// Opens `path`, as openat(2) does: a descriptor, or -1 with errno set, which is EXDEV if a link leads out of the store.
    ///
    /// With O_NOFOLLOW, a link that the last name is is not followed.
    func open(_ path: String, _ flags: Int32, mode: mode_t = 0, links: Links) -> Int32 {
        let place = path.isEmpty ? "." : path
        let resolve =
            switch links {
            case .permitted: zwl_resolve_beneath | zwl_resolve_no_magiclinks
            case .none: zwl_resolve_beneath | zwl_resolve_no_symlinks
            }
        // The kernel refuses a mode for a file that is not made.
        let mode = flags & O_CREAT == 0 ? 0 : mode
        for _ in 0..<Self.maximumAttempts {
            let opened = zwl_openat2(descriptor.descriptor, place, flags | O_CLOEXEC, mode, UInt64(resolve))
            if opened >= 0 { return opened }
            switch errno {
            case EAGAIN, EINTR:
                // A folder on the way was renamed meanwhile.
                continue
            case ENOSYS:
                return walk(place, flags, mode, links)
            case EXDEV where links == .permitted && !targets.isEmpty:
                return walk(place, flags, mode, links)
            default:
                return -1
            }
        }
        return -1
    }

    private static let maximumAttempts = 100

    /// Linux before 5.6 has no openat2(2); later ones do not know the user's targets.
    private func walk(_ place: String, _ flags: Int32, _ mode: mode_t, _ links: Links) -> Int32 {
        LinkWalk(from: descriptor, targets: targets, followsLinks: links == .permitted).open(place, flags, mode)
    }

    /// What stat(2) says of `path`; nil with errno set if it fails.
    func status(of path: String, links: Links = .permitted, followsLast: Bool = true) -> stat? {
        let opened = open(path, zwl_o_path | (followsLast ? 0 : O_NOFOLLOW), links: links)
        guard opened >= 0 else { return nil }
        defer { close(opened) }
        var status = stat()
        return fstat(opened, &status) == 0 ? status : nil
    }

    /// Opens the regular file `path` to be read, and says what fstat(2) says of it; nil with errno set if that fails: EISDIR if it is a
    /// folder, and ENXIO if it is anything else, which is never opened, since that may do something.
    func openFile(_ path: String) -> (file: OwnedDescriptor, status: stat)? {
        let name = open(path, zwl_o_path, links: .permitted)
        guard name >= 0 else { return nil }
        defer { close(name) }
        var status = stat()
        guard fstat(name, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            errno = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : ENXIO
            return nil
        }
        let file = Glibc.open("/proc/self/fd/\(name)", O_RDONLY | O_CLOEXEC | O_NOCTTY)
        if file >= 0 { return (OwnedDescriptor(descriptor: file), status) }
        // There may be no /proc, or one that is not for this process.
        return [ENOENT, ENOTDIR, EACCES, EPERM].contains(errno) ? openWithoutProc(path, status) : nil
    }

    /// Opens the file `path`, of which `expected` is known, if /proc is of no use.
    private func openWithoutProc(_ path: String, _ expected: stat) -> (file: OwnedDescriptor, status: stat)? {
        let opened = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK, links: .permitted)
        guard opened >= 0 else { return nil }
        let file = OwnedDescriptor(descriptor: opened)
        var status = stat()
        guard fstat(opened, &status) == 0 else { return nil }
        guard status.st_dev == expected.st_dev, status.st_ino == expected.st_ino else {
            errno = ESTALE
            return nil
        }
        return (file, status)
    }

    /// Calls `body` with the folder that `path` is in and its last name, and returns what that returns: -1 with errno set if it, or
    /// opening the folder, fails. No link is followed.
    func withParent(of path: String, _ body: (_ folder: Int32, _ name: String) -> Int32) -> Int32 {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return body(descriptor.descriptor, path) }
        let parent = open(String(path[..<slash]), zwl_o_path | O_DIRECTORY, links: .none)
        guard parent >= 0 else { return -1 }
        let result = body(parent, String(path[path.index(after: slash)...]))
        let code = errno
        close(parent)
        errno = code
        return result
    }
}
