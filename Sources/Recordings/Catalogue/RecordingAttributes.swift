import Support
import WaveFile
import Zarr

/// What the listing of a group looks at in the attributes of a node.
struct ListedAttributes: Decodable {
    /// Whether the node is a recording, if it is a group.
    let isRecording: Bool
    /// What the source of the recording was called.
    let sourceName: String?
    /// Whether the WAV file of the recording may turn out to be a source file whose SHA-256 is known.
    let mayRestoreSource: Bool
    /// Whether the node is a recording, if it is an array.
    let hasSampleRate: Bool

    private enum CodingKeys: String, CodingKey {
        case type, encoding
        case source = "base_features"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        isRecording = values.lenient(String.self, .type) == HierarchyNames.recordingType
        let source = isRecording ? values.lenient(ListedSource.self, .source) : nil
        sourceName = source?.name
        mayRestoreSource = source?.mayBeWave == true && Self.mayBeLossless(values.lenient(String.self, .encoding))
        hasSampleRate = try AudioAttributes.hasSampleRate(decoder)
    }

    /// Whether a codec that the store calls `encoding` may keep the very samples of the source.
    private static func mayBeLossless(_ encoding: String?) -> Bool {
        guard let name = encoding.flatMap({ AudioCodec(rawValue: $0.lowercased()) }) else { return true }
        return CodecRegistry.codec(named: name)?.isLossless ?? true
    }

    /// What is looked at in `base_features`.
    private struct ListedSource: Decodable {
        /// What the source was called.
        let name: String?
        /// Whether it may have been a WAV file whose SHA-256 is known.
        let mayBeWave: Bool

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: SourceAttributes.CodingKeys.self)
            name = SourceAttributes.name(values)
            let hasSum = values.contains(.sha256) || values.contains(.upperSHA256)
            mayBeWave = hasSum && values.lenient(String.self, .container) != AudioCodec.flac.rawValue
        }
    }
}

/// The attributes of a node that may turn out to be a group, a recording or an array of samples.
struct NodeAttributes: Decodable {
    let group: GroupAttributes
    /// Whether it is a recording, if it is an array.
    let hasSampleRate: Bool

    init(from decoder: any Decoder) throws {
        group = try GroupAttributes(from: decoder)
        hasSampleRate = try AudioAttributes.hasSampleRate(decoder)
    }
}

/// The attributes of a group that may be a recording of zarrwlr's.
struct GroupAttributes: Decodable, Sendable {
    let isRecording: Bool
    let encoding: String?
    let source: SourceAttributes
    /// The source's path below the folder that was to be imported.
    let sourcePath: String?
    /// The number of the source's stream that the recording is, if the source had several of sound.
    let sourceStream: Int?
    /// Seconds of the source, according to ffprobe.
    let sourceDuration: Double?
    /// What the source's metadata say about its recorder.
    let recorder: RecorderMetadata
    /// The source's metadata.
    let texts: SourceTexts
    /// The attributes of the user's own, in the order of their names.
    let userFields: [MetadataField]
    /// The start that was set after the import; nil if none was.
    let setStart: SetStart?

    private enum CodingKeys: String, CodingKey {
        case type, encoding
        case source = "base_features"
        case sourceText = "meta_data_structure"
        case sourceMetadata = "source_metadata"
    }

    /// The names of attributes that are not the user's.
    private static let ownNames: Set = [
        "type", "encoding", "meta_data_structure", "magic_id", DocumentChecksum.attribute, "base_features",
        "source_metadata", "original_audio_data_array_version",
    ]

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        isRecording = values.lenient(String.self, .type) == HierarchyNames.recordingType
        encoding = values.lenient(String.self, .encoding)
        source = values.lenient(SourceAttributes.self, .source) ?? SourceAttributes()
        let sourceText = values.lenient(String.self, .sourceText).map { SourceMetadata(yaml: $0) }
        sourceDuration = sourceText?.duration
        let fields = values.lenient(SourceFields.self, .sourceMetadata)
        sourcePath = fields?.path
        sourceStream = fields?.stream
        texts = fields?.texts ?? SourceTexts(sourceText)
        recorder = RecorderMetadata(texts)
        setStart = fields?.setStart
        userFields = try TextFields(from: decoder, without: Self.ownNames).fields
    }
}

/// A start that was set after the import.
struct SetStart: Sendable {
    /// The start; nil if it was set to unknown.
    let time: Timestamp?
}

/// `source_metadata`: what the import kept of the source beside its sound.
private struct SourceFields: Decodable {
    let path: String?
    let stream: Int?
    let texts: SourceTexts
    let setStart: SetStart?

    private struct Start: Decodable {
        let from: String
        let time: String?
    }

    private enum CodingKeys: String, CodingKey {
        case path, stream, start
        case pathBytes = "path_bytes"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        path = values.lenient(String.self, .path).map {
            String(documented: $0, base64: values.lenient(String.self, .pathBytes))
        }
        stream = values.lenient(Int.self, .stream)
        texts = try SourceTexts(from: decoder)
        setStart = values.lenient(Start.self, .start).flatMap { start in
            guard start.from == HierarchyNames.startThatWasSet else { return nil }
            return SetStart(time: start.time.flatMap { Timestamp(iso8601: $0) })
        }
    }
}

