import CSeccomp
import Glibc
import Support

/// A list of the system calls that a process may make. All others fail with ENOSYS, as if the kernel did not have them. See seccomp(2).
enum SystemCallFilter {
    /// Calls that are permitted with any arguments. A system has only some of those that do the same.
    private static let permitted =
        memory + files + descriptors + threads + identity
    private static let memory = ["brk", "madvise", "mincore", "mremap", "munmap"]
    private static let files = [
        "access", "faccessat", "faccessat2", "fstat", "fstatfs", "fsync", "fdatasync", "ftruncate", "getcwd",
        "getdents64", "inotify_add_watch", "inotify_init1", "inotify_rm_watch", "lstat", "newfstatat", "open", "openat",
        "openat2", "readlink", "readlinkat", "stat", "statfs",
        "statx", "unlink", "unlinkat",
    ]
    private static let descriptors = [
        "close", "connect", "dup", "dup2", "dup3", "fadvise64", "fcntl", "lseek", "poll", "ppoll", "pread64", "preadv",
        "pwrite64",
        "read", "readv", "sendmsg", "sendto", "write", "writev",
    ]
    private static let threads = [
        "clock_getres", "clock_gettime", "clock_nanosleep", "exit", "exit_group", "futex", "getcpu", "getrandom",
        "gettimeofday", "nanosleep", "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
        "rt_sigtimedwait", "sched_getaffinity", "sched_yield", "set_robust_list", "sigaltstack", "time",
    ]
    private static let identity = [
        "getegid", "geteuid", "getgid", "getpid", "getppid", "getrlimit", "getrusage", "getsid", "gettid", "getuid",
        "setsid", "sysinfo", "uname",
    ]

    /// What commands do besides: making files and folders, and putting them in place.
    private static let managing = [
        "copy_file_range", "fallocate", "fchmod", "fchown", "flock", "futimesat", "link", "linkat", "mkdir",
        "mkdirat", "mlock", "rename", "renameat", "renameat2", "rmdir", "sync_file_range", "syncfs", "truncate",
        "umask",
        "utimensat",
    ]

    /// What connecting to other machines and finding their addresses needs besides.
    private static let network = [
        "eventfd2", "getpeername", "getsockname", "getsockopt", "pipe2", "recvfrom", "recvmsg", "recvmmsg", "select",
        "pselect6", "sendmmsg", "setsockopt", "shutdown", "socketpair",
    ]

    /// The families of addresses that sockets may have then: AF_NETLINK says which addresses this machine has.
    private static let networkFamilies = [AF_INET, AF_INET6, AF_NETLINK]

    /// A condition on an argument of a call: those bits of it that `mask` has equal `value`.
    private struct Condition {
        let call: String
        let argument: UInt32
        var mask = UInt64.max
        let value: UInt64
    }

    /// Calls that are permitted if an argument is right.
    private static var conditions: [Condition] {
        [
            // Threads, but no processes. clone3(2), whose arguments no filter can see, fails, and glibc then uses this.
            Condition(call: "clone", argument: 0, mask: cloneThread, value: cloneThread),
            // Memory that is not run.
            Condition(call: "mmap", argument: 2, mask: UInt64(PROT_EXEC), value: 0),
            Condition(call: "mprotect", argument: 2, mask: UInt64(PROT_EXEC), value: 0),
            // The system log.
            Condition(call: "socket", argument: 0, value: UInt64(AF_UNIX)),
            // Whether a descriptor is a terminal: TCGETS, which has this number on all processors here.
            Condition(call: "ioctl", argument: 1, value: 0x5401),
            // Reading the limits, not setting them.
            Condition(call: "prlimit64", argument: 2, value: 0),
            // Whether a process lives, which no signal is sent to.
            Condition(call: "kill", argument: 1, value: 0),
            // Signals to threads of this process.
            Condition(call: "tgkill", argument: 0, value: UInt64(getpid())),
        ]
    }

    /// CLONE_THREAD of clone(2).
    private static let cloneThread: UInt64 = 0x10000

    /// Restricts the calling thread to the list, for good, and returns the level of the measure, 1.
    static func install(for role: ConfinementPolicy.Role, hasNetwork: Bool) throws(SystemError) -> Int {
        guard let filter = seccomp_init(zwl_act_no_such_call) else {
            throw SystemError("seccomp_init", "seccomp", code: ENOMEM)
        }
        defer { seccomp_release(filter) }
        // Neither is worth a failure. The first keeps the processor as fast as without a filter; the second finds a call in the list in
        // few steps.
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1)
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2)
        let calls = permitted + (role == .command ? managing : []) + (hasNetwork ? network : [])
        for call in Set(calls).sorted() { try permit(call, [], in: filter) }
        let sockets = networkFamilies.map { Condition(call: "socket", argument: 0, value: UInt64($0)) }
        // How much there is to read: FIONREAD, which has this number on all processors here.
        let reading = Condition(call: "ioctl", argument: 1, value: 0x541B)
        for condition in conditions + (hasNetwork ? sockets + [reading] : []) {
            let comparison = scmp_arg_cmp(
                arg: condition.argument, op: SCMP_CMP_MASKED_EQ, datum_a: condition.mask, datum_b: condition.value)
            try permit(condition.call, [comparison], in: filter)
        }
        try check(seccomp_load(filter), "seccomp_load", "seccomp")
        return 1
    }

    private static func permit(
        _ call: String, _ conditions: [scmp_arg_cmp], in filter: scmp_filter_ctx
    ) throws(SystemError) {
        let number = seccomp_syscall_resolve_name(call)
        // Negative if this processor has no such call.
        guard number >= 0 else { return }
        let code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, UInt32(conditions.count), conditions)
        try check(code, "seccomp_rule_add_array", call)
    }

    private static func check(_ code: Int32, _ call: String, _ subject: String) throws(SystemError) {
        guard code == 0 else { throw SystemError(call, subject, code: -code) }
    }
}
