import CLinux
import Glibc
import Support

/// The folders outside of a store that symbolic links in it may lead to, because the user named them.
public struct LinkTargets: Sendable {
    struct Target: Sendable {
        /// The absolute path of the folder, or the path under which the user named it, as names.
        let names: [Substring]
        let folder: OwnedDescriptor
    }

    private let targets: [Target]

    /// No folder.
    public init() {
        targets = []
    }

    /// The folders at `paths`, which are absolute. Throws if one of them cannot be opened.
    public init(_ paths: [String]) throws(StoreError) {
        var targets: [Target] = []
        for path in paths {
            let descriptor = path.withFileName { open($0, zwl_o_path | O_DIRECTORY | O_CLOEXEC) }
            guard descriptor >= 0 else {
                throw StoreError("cannot follow links to \(path)", key: "", system: SystemError("open", path))
            }
            let folder = OwnedDescriptor(descriptor: descriptor)
            targets.append(Target(names: Self.names(of: path), folder: folder))
            // Links may name the same folder by its own path.
            if let real = folder.realPath { targets.append(Target(names: Self.names(of: real), folder: folder)) }
        }
        self.targets = targets
    }

    var isEmpty: Bool { targets.isEmpty }

    /// The target that `names`, an absolute path, lie in or are, and the names below it; nil if there is none.
    func target(of names: [Substring]) -> (target: Target, rest: ArraySlice<Substring>)? {
        let target = targets.filter { names.starts(with: $0.names) }.max { $0.names.count < $1.names.count }
        return target.map { ($0, names[$0.names.count...]) }
    }

    /// The names of the absolute path `path`, `.` and `..` resolved.
    static func names(of path: some StringProtocol) -> [Substring] {
        var names: [Substring] = []
        for name in Substring(path).split(separator: "/") where name != "." {
            if name == ".." { _ = names.popLast() } else { names.append(name) }
        }
        return names
    }
}

extension OwnedDescriptor {
    /// The absolute path of the folder or file; nil if it cannot be had, or is not UTF-8.
    var realPath: String? {
        "/proc/self/fd/\(descriptor)".linkTarget(in: AT_FDCWD).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
}

extension String {
    /// What the symbolic link at this path, relative to the folder open at `folder`, says; nil with errno set if it cannot be read, or
    /// is not UTF-8.
    func linkTarget(in folder: Int32) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(folder, self, &bytes, bytes.count)
        guard count >= 0 else { return nil }
        guard count < bytes.count,
            let target = String(validating: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        else {
            errno = EILSEQ
            return nil
        }
        return target
    }
}
