import Glibc

/// The terminal that a command was started from.
enum Terminal {
    /// Begins a session of its own, and closes the streams on which the program that started the command may wait.
    static func leave() {
        setsid()
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(null, descriptor) }
        close(null)
    }
}
