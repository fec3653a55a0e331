import Support

/// Why nothing could be measured.
struct BenchmarkError: DescribedError {
    let summary: String

    init(_ summary: String) {
        self.summary = summary
    }
}
