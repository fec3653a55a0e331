import Support

/// An error that ends a measurement.
struct BenchmarkError: DescribedError {
    let summary: String

    init(_ summary: String) {
        self.summary = summary
    }
}