extension RecorderMetadata {
    /// What `texts` say of the recorder.
    fileprivate init(_ texts: SourceTexts) {
        func values(_ fields: [MetadataField]) -> [String: String] {
            Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
        }
        self.init(
            guano: values(texts.guano), wamd: values(texts.wamd),
            comments: texts.info.filter { ["ICMT", "IART"].contains($0.name) }.map(\.value)
                + texts.tags.filter { ["comment", "artist"].contains($0.name.lowercased()) }.map(\.value))
    }
}

/// `base_features`: the source file as the importer found it. Stores have its keys in two spellings.
struct SourceAttributes: Decodable, Sendable {
    let filename: String?
    let sha256: String?
    let byteCount: UInt64?
    /// When the file was last modified.
    let modified: Timestamp?
    /// The kind of the file, such as `wav`.
    let container: String?
    /// The sample rate of its stream, if it has only one, in hertz.
    let sampleRate: UInt32?

    fileprivate enum CodingKeys: String, CodingKey {
        case filename, sha256, modified
        case filenameBytes = "filename_bytes"
        case byteCount = "size_bytes"
        case container = "container_format"
        case sampleRates = "sampling_rate_per_stream"
        case upperFilename = "FILENAME"
        case upperSHA256 = "SH256"
        case upperByteCount = "SIZE_BYTES"
    }

    init() {
        filename = nil
        sha256 = nil
        byteCount = nil
        modified = nil
        container = nil
        sampleRate = nil
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        filename = Self.name(values)
        sha256 = values.lenient(String.self, .sha256) ?? values.lenient(String.self, .upperSHA256)
        byteCount = values.lenient(UInt64.self, .byteCount) ?? values.lenient(UInt64.self, .upperByteCount)
        modified = values.lenient(String.self, .modified).flatMap { Timestamp(iso8601: $0) }
        container = values.lenient(String.self, .container)
        let rates = values.lenient([UInt32].self, .sampleRates) ?? []
        sampleRate = rates.count == 1 ? rates.first : nil
    }

    /// What the source was called.
    fileprivate static func name(_ values: KeyedDecodingContainer<CodingKeys>) -> String? {
        let text = values.lenient(String.self, .filename) ?? values.lenient(String.self, .upperFilename)
        return text.map { String(documented: $0, base64: values.lenient(String.self, .filenameBytes)) }
    }
}

/// The attributes of an array of audio: coded bytes, or samples as they are.
struct AudioAttributes: Decodable {
    let codec: String?
    /// Hertz; for coded audio, the rate in the stream is used instead.
    let sampleRate: Double?
    let channels: UInt64?
    /// The rate of the source divided by the rate that the stream announces, if the source was re-labelled.
    let rescaleFactor: Double?
    let firstSampleTime: String?
    /// Decoded samples before the source's first.
    let primingSamples: UInt64?
    /// Samples of the source.
    let totalSamples: UInt64?
    /// How many bits of an integer sample are used, if the array's type has more.
    let bitsPerSample: UInt64?
    /// The floats that the integers of the stream stand for; nil if they stand for themselves.
    let floatScale: FloatScaleAttribute?

    private enum CodingKeys: String, CodingKey {
        case codec, channels
        case sampleRate = "sample_rate"
        case samplingRate = "sampling_rate"
        case samplerate
        case channelCount = "nb_channels"
        case rescaleFactor = "sampling_rescale_factor"
        case firstSampleTime = "first_sample_time_stamp"
        case primingSamples = "priming_samples"
        case totalSamples = "total_samples"
        case bitsPerSample = "bits_per_sample"
        case floatScale = "float_scale"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        codec = values.lenient(String.self, .codec)
        sampleRate = Self.sampleRate(values)
        channels = values.lenient(UInt64.self, .channelCount) ?? values.lenient(UInt64.self, .channels)
        rescaleFactor = values.lenient(Double.self, .rescaleFactor)
        firstSampleTime = values.lenient(String.self, .firstSampleTime)
        primingSamples = values.lenient(UInt64.self, .primingSamples)
        totalSamples = values.lenient(UInt64.self, .totalSamples)
        bitsPerSample = values.lenient(UInt64.self, .bitsPerSample)
        floatScale = values.lenient(FloatScaleAttribute.self, .floatScale)
    }

    /// Whether there is a sample rate.
    fileprivate static func hasSampleRate(_ decoder: any Decoder) throws -> Bool {
        sampleRate(try decoder.container(keyedBy: CodingKeys.self)) != nil
    }

    /// The sample rate, by the first of its names that there is.
    private static func sampleRate(_ values: KeyedDecodingContainer<CodingKeys>) -> Double? {
        values.lenient(Double.self, .sampleRate) ?? values.lenient(Double.self, .samplingRate)
            ?? values.lenient(Double.self, .samplerate)
    }
}

extension KeyedDecodingContainer {
    /// The value of `key`, or nil if it is absent or of another type: any program may write attributes, and one odd value must
    /// not make a recording unreadable.
    func lenient<T: Decodable>(_ type: T.Type, _ key: Key) -> T? {
        (try? decodeIfPresent(type, forKey: key)) ?? nil
    }
}
