import AudioCoding
import Support

/// What is known of a recording's coded file before its stream is read.
public struct CodedFileOutline: Sendable, Equatable {
    /// How the file is made of the stream.
    enum Form: UInt64 {
        /// The stream is the source file, as far as its size says.
        case source = 0
        /// The stream is the file.
        case stream = 1
        /// FLAC frames, behind a header with the recording's tags.
        case flacFrames = 2
        /// Opus packets, which are put on Ogg pages.
        case opusPackets = 3
        /// The stream is the file, and has no tags.
        case frames = 4
    }

    let form: Form
    /// The bytes of the stream that are in the file.
    public let byteCount: UInt64

    /// Whether the file is the recording's source file, byte for byte, unless what the store says of the source is wrong.
    public var isSource: Bool { form == .source }

    /// Whether the file may have tags that were the source's.
    var mayHaveSourceTags: Bool { form == .source || form == .stream }

    /// The bytes of the file of a recording of `sampleCount` samples with `tags`; nil if that does not follow from what is known.
    public func fileByteCount(sampleCount: UInt64, _ tags: RecordingTags) -> UInt64? {
        switch form {
        case .source, .stream, .frames: byteCount
        case .flacFrames:
            byteCount.adding(FLACFileHeader.byteCount(sampleCount: sampleCount, tags.comments))
        case .opusPackets: nil
        }
    }
}

extension CodedFileOutline: StoredFact {
    static let parts = FactPart.integers("form", "bytes")

    func write(to writer: inout some FactWriter) {
        writer.add(form.rawValue)
        writer.add(byteCount)
    }

    init?(from reader: inout some FactReader) {
        guard let form = reader.unsigned().flatMap({ Form(rawValue: $0) }), let byteCount = reader.unsigned() else {
            return nil
        }
        self.init(form: form, byteCount: byteCount)
    }
}
