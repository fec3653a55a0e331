import CLinux
import Glibc

/// The way to a file, one name after the other, and through symbolic links only as far as they stay in the store or lead to the
/// folders that the user permits.
struct LinkWalk {
    /// The most symbolic links on one way, as for the kernel.
    private static let maximumLinkCount = 40

    private let targets: LinkTargets
    private let followsLinks: Bool
    /// The folders from the store's, or a target's, down to where the walk is.
    private var folders: [OwnedDescriptor]
    /// Their names, but for the first.
    private var names: [Substring] = []
    /// The names that are still to come, the next one last.
    private var rest: [Substring] = []
    private var linkCount = 0

    /// A walk that begins at `start`.
    init(from start: OwnedDescriptor, targets: LinkTargets, followsLinks: Bool) {
        self.targets = targets
        self.followsLinks = followsLinks
        folders = [start]
    }

    /// Opens `path`, as openat(2) does: a descriptor, or -1 with errno set, which is EXDEV if a link leads where none may.
    consuming func open(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        rest = path.split(separator: "/").reversed()
        while let name = rest.popLast() {
            let isLast = rest.isEmpty
            if name == "." { continue }
            if name == ".." {
                guard goUp() else { return -1 }
                continue
            }
            guard let kind = kind(of: name) else {
                guard isLast, errno == ENOENT, flags & O_CREAT != 0 else { return -1 }
                return openHere(String(name), flags | O_NOFOLLOW, mode)
            }
            if kind == S_IFLNK, !(isLast && flags & O_NOFOLLOW != 0) {
                guard follow(name) else { return -1 }
            } else if isLast {
                return openHere(String(name), flags | O_NOFOLLOW, mode)
            } else {
                let folder = openHere(String(name), zwl_o_path | O_DIRECTORY | O_NOFOLLOW, 0)
                guard folder >= 0 else { return -1 }
                folders.append(OwnedDescriptor(descriptor: folder))
                names.append(name)
            }
        }
        return openHere(".", flags, mode)
    }

    private func openHere(_ name: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        guard let folder = folders.last else { return -1 }
        return withExtendedLifetime(folder) { openat(folder.descriptor, name, flags | O_CLOEXEC, mode) }
    }

    /// The file type of `name`; nil with errno set if it cannot be had.
    private func kind(of name: Substring) -> mode_t? {
        let opened = openHere(String(name), zwl_o_path | O_NOFOLLOW, 0)
        guard opened >= 0 else { return nil }
        defer { close(opened) }
        var status = stat()
        return fstat(opened, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    /// Continues where the link `name` leads; false with errno set if that is not permitted.
    private mutating func follow(_ name: Substring) -> Bool {
        linkCount += 1
        guard followsLinks, linkCount <= Self.maximumLinkCount, let folder = folders.last else {
            errno = ELOOP
            return false
        }
        let target = withExtendedLifetime(folder) { String(name).linkTarget(in: folder.descriptor) }
        guard let target else { return false }
        if target.hasPrefix("/") { return jump(to: LinkTargets.names(of: target) + rest.reversed()) }
        rest += target.split(separator: "/").reversed()
        return true
    }

    private mutating func goUp() -> Bool {
        if folders.count > 1 {
            folders.removeLast()
            names.removeLast()
            return true
        }
        guard let path = folders.first?.realPath else {
            errno = EXDEV
            return false
        }
        return jump(to: LinkTargets.names(of: path).dropLast() + rest.reversed())
    }

    /// Continues at `path`, an absolute path; false with errno set if it lies in no target.
    private mutating func jump(to path: [Substring]) -> Bool {
        // What comes after a link may go up, too.
        guard let (target, rest) = targets.target(of: LinkTargets.names(of: path.joined(separator: "/"))) else {
            errno = EXDEV
            return false
        }
        folders = [target.folder]
        names = []
        self.rest = rest.reversed()
        return true
    }
}
