import Support

/// An error that ends a command: one line for standard error.
struct CommandError: DescribedError {
    let summary: String
    let cause: (any Error)?

    init(_ summary: String, cause: (any Error)? = nil) {
        self.summary = summary
        self.cause = cause
    }
}
