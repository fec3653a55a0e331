import WaveFile

/// The attributes of a node of which it is not known yet what it is.
struct NodeAttributes: Decodable {
    let group: GroupAttributes
    let audio: AudioAttributes

    init(from decoder: any Decoder) throws {
        group = try GroupAttributes(from: decoder)
        audio = try AudioAttributes(from: decoder)
    }
}

/// The attributes of a group that tell what it is to zarrwlr.
struct GroupAttributes: Decodable, Sendable {
    let isAudioGroup: Bool
    let isRecording: Bool
    let encoding: String?
    let source: SourceAttributes
    /// Seconds of the source, as what ffprobe and mutagen found in it says.
    let sourceDuration: Double?
    /// What the source said of its recorder.
    let recorder: RecorderMetadata

    private enum CodingKeys: String, CodingKey {
        case magicID = "magic_id"
        case type, encoding
        case source = "base_features"
        case sourceText = "meta_data_structure"
        case sourceMetadata = "source_metadata"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        isAudioGroup = values.lenient(String.self, .magicID) == HierarchyNames.audioGroupMagic
        isRecording = values.lenient(String.self, .type) == HierarchyNames.recordingType
        encoding = values.lenient(String.self, .encoding)
        source = values.lenient(SourceAttributes.self, .source) ?? SourceAttributes()
        let sourceText = values.lenient(String.self, .sourceText).map { SourceMetadata(yaml: $0) }
        sourceDuration = sourceText?.duration
        recorder =
            values.lenient(SourceFields.self, .sourceMetadata).map(\.recorder)
            ?? RecorderMetadata(comments: sourceText?.comments ?? [])
    }
}

/// `source_metadata`: the fields of the source's metadata, as `zarrwlr import` found them.
private struct SourceFields: Decodable {
    let recorder: RecorderMetadata

    private enum CodingKeys: String, CodingKey {
        case guano, wamd, info, tags
        case streamTags = "stream_tags"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func fields(_ key: CodingKeys) -> [String: String] { values.lenient(Texts.self, key)?.members ?? [:] }
        let info = fields(.info)
        recorder = RecorderMetadata(
            guano: fields(.guano), wamd: fields(.wamd),
            comments: [info["ICMT"], info["IART"]].compactMap(\.self)
                + [CodingKeys.tags, .streamTags].flatMap { key in
                    fields(key).filter { SourceMetadata.commentKeys.contains($0.key.lowercased()) }
                        .sorted { $0.key < $1.key }.map(\.value)
                })
    }
}

/// The members of an object that are texts.
private struct Texts: Decodable {
    let members: [String: String]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        members = values.allKeys.reduce(into: [:]) { $0[$1.stringValue] = values.lenient(String.self, $1) }
    }
}

/// `base_features`: the source file as the importer found it. Two spellings of its keys exist.
struct SourceAttributes: Decodable, Sendable {
    let filename: String?
    let sha256: String?
    let byteCount: UInt64?

    private enum CodingKeys: String, CodingKey {
        case filename, sha256
        case byteCount = "size_bytes"
        case upperFilename = "FILENAME"
        case upperSHA256 = "SH256"
        case upperByteCount = "SIZE_BYTES"
    }

    init() {
        filename = nil
        sha256 = nil
        byteCount = nil
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        filename = values.lenient(String.self, .filename) ?? values.lenient(String.self, .upperFilename)
        sha256 = values.lenient(String.self, .sha256) ?? values.lenient(String.self, .upperSHA256)
        byteCount = values.lenient(UInt64.self, .byteCount) ?? values.lenient(UInt64.self, .upperByteCount)
    }
}

/// The attributes of an array of audio: coded bytes, or samples as they are.
struct AudioAttributes: Decodable {
    let codec: String?
    /// Hertz; for coded audio the stream's own word counts more.
    let sampleRate: Double?
    let channels: UInt64?
    /// How many times faster the source was sampled than the stream claims, where it was re-labelled.
    let rescaleFactor: Double?
    let firstSampleTime: String?
    /// Decoded samples before the source's first.
    let primingSamples: UInt64?
    /// Samples of the source.
    let totalSamples: UInt64?
    /// Bits of an integer sample that count, where they are fewer than the array's type has.
    let bitsPerSample: UInt64?

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
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        codec = values.lenient(String.self, .codec)
        sampleRate =
            values.lenient(Double.self, .sampleRate) ?? values.lenient(Double.self, .samplingRate)
            ?? values.lenient(Double.self, .samplerate)
        channels = values.lenient(UInt64.self, .channelCount) ?? values.lenient(UInt64.self, .channels)
        rescaleFactor = values.lenient(Double.self, .rescaleFactor)
        firstSampleTime = values.lenient(String.self, .firstSampleTime)
        primingSamples = values.lenient(UInt64.self, .primingSamples)
        totalSamples = values.lenient(UInt64.self, .totalSamples)
        bitsPerSample = values.lenient(UInt64.self, .bitsPerSample)
    }
}

extension KeyedDecodingContainer {
    /// The value of `key`, or nil where it is absent or of another type: attributes are anyone's, and one odd value must not
    /// make a recording unreadable.
    fileprivate func lenient<T: Decodable>(_ type: T.Type, _ key: Key) -> T? {
        (try? decodeIfPresent(type, forKey: key)) ?? nil
    }
}
