import Commands
import Glibc

/// Writes all of `text`, or as much as the reader at the other end wants.
@Sendable func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

let command = MountCommand(
    output: { write($0, to: STDOUT_FILENO) },
    errors: { write($0, to: STDERR_FILENO) })
exit(command.run(Array(CommandLine.arguments.dropFirst())))
