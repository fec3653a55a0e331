import Importing
import Recordings

/// What `zarrwlr import --help` says about codecs, made from their registry.
enum CodecWords {
    /// `flac, aac, opus or pcm`: what samples can be encoded to.
    static var encodings: String { list(CodecRegistry.encodings.map(\.codec.rawValue), "or") }

    /// `aac and opus`, or with another conjunction: the lossy ones of these.
    static func lossyEncodings(_ conjunction: String) -> String {
        list(lossy.map(\.codec.rawValue), conjunction)
    }

    /// `  aac: 128k a channel`: the usual bit rates of these, a line each.
    static var bitRates: String {
        lossy.map { codec, loss in
            "  \(codec.rawValue): \(loss.channelBitRate / 1000)k a channel"
        }.joined(separator: "\n")
    }

    /// `FLAC, AAC or Opus`: the codecs whose sources are stored as they are.
    static var copiedCodecs: String { list(copied.map(\.codec), "or") }

    /// `FLAC, AAC-LC or Opus`: the same, but exactly.
    static var copiedKinds: String { list(copied.map(\.kind), "or") }

    private static var copied: [CopiedKind] { CodecRegistry.importable.compactMap(\.copiedKind) }

    private static var lossy: [(codec: AudioCodec, loss: EncodingLoss)] {
        CodecRegistry.encodings.compactMap { encoding in encoding.loss.map { (encoding.codec, $0) } }
    }

    private static func list(_ words: [String], _ conjunction: String) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
    }
}
