import Support

/// Bytes that a codec could not decode or encode.
struct CodecError: DescribedError {
    /// The codec's name in documents.
    let codec: String
    let problem: String

    init(_ codec: String, _ problem: String) {
        self.codec = codec
        self.problem = problem
    }

    var summary: String { "\(codec): \(problem)" }
}
