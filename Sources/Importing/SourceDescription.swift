import AudioCoding
import Recordings
import Support
import WaveFile

/// What is known of a source before its samples are read: its streams, as libavformat or its own header describes them.
struct SourceDescription {
    /// A stream of sound.
    struct Stream {
        /// libavcodec's name for its codec.
        let codec: String
        let sampleRate: UInt32
        let channels: Int
        /// The format that its samples are read in; nil if there is no decoder.
        let format: SampleFormat?
        let bitRate: UInt64?
        let tags: [String: String]
        /// Its number in the file.
        let index: Int
        /// Samples of one channel that an edit list leaves out.
        var cutSampleCount: UInt64 = 0
        /// The sample of the file's time that is the first in the file, if nothing shows whether there were any before.
        var firstSample: UInt64 = 0
    }

    let fileName: String
    let byteCount: UInt64
    /// When the file was last modified.
    let modified: Timestamp
    /// libavformat's name for the container.
    let container: String
    let streams: [Stream]
    /// The index in `streams` of the one that is imported.
    let chosen: Int
    /// The container's tags.
    let tags: [String: String]
    let metadata: WaveMetadata
    /// Whether `metadata` are those of the file's own chunks. libavformat makes tags of them, under names that say less.
    private let hasChunks: Bool

    /// The tags of the file and the stream that may say when it began.
    var startTags: [String: String] { hasChunks ? [:] : tags.merging(stream.tags) { $1 } }

    var stream: Stream { streams[chosen] }

    /// The number in the file of the stream that is imported; nil if it is the only one of sound.
    var chosenStream: Int? { streams.count > 1 ? stream.index : nil }

    /// What to say of the stream that is imported: which of several it is, and what of it is left out.
    var streamNotes: [String] {
        let clock = { (samples: UInt64) in SampleDuration(samples: samples, rate: stream.sampleRate).clock }
        var notes = choiceNotes
        if stream.cutSampleCount > 0 {
            notes.append(
                "an edit list leaves out \(clock(stream.cutSampleCount)) of the sound in the file, which is not imported"
            )
        }
        if stream.firstSample > UInt64(stream.sampleRate) / Self.lateFraction {
            notes.append(
                "begins at \(clock(stream.firstSample)) of the file's own time: what came before, if anything did, is not in the file"
            )
        }
        if metadata.leftOutCueCount > 0 {
            notes.append(
                "\(metadata.leftOutCueCount) marks (cue points) of the source are not kept among its metadata, which have the first \(metadata.cues.count)"
            )
        }
        return notes
    }

    /// What to say of chunks that are not kept if the source's bytes are not.
    var chunkNotes: [String] {
        metadata.leftOutChunks.map { chunk in
            "the chunk \"\(chunk.identifier)\" of \(chunk.byteCount) bytes is not kept: it is too long, or its numbers are in another byte order"
        }
    }

    /// The part of a second that sound in a file may begin late without a word: the padding of encoders, and a video's first picture.
    private static let lateFraction: UInt64 = 10

    private var choiceNotes: [String] {
        guard let chosenStream else { return [] }
        let others = streams.map(\.index).filter { $0 != chosenStream }.map(String.init).joined(separator: ", ")
        return [
            "stream \(chosenStream), one of \(streams.count) tracks of sound: --stream imports another (\(others))"
        ]
    }

    /// A WAV file that is read from its own bytes.
    init(_ file: SourceFile, _ source: WaveSource, format: WaveFormat, metadata: WaveMetadata) {
        fileName = file.name
        byteCount = file.byteCount
        modified = file.modified
        container = source.container
        let codec = format.encoding.codecName
        let isBigEndian = source.head.format.packing?.isBigEndian == true
        streams = [
            Stream(
                codec: isBigEndian && codec.hasSuffix("le") ? codec.dropLast(2) + "be" : codec,
                sampleRate: format.sampleRate, channels: format.channels,
                format: SampleFormat(format.encoding),
                bitRate: UInt64(format.sampleRate) * UInt64(source.blockAlign) * 8, tags: [:], index: 0)
        ]
        chosen = 0
        tags = [:]
        self.metadata = metadata
        hasChunks = true
    }

