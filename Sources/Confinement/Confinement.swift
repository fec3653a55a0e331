import Support

/// The confinement of a process: what it cannot do any more, whatever happens in it.
public enum Confinement {
    /// Confines the calling thread, and all that it starts, for good. What the system lacks is among the failures of the result, and
    /// the rest is in force.
    ///
    /// To be called while the process has no other thread.
    public static func apply(_ policy: ConfinementPolicy) -> ConfinementMeasures {
        var measures = ConfinementMeasures()
        measures.take(.noNewPrivileges) { () throws(SystemError) in try Privileges.renounceNew() }
        if policy.role == .worker {
            measures.take(.memory) { () throws(SystemError) in try Privileges.hideMemory() }
        }
        measures.take(.landlock) { () throws(SystemError) in try Landlock.restrict(to: policy) }
        if policy.role == .worker {
            measures.take(.capabilities) { () throws(SystemError) in try Privileges.dropCapabilities() }
        }
        // The last, since the others need calls that it does not permit.
        measures.take(.seccomp) { () throws(SystemError) in
            try SystemCallFilter.install(for: policy.role, hasNetwork: policy.hasNetwork)
        }
        return measures
    }
}
