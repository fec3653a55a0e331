import Glibc

/// What a process that was made by `ProcessCopy` reports to the one that made it.
struct ProcessReport: Sendable {
    /// The byte that says that the work has begun. Anything else is the reason why it failed.
    static let hasBegun: UInt8 = 0

    private var descriptor: Int32

    /// A report to the pipe whose end for writing is `descriptor`.
    init(to descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Reports that the work has begun.
    func begin() {
        write([Self.hasBegun])
    }

    /// Reports why the work failed.
    func fail(_ reason: String) {
        write(Array(reason.utf8))
    }

    /// Closes the pipe; further reports go nowhere.
    func end() {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard null >= 0 else { return }
        // Not close, since the number could then be that of another file.
        dup2(null, descriptor)
        close(null)
    }

    /// Closes all descriptors but the three standard streams and the pipe: whatever else this process was started with would stay open
    /// as long as the mount, and the program that started the command may wait until all ends of a pipe are closed.
    mutating func closeOtherDescriptors() {
        let kept = dup2(descriptor, STDERR_FILENO + 1)
        guard kept >= 0 else { return }
        closefrom(kept + 1)
        _ = fcntl(kept, F_SETFD, FD_CLOEXEC)
        descriptor = kept
    }

    private func write(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
