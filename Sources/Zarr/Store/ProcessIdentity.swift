/// What this process is to others that write the same store.
public enum ProcessIdentity {
    /// Finds that out, unless it is known. A process that is confined cannot any more, and others could not tell whether it lives.
    public static func learn() {
        _ = StagingOwner.current
    }
}
