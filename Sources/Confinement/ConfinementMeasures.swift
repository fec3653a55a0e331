public import Support

/// The measures that confine a process, and which of them are in force.
public struct ConfinementMeasures: Sendable {
    /// A measure. Their names are shown to users.
    public enum Measure: String, Sendable, CaseIterable {
        /// No program that this process runs gets privileges: prctl(2), PR_SET_NO_NEW_PRIVS.
        case noNewPrivileges = "no_new_privileges"
        /// There are no capabilities, but for root that of reading all files: capabilities(7).
        case capabilities
        /// The memory is not written to core files, and not shown to other processes of the user: PR_SET_DUMPABLE.
        case memory
        /// Only the files of the policy can be opened: landlock(7).
        case landlock
        /// Only the system calls that serving a store needs can be made: seccomp(2).
        case seccomp
    }

    /// The level of each measure: 0 if it is not in force, else 1, or the version of Landlock.
    public private(set) var levels: [Measure: Int] = [:]
    /// Why measures are not in force that should be.
    public private(set) var failures: [(measure: Measure, error: SystemError)] = []

    /// No measure.
    public init() {}

    /// Takes `measure` by calling `body`, which returns the level.
    mutating func take(_ measure: Measure, _ body: () throws(SystemError) -> Int) {
        do throws(SystemError) {
            levels[measure] = try body()
        } catch {
            failures.append((measure, error))
        }
    }
}
