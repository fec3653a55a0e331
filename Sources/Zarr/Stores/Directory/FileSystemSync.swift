import CLinux
import Glibc
import Support

/// Whether all that a file system has not yet written can be waited for at once: for hundreds of small files, this takes as long as
/// fsync(2) for a few.
enum FileSystemSync {
    /// The local file systems, of which syncfs(2) is known to wait for bytes and names, by their numbers in statfs(2).
    private static let kinds: Set<Int> = [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x0102_1994]

    /// Whether syncfs(2) of `folder` would keep all that was written below it, and report what could not be written.
    static func isReliable(for folder: OwnedDescriptor) -> Bool {
        var status = statfs()
        guard reportsErrors, fstatfs(folder.descriptor, &status) == 0 else { return false }
        return kinds.contains(Int(status.f_type))
    }

    /// Whether this kernel's syncfs(2) reports errors of writing: Linux 5.8 and later.
    private static let reportsErrors: Bool = {
        var name = utsname()
        guard uname(&name) == 0 else { return false }
        let release = withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (5, 8)
    }()
}
