import AudioCoding
import FoundationEssentials
import Recordings
import Support
import WaveFile
import Zarr

/// The attributes of a recording's group: zarrwlr's own, what was found in the source, and the user's.
struct RecordingDocument {
    let description: SourceDescription
    /// The source's path below the folder that was to be imported; nil if that is not known.
    let relativePath: String?
    let sha256: String
    /// Samples of one channel of the source.
    let sampleCount: UInt64
    let codec: AudioCodec
    let start: RecordingStart?
    let notes: [String]
    let userAttributes: [String: String]
    /// Whether the recording gives back the source file, so that none of its chunks need be kept for themselves.
    let isByteExact: Bool

    var attributes: [String: JSONValue] {
        var attributes = userAttributes.mapValues { JSONValue.text($0) }
        attributes["original_audio_data_array_version"] = .array(HierarchyNames.version.map { JSONValue($0) })
        attributes["type"] = .text(HierarchyNames.recordingType)
        attributes["encoding"] = .text(codec.rawValue)
        attributes["base_features"] = .object(baseFeatures)
        attributes["meta_data_structure"] = .text(SourceMetadataText(description, sampleCount: sampleCount).text)
        attributes["source_metadata"] = .object(sourceMetadata)
        return attributes
    }

    /// The source, as zarrwlr describes it.
    private var baseFeatures: [String: JSONValue] {
        let streams = description.streams
        var features: [String: JSONValue] = [
            "filename": .text(description.fileName.displayedName),
            "size_bytes": JSONValue(description.byteCount),
            "sha256": .text(sha256),
            "modified": .text(description.modified.description),
            "has_audio_stream": .bool(true),
            "container_format": .text(description.container),
            "nb_streams": JSONValue(streams.count),
            "codec_per_stream": .array(streams.map { .text($0.codec) }),
            "sampling_rate_per_stream": .array(streams.map { JSONValue($0.sampleRate) }),
            "sample_format_per_stream_as_dtype": .array(
                streams.map { stream in
                    stream.format.map { .text("<class 'numpy.\($0.numpyName)'>") } ?? .null
                }),
            "sample_format_per_stream_is_planar": .array(streams.map { .bool(!$0.isInterleaved) }),
            "channels_per_stream": .array(streams.map { JSONValue($0.channels) }),
            "codec_compression_kind_per_stream": .array(streams.map { .text($0.compressionKind) }),
        ]
        features["filename_bytes"] = description.fileName.base64FileBytes.map { .text($0) }
        return features
    }

    /// The marks and loops in the source, by its samples; nil if there are none.
    private var marks: JSONValue? {
        let metadata = description.metadata
        let points = metadata.cues
        guard !points.isEmpty || metadata.sampler != nil else { return nil }
        var marks: [String: JSONValue] = ["sample_rate": JSONValue(description.stream.sampleRate)]
        if !points.isEmpty { marks["points"] = .array(points.map { JSONValue($0) }) }
        if let sampler = metadata.sampler {
            marks["note"] = JSONValue(sampler.note)
            marks["loops"] = .array(sampler.loops.map { JSONValue($0) })
            if sampler.device != SamplerChunk.Device() { marks["device"] = JSONValue(sampler.device) }
        }
        return .object(marks)
    }

    /// The source's own metadata, and the notes of the import.
    private var sourceMetadata: [String: JSONValue] {
        let metadata = description.metadata
        var fields: [String: JSONValue] = [:]
        fields["path"] = relativePath.map { .text($0.displayedName) }
        fields["path_bytes"] = relativePath?.base64FileBytes.map { .text($0) }
        fields["stream"] = description.chosenStream.map { JSONValue($0) }
        if let start {
            fields["start"] = .object([
                "time": .text(start.time.description), "from": .text(start.origin.rawValue),
            ])
        }
        fields["guano"] = JSONValue(metadata.guano)
        fields["wamd"] = JSONValue(metadata.wamd)
        fields["info"] = JSONValue(metadata.info)
        fields["bext"] = metadata.broadcast.map { JSONValue($0) }
        fields["ixml"] = metadata.ixml.map { .text($0) }
        fields["marks"] = marks
        if !isByteExact, !metadata.chunks.isEmpty { fields["chunks"] = .array(metadata.chunks.map { JSONValue($0) }) }
        fields["tags"] = JSONValue(description.tags.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        fields["stream_tags"] = JSONValue(description.stream.tags.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        if !notes.isEmpty { fields["notes"] = .array(notes.map { .text($0) }) }
        return fields
    }
}

extension JSONValue {
    fileprivate init?(_ fields: [MetadataField]) {
        self.init(fields.map { ($0.name, $0.value) })
    }

    fileprivate init(_ broadcast: BroadcastExtension) {
        var fields: [String: JSONValue] = [
            "description": .text(broadcast.summary), "originator": .text(broadcast.originator),
            "originator_reference": .text(broadcast.originatorReference),
            "origination_date": .text(broadcast.date), "origination_time": .text(broadcast.time),
            "time_reference": JSONValue(broadcast.timeReference),
            "coding_history": .text(broadcast.codingHistory),
        ]
        if !broadcast.materialIdentifier.isEmpty {
            fields["umid"] = .text(Data(broadcast.materialIdentifier).base64EncodedString())
        }
        fields["loudness"] = broadcast.loudness.map { .array($0.map { JSONValue($0) }) }
        self = .object(fields)
    }

    fileprivate init(_ chunk: SourceChunk) {
        self = .object([
            "id": .text(chunk.identifier), "base64": .text(Data(chunk.contents).base64EncodedString()),
        ])
    }
}

extension JSONValue {
    fileprivate init(_ point: CuePoint) {
        var fields = ["id": JSONValue(point.identifier), "sample": JSONValue(point.sample)]
        fields["length"] = point.sampleCount.map { JSONValue($0) }
        fields["purpose"] = point.purpose.map { .text($0) }
        fields["label"] = point.label.map { .text($0) }
        fields["note"] = point.note.map { .text($0) }
        fields["text"] = point.text.map { .text($0) }
        self = .object(fields)
    }

    fileprivate init(_ loop: SamplerChunk.Loop) {
        var fields = [
            "id": JSONValue(loop.identifier), "type": JSONValue(loop.kind), "first": JSONValue(loop.first),
            "last": JSONValue(loop.last), "play_count": JSONValue(loop.playCount),
        ]
        if loop.fraction != 0 { fields["fraction"] = JSONValue(loop.fraction) }
        self = .object(fields)
    }

    fileprivate init(_ device: SamplerChunk.Device) {
        self = .object([
            "manufacturer": JSONValue(device.manufacturer), "product": JSONValue(device.product),
            "pitch_fraction": JSONValue(device.pitchFraction), "smpte_format": JSONValue(device.smpteFormat),
            "smpte_offset": JSONValue(device.smpteOffset),
        ])
    }
}

extension SampleFormat {
    fileprivate var numpyName: String {
        switch self {
        case .float32: "float32"
        case .float64: "float64"
        case .integer(let bits): bits <= 8 ? "uint8" : bits <= 16 ? "int16" : "int32"
        }
    }
}
