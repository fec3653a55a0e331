/// What is wrong with a document, thrown from within its decoding.
struct DocumentProblem: Error {
    let kind: ZarrError.Kind
    let problem: String

    init(_ kind: ZarrError.Kind, _ problem: String) {
        self.kind = kind
        self.problem = problem
    }

    /// Why decoding failed: a problem found here is kept as it is, any other error gets its place in the document.
    init(_ error: any Error) {
        switch error {
        case let problem as DocumentProblem:
            self = problem
        case DecodingError.keyNotFound(let key, let context):
            self.init(.invalidDocument, "zarr.json has no \(Self.place(context.codingPath + [key]))")
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            let place = Self.place(context.codingPath)
            let whole = place.isEmpty ? "" : " at \(place)"
            self.init(.invalidDocument, "zarr.json is not valid\(whole): \(context.debugDescription)")
        default:
            self.init(.invalidDocument, "zarr.json is not valid: \(error)")
        }
    }

    /// `codecs[0].configuration.chunk_shape`, for instance.
    private static func place(_ path: [any CodingKey]) -> String {
        path.reduce("") { place, key in
            if let index = key.intValue { return "\(place)[\(index)]" }
            return place.isEmpty ? key.stringValue : "\(place).\(key.stringValue)"
        }
    }
}
