import TestSupport

/// Namespaces of the kernel, in which a program sees no other processes, and mounts and shared memory of its own.
enum Namespaces {
    /// What begins a command that is to be run in new ones.
    static let command = ["unshare", "--mount", "--pid", "--ipc", "--fork", "--mount-proc"]

    /// Whether this process can make them.
    static let arePossible = isInstalled("unshare") && (try? runChecked(command + ["true"])) != nil
}
