import CLinux
import Glibc
import Support

/// The kernel's rules on which files a process may open, by path. See landlock(7).
struct Landlock: ~Copyable {
    /// Rights to use a file, or what is in a folder.
    private struct Rights: OptionSet {
        let rawValue: UInt64

        static let writeFile = Rights(rawValue: 1 << 1)
        static let readFile = Rights(rawValue: 1 << 2)
        static let readFolder = Rights(rawValue: 1 << 3)
        static let removeFolder = Rights(rawValue: 1 << 4)
        static let removeFile = Rights(rawValue: 1 << 5)
        static let makeFolder = Rights(rawValue: 1 << 7)
        static let makeFile = Rights(rawValue: 1 << 8)
        /// Moving from one folder to another. Before version 2 that is always forbidden.
        static let refer = Rights(rawValue: 1 << 13)
        static let truncate = Rights(rawValue: 1 << 14)
        /// Those that a file has that is not a folder.
        static let ofFiles: Rights = [.writeFile, .readFile, .truncate]

        static let reading: Rights = [.readFile, .readFolder]
        static let changing: Rights = [.reading, .writeFile, .removeFile, .makeFile, .truncate]

        static let managing: Rights = [.changing, .removeFolder, .makeFolder, .refer]

        /// All rights that `version` of Landlock knows. What is not permitted of them is forbidden.
        static func all(version: Int) -> Rights {
            let count: UInt64 =
                switch version {
                case ...1: 13
                case 2: 14
                case 3, 4: 15
                default: 16
                }
            return Rights(rawValue: 1 << count - 1)
        }
    }

    /// Files that libraries read: time zones for the system log, random numbers for SQLite, and which processors there are.
    private static let systemFiles = [
        "/etc/localtime", "/usr/share/zoneinfo", "/dev/urandom", "/sys/devices/system/cpu/online",
    ]

    private let ruleset: Int32
    private let all: Rights

    private init(version: Int, hasNetwork: Bool) throws(SystemError) {
        all = Rights.all(version: version)
        // Neither listening nor, unless there is a network, connecting by TCP; no signals and abstract sockets to processes that are not confined likewise.
        let network: UInt64 = version >= 4 ? (hasNetwork ? 0b01 : 0b11) : 0
        let scopes: UInt64 = version >= 6 ? 0b11 : 0
        ruleset = zwl_landlock_create_ruleset(all.rawValue, network, scopes)
        guard ruleset >= 0 else { throw SystemError("landlock_create_ruleset", "Landlock") }
    }

    deinit {
        close(ruleset)
    }

    /// The version of Landlock that the kernel has; negative, with errno set, if it has none.
    static var version: Int { Int(zwl_landlock_version()) }

    /// Restricts the calling thread to the files of `policy`, and returns the version of Landlock. What is open already stays so.
    static func restrict(to policy: ConfinementPolicy) throws(SystemError) -> Int {
        let version = version
        guard version > 0 else { throw SystemError("landlock_create_ruleset", "Landlock") }
        // What is written to a store is moved into place.
        guard policy.managedFolders.isEmpty || version >= 2 else {
            throw SystemError("landlock_create_ruleset", "Landlock", code: EOPNOTSUPP)
        }
        let landlock = try Landlock(version: version, hasNetwork: policy.hasNetwork)
        for path in policy.readableFolders + systemFiles { try landlock.permit(.reading, below: path) }
        for path in policy.changeableFolders { try landlock.permit(.changing, below: path) }
        for path in policy.managedFolders { try landlock.permit(.managing, below: path) }
        for path in policy.clearedFolders { try landlock.permit(.removeFolder, below: path) }
        try landlock.permit([.readFile, .writeFile], below: "/dev/null")
        // The memory of this process is measured there. The folder stays open, since the kernel could forget it, and the rule with it.
        try landlock.permit(.reading, below: "/proc/self", staysOpen: true)
        guard zwl_landlock_restrict_self(landlock.ruleset) == 0 else {
            throw SystemError("landlock_restrict_self", "Landlock")
        }
        return version
    }

    private func permit(_ rights: Rights, below path: String, staysOpen: Bool = false) throws(SystemError) {
        let file = path.withFileName { open($0, zwl_o_path | O_CLOEXEC) }
        guard file >= 0 else { return }
        defer { if !staysOpen { close(file) } }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw SystemError("fstat", path) }
        let possible = status.st_mode & S_IFMT == S_IFDIR ? all : all.intersection(.ofFiles)
        guard zwl_landlock_permit(ruleset, file, rights.intersection(possible).rawValue) == 0 else {
            throw SystemError("landlock_add_rule", path)
        }
    }
}
