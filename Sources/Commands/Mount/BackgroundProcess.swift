import Glibc
import Support

/// Runs work in the background: a copy of this process does it, and this process waits until the copy reports that it
/// has begun.
enum BackgroundProcess {
    /// Runs `body` in a copy of this process, which ends when `body` does. `body` calls its argument once its work has begun; this
    /// process then returns, while the copy leaves the terminal behind. If the copy ends before, its reason is thrown.
    ///
    /// To be used only while the process has no other thread.
    static func run(
        _ body: @escaping @Sendable (_ begun: @escaping @Sendable () -> Void) throws(CommandError) -> Void
    ) throws(CommandError) {
        var copy = try copy(of: body)
        while !copy.hasBegun, copy.readReport() {}
        guard copy.hasBegun else { throw copy.reasonBeforeBeginning(copy.end()) }
    }

    private static func copy(
        of body: @escaping @Sendable (_ begun: @escaping @Sendable () -> Void) throws(CommandError) -> Void
    ) throws(CommandError) -> ProcessCopy {
        do throws(SystemError) {
            return try ProcessCopy { report in
                report.closeOtherDescriptors()
                chdir("/")
            } _: { report, _ throws(CommandError) in
                try body {
                    Terminal.leave()
                    report.begin()
                    report.end()
                }
            }
        } catch {
            throw CommandError("cannot go into the background", cause: error)
        }
    }
}
