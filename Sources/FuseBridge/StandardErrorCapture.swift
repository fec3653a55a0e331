import Glibc

/// Runs `body` and returns the lines that were written to standard error meanwhile. fusermount3 has no other way to say
/// why it does not mount. If standard error cannot be redirected, the lines are written to it as usual.
func capturingStandardError<T>(_ body: () -> T) -> (result: T, lines: [String]) {
    guard let file = tmpfile() else { return (body(), []) }
    defer { fclose(file) }
    let original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
    guard original >= 0, dup2(fileno(file), STDERR_FILENO) >= 0 else {
        close(original)
        return (body(), [])
    }
    let result = body()
    dup2(original, STDERR_FILENO)
    close(original)

    let text = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
        count = max(0, pread(fileno(file), buffer.baseAddress, buffer.count, 0))
    }
    let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    return (result, lines)
}
