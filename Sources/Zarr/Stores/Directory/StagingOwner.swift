import Glibc

/// The process that made a staging folder. It is written to the folder's lock file, since not all file systems tell other machines of
/// locks.
struct StagingOwner: Equatable {
    /// The name of the machine.
    private let host: String
    /// What the kernel calls this run of the machine.
    private let boot: String
    /// What numbers of processes are from: containers have their own.
    private let space: String
    private let process: pid_t
    /// When the process was started, in the kernel's clock ticks: another process may get the same number later.
    private let start: String

    /// What stands for what could not be found out.
    private static let unknown = "-"

    /// This process.
    static let current = StagingOwner(process: getpid())

    /// The process with that number, of this machine.
    init(process: pid_t) {
        self.init(
            host: Self.hostName, boot: Self.textOfFile("/proc/sys/kernel/random/boot_id") ?? Self.unknown,
            space: Self.processSpace, process: process, start: Self.start(of: process) ?? Self.unknown)
    }

    private init(host: String, boot: String, space: String, process: pid_t, start: String) {
        self.host = host
        self.boot = boot
        self.space = space
        self.process = process
        self.start = start
    }

    /// The owner that `text` says; nil if it says none.
    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4, let process = pid_t(words[2]), process > 0 else { return nil }
        let run = words[1].split(separator: ".", maxSplits: 1)
        self.init(
            host: String(words[0]), boot: String(run.first ?? ""), space: String(run.dropFirst().first ?? ""),
            process: process, start: String(words[3]))
    }

    /// The text of the lock file.
    var text: String { "\(host) \(boot).\(space) \(process) \(start)" }

    /// Whether it is a process that this one can see if it lives.
    private var isVisible: Bool {
        (host, boot, space) == (Self.current.host, Self.current.boot, Self.current.space) && boot != Self.unknown
    }

    /// Whether it is of an earlier run of the machine of this name, if no other machine has that.
    var isOfEarlierRun: Bool {
        host == Self.current.host && boot != Self.current.boot && ![boot, Self.current.boot].contains(Self.unknown)
    }

    /// Whether it lives; nil if that cannot be known here.
    var isAlive: Bool? {
        guard isVisible else { return nil }
        if kill(process, 0) != 0, errno == ESRCH { return false }
        // Another user's process may be hidden, and to a process that is confined all others are.
        return Self.start(of: process).map { $0 == start }
    }

    /// The number of the namespace that this process is in, see pid_namespaces(7).
    private static var processSpace: String {
        var status = stat()
        return stat("/proc/self/ns/pid", &status) == 0 ? String(status.st_ino) : "-"
    }

    private static var hostName: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "-" }
        let text = withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return text.isEmpty ? "-" : text.replacing(" ", with: "-")
    }

    /// The 22nd field of /proc/PID/stat, see proc_pid_stat(5); nil if there is no such process.
    private static func start(of process: pid_t) -> String? {
        // The second field is the program's name in parentheses, in which anything may be.
        guard let text = textOfFile("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }

    /// The first line of a small file of the kernel's; nil if it cannot be read.
    private static func textOfFile(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