    /// A file that libavformat does not know, but the codec of `copier` does.
    init(_ file: SourceFile, _ copier: any SourceCopier) {
        fileName = file.name
        byteCount = file.byteCount
        modified = file.modified
        container = copier.codec.rawValue
        streams = [
            Stream(
                codec: copier.codec.rawValue, sampleRate: copier.sampleRate, channels: copier.channels, format: nil,
                bitRate: nil, tags: [:], index: 0)
        ]
        chosen = 0
        tags = [:]
        metadata = WaveMetadata()
        hasChunks = false
    }

    /// A FLAC file whose frames `salvage` has found, and which libavformat reads as `media`; nil if it does not.
    init(_ file: SourceFile, _ media: MediaSource?, _ salvage: FLACSalvage) {
        let described = media.map { SourceDescription(file, $0) }
        let stream = Stream(
            codec: "flac", sampleRate: salvage.sampleRate, channels: salvage.channels, format: salvage.format,
            bitRate: nil, tags: described?.stream.tags ?? [:], index: described?.stream.index ?? 0)
        fileName = file.name
        byteCount = file.byteCount
        modified = file.modified
        container = "flac"
        streams = [stream]
        chosen = 0
        tags = described?.tags ?? [:]
        metadata = described?.metadata ?? WaveMetadata()
        hasChunks = false
    }

    /// A file that libavformat reads.
    init(_ file: SourceFile, _ source: MediaSource) {
        fileName = file.name
        byteCount = file.byteCount
        modified = file.modified
        container = source.format
        streams = source.streams.map { stream in
            Stream(
                codec: stream.codec, sampleRate: stream.sampleRate, channels: stream.channels, format: stream.format,
                bitRate: stream.bitRate, tags: stream.tags, index: stream.index,
                cutSampleCount: stream.cutSampleCount, firstSample: stream.firstSample)
        }
        chosen = source.streams.firstIndex { $0.index == source.stream.index } ?? 0
        tags = source.tags
        let comment = [source.tags, source.stream.tags].lazy.compactMap { tags in
            tags.first { $0.key.lowercased() == "comment" }?.value
        }.first
        let chunks = file.codedWave?.metadata
        hasChunks = chunks != nil
        var metadata = chunks ?? file.otherMetadata ?? WaveMetadata(chunks: file.foreignChunks)
        if let comment { metadata.add(comment: comment) }
        if metadata.cues.isEmpty { metadata.add(marks: source.chapters.enumerated().map { CuePoint($1, number: $0) }) }
        self.metadata = metadata
    }
}

extension CuePoint {
    /// The mark that stands for `chapter`, which comes after `number` others.
    fileprivate init(_ chapter: MediaChapter, number: Int) {
        self.init(identifier: UInt32(clamping: number + 1), sample: chapter.sample)
        sampleCount = chapter.sampleCount
        label = chapter.title
    }
}

extension SampleEncoding {
    /// libavcodec's name for it.
    fileprivate var codecName: String {
        switch self {
        case .unsigned8: "pcm_u8"
        case .integer16: "pcm_s16le"
        case .integer24: "pcm_s24le"
        case .integer32: "pcm_s32le"
        case .float32: "pcm_f32le"
        case .float64: "pcm_f64le"
        }
    }
}

extension SourceDescription.Stream {
    /// libavcodec's names for codecs that lose nothing.
    private static let losslessCodecs: Set = [
        "flac", "alac", "wavpack", "tta", "ape", "mlp", "truehd", "shorten", "tak",
    ]

    private var isPCM: Bool { codec.hasPrefix("pcm_") }

    /// Whether libavcodec's decoder makes interleaved samples.
    var isInterleaved: Bool { isPCM || codec == "flac" }

    /// zarrwlr's term for how the codec compresses.
    var compressionKind: String {
        if isPCM { return "UNCOMPRESSED" }
        return Self.losslessCodecs.contains(codec) ? "LOSSLESS_COMPRESSED" : "LOSSY_COMPRESSED"
    }
}
