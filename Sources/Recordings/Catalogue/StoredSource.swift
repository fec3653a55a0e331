public import Zarr

/// What a store says about the source file of a recording.
public struct StoredSource: Sendable, Equatable {
    /// Its SHA-256 in hexadecimal, if the store has it.
    public let sha256: String?
    /// How many bytes it had, if the store says so.
    public let byteCount: UInt64?
    /// What it was called, if the store says so.
    public let name: String?
    /// The codec of the recording, if the store says which.
    public let encoding: AudioCodec?
    /// The number in the file of the stream that the recording is, if the file had several.
    public let stream: Int?

    /// The source of the recording at `path` of `store`; nil if there is no recording.
    public init?(of path: String, in store: any Store) {
        guard let attributes = try? ZarrGroup.open(store, path: path).attributes(as: Attributes.self),
            attributes.isRecording
        else { return nil }
        sha256 = attributes.source.sha256
        byteCount = attributes.source.byteCount
        name = attributes.source.filename
        encoding = attributes.encoding.flatMap { AudioCodec(rawValue: $0.lowercased()) }
        stream = attributes.stream
    }

    /// What of the attributes says what the source was.
    private struct Attributes: Decodable {
        let isRecording: Bool
        let encoding: String?
        let source: SourceAttributes
        let stream: Int?

        private enum CodingKeys: String, CodingKey {
            case type, encoding
            case source = "base_features"
            case sourceMetadata = "source_metadata"
        }

        private struct Place: Decodable {
            let stream: Int?
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            isRecording = values.lenient(String.self, .type) == HierarchyNames.recordingType
            encoding = values.lenient(String.self, .encoding)
            source = values.lenient(SourceAttributes.self, .source) ?? SourceAttributes()
            stream = values.lenient(Place.self, .sourceMetadata)?.stream
        }
    }
}
