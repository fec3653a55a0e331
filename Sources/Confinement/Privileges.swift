import CLinux
import Glibc
import Support

/// What a process may do beyond what its user may. Each function returns the level of the measure, 1.
enum Privileges {
    /// Has no program that this process runs get privileges, which Landlock and seccomp require.
    static func renounceNew() throws(SystemError) -> Int {
        try control(zwl_pr_set_no_new_privs, 1, "no_new_privs")
        return 1
    }

    /// Drops all capabilities; but root keeps the one to read files whatever their permissions, since it may mount the stores of others.
    static func dropCapabilities() throws(SystemError) -> Int {
        var permitted: UInt64 = 0
        guard zwl_permitted_capabilities(&permitted) == 0 else { throw SystemError("capget", "capabilities") }
        let kept = geteuid() == 0 ? permitted & (1 << UInt64(zwl_cap_dac_read_search)) : 0
        // What may be gained by running programs. Only a process with a certain capability can drop these, and one without new
        // privileges gains none.
        for capability in UInt(0)..<64 where kept >> UInt64(capability) & 1 == 0 {
            _ = zwl_prctl(Int32(zwl_pr_capbset_drop), capability, 0, 0, 0)
        }
        _ = zwl_prctl(Int32(zwl_pr_cap_ambient), UInt(zwl_pr_cap_ambient_clear_all), 0, 0, 0)
        guard zwl_set_capabilities(kept) == 0 else { throw SystemError("capset", "capabilities") }
        return 1
    }

    /// Has the memory of this process not be written to files, nor shown to processes of the same user.
    static func hideMemory() throws(SystemError) -> Int {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 else {
            throw SystemError("setrlimit", "core files")
        }
        try control(zwl_pr_set_dumpable, 0, "dumpable")
        return 1
    }

    private static func control(_ operation: Int, _ value: UInt, _ subject: String) throws(SystemError) {
        guard zwl_prctl(Int32(operation), value, 0, 0, 0) == 0 else { throw SystemError("prctl", subject) }
    }
}
