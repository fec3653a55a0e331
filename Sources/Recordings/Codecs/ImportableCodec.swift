public import AudioCoding

/// What a codec does for an import: how a source of it is stored as it is, and how samples are encoded to it.
///
/// By default, a codec does neither.
public protocol ImportableCodec {
    /// What stores and users call it.
    var name: AudioCodec { get }

    /// What of it is stored as it is, in words for users; nil if nothing is.
    var copiedKind: CopiedKind? { get }

    /// How samples are encoded to it; nil if they cannot be.
    var encoding: (any AudioEncoding)? { get }

    /// The parser of the packets of `stream`, which libavformat has found in a file of the format `container`; nil if the stream is
    /// of another codec, or its packets cannot be stored as they are.
    func parser(of stream: MediaStream, in container: String) -> (any MediaPacketParser)?

    /// How `source` is stored as it is; nil if it is of another codec, or of a kind that is decoded and encoded anew. Throws if it is
    /// of a kind that is refused, and says why.
    ///
    /// Nothing that costs more than a look at its head may be done here: the source may turn out to be in the store already.
    func copier(of source: CodedSource) throws -> (any SourceCopier)?
}

/// What of a codec is stored as it is, in words for users.
public struct CopiedKind: Sendable {
    /// The codec: `AAC`.
    public let codec: String
    /// What exactly: `AAC-LC`.
    public let kind: String

    /// All of `codec`, or only `kind` of it.
    init(_ codec: String, only kind: String? = nil) {
        self.codec = codec
        self.kind = kind ?? codec
    }
}

extension ImportableCodec {
    /// Nothing is stored as it is.
    public var copiedKind: CopiedKind? { nil }

    /// Samples cannot be encoded to it.
    public var encoding: (any AudioEncoding)? { nil }

    /// No packets can be stored as they are.
    public func parser(of stream: MediaStream, in container: String) -> (any MediaPacketParser)? { nil }

    /// No source is stored as it is.
    public func copier(of source: CodedSource) throws -> (any SourceCopier)? { nil }
}

extension CodecRegistry {
    /// All codecs as an import sees them, in the order in which they are asked about a source.
    public static var importable: [any ImportableCodec] { all }

    /// How samples can be encoded, in the registry's order.
    public static var encodings: [any AudioEncoding] { importable.compactMap(\.encoding) }
}
