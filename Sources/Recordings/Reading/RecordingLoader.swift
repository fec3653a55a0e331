import AudioCoding
import Support
import WaveFile
import Zarr

/// Reads what must be known of a recording before its first sample: its format, its length, its samples' whereabouts.
struct RecordingLoader: Sendable {
    let store: any Store
    let cache: BlockCache
    /// Where what takes long to find out is kept, if anywhere.
    var file: CatalogueFile?
    /// Count what is decoded.
    var counters = DecodeCounters()
    /// Decoders of whatever is loaded.
    let decoders = DecoderPools()
    let log: Log

    /// The recording at `node`; throws what stands in its way.
    func load(_ node: RecordingNode) throws(RecordingError) -> Recording {
        let found = try audioArray(of: node)
        return try recording(
            node, codec: found.codec, audio: audio(found.array, found.attributes, found.codec, node),
            attributes: found.attributes)
    }

    /// The array of a recording's audio, and what is said of it.
    struct AudioArray {
        let array: ZarrArray
        let attributes: AudioAttributes
        let codec: AudioCodec
    }

    /// The audio of the recording at `node`, not yet looked into.
    func audioArray(of node: RecordingNode) throws(RecordingError) -> AudioArray {
        switch node.content {
        case .array:
            let (array, attributes) = try openAudio(node.path, of: node)
            return AudioArray(array: array, attributes: attributes, codec: .pcm)
        case .group(let group):
            let (array, attributes) = try openAudio("\(node.path)/\(HierarchyNames.blob)", of: node)
            return AudioArray(
                array: array, attributes: attributes, codec: try codec(of: array, attributes, group, node))
        }
    }

    private func openAudio(
        _ path: String, of node: RecordingNode
    ) throws(RecordingError) -> (array: ZarrArray, attributes: AudioAttributes) {
        do throws(ZarrError) {
            switch try ZarrNode.open(store, path: path, cache: cache, attributes: AudioAttributes.self) {
            case (.array(let array), let attributes)?: return (array, attributes)
            case (.group, _)?: throw ZarrError(.invalidDocument, "is a group, not an array", path: path)
            case nil: throw ZarrError(.notFound, "there is no Zarr node", path: path)
            }
        } catch {
            throw RecordingError("its audio cannot be opened", recording: node.path, cause: error)
        }
    }

    // MARK: - Parts

    /// What the audio itself says of the recording.
    private struct Audio {
        let reader: any SampleReading
        let sampleRate: UInt32
        let channels: Int
        let encoding: SampleEncoding
        /// Samples of one channel that the recording has.
        let sampleCount: UInt64
        /// Samples of one channel that the whole stream decodes to.
        let decodedSampleCount: UInt64
    }

    private func codec(
        of array: ZarrArray, _ attributes: AudioAttributes, _ group: GroupAttributes, _ node: RecordingNode
    ) throws(RecordingError) -> AudioCodec {
        guard array.dataType == .uint8 else { return .pcm }
        guard let name = attributes.codec ?? group.encoding else {
            throw RecordingError("nothing says how its audio is coded", recording: node.path)
        }
        guard let codec = AudioCodec(rawValue: name.lowercased()) else {
            throw RecordingError("its audio is coded as \(name), which is not supported", recording: node.path)
        }
        return codec
    }

    private func audio(
        _ array: ZarrArray, _ attributes: AudioAttributes, _ codec: AudioCodec, _ node: RecordingNode
    ) throws(RecordingError) -> Audio {
        switch codec {
        case .pcm:
            return try pcm(array, attributes)
        case .flac:
            let blob = try CodedBlob(array)
            let stream = try FLACStream(
                blob: blob, derived: derived(of: blob, node),
                index: { storedIndex(HierarchyNames.flacIndex, of: node) }, path: node.path,
                decoders: decoders.flac, log: log)
            return try audio(
                stream, counters.flac, rate: stream.streamInfo.sampleRate, channels: stream.streamInfo.channels,
                encoding: stream.encoding, decoded: stream.sampleCount, skipped: 0, kept: nil, node)
        case .aac:
            let blob = try CodedBlob(array)
            let stream = try AACStream(
                blob: blob, derived: derived(of: blob, node), index: storedIndex(HierarchyNames.aacIndex, of: node),
                path: node.path, counter: counters.aac, log: log)
            return try audio(
                stream, counters.aac, rate: stream.format.sampleRate, channels: stream.format.channels,
                encoding: .integer16,
                decoded: stream.sampleCount, skipped: attributes.primingSamples ?? 0, kept: attributes.totalSamples,
                node)
        case .opus:
            return try opus(CodedBlob(array), attributes, node)
        }
    }

    /// The audio of a coded stream: `kept` samples of the `decoded`, after the first `skipped`.
    private func audio(
        _ units: some DecodeUnits, _ counter: DecodeCounter, rate: UInt32, channels: Int, encoding: SampleEncoding,
        decoded: UInt64, skipped: UInt64, kept: UInt64?, _ node: RecordingNode
    ) throws(RecordingError) -> Audio {
        let rest = decoded.subtracting(skipped) ?? 0
        let reader = UnitReader(
            path: node.path, units: units, skippedSamples: skipped, blockAlign: UInt64(channels * encoding.bytes),
            cache: cache, owner: cache.makeOwner(of: .samples), counter: counter)
        return Audio(
            reader: reader, sampleRate: rate, channels: channels, encoding: encoding,
            sampleCount: min(kept ?? rest, rest), decodedSampleCount: rest)
    }

    /// Opus in Ogg pages, or as packets end to end with an index that says where each begins.
    private func opus(
        _ blob: CodedBlob, _ attributes: AudioAttributes, _ node: RecordingNode
    ) throws(RecordingError) -> Audio {
        do {
            let magic = try blob.bytes(0..<8)
            if magic.starts(with: "OggS".utf8) {
                let extent = try OggOpusExtent(of: blob.stream)
                let stream = OpusStream(
                    head: extent.head, path: node.path, cache: cache, derived: derived(of: blob, node),
                    decoders: decoders.opus, counter: counters.opus
                ) { [log, store, cache] in
                    log.say(.info, "/\(node.path): its packets are found by their Ogg pages, in memory")
                    let packets = try OggPackets(blob: blob)
                    let restarts = OpusRestarts(
                        store, path: node.path, packetCount: packets.count, isScanned: true, cache: cache)
                    return OpusStream.Source(packets: packets, restarts: restarts)
                }
                let skipped = UInt64(extent.head.preSkip)
                return try audio(
                    stream, counters.opus, rate: OpusStreamDecoder.sampleRate, channels: extent.head.channels,
                    encoding: .integer16,
                    decoded: extent.sampleCount.adding(skipped) ?? .max, skipped: skipped, kept: nil, node)
            }
            guard
                let index = try? ZarrArray.open(
                    store, path: "\(node.path)/\(HierarchyNames.opusIndex)", cache: cache, kind: .indexes),
                let packets = StoredOpusPackets(blob: blob, index: index)
            else {
                throw AudioCodingError(
                    .opus,
                    "where its packets begin is lost: they were stored one after another without their lengths, "
                        + "and cannot be told apart; import the source again")
            }
            let headArray = try ZarrArray.open(store, path: "\(node.path)/\(HierarchyNames.opusHead)", cache: cache)
            let head = try OpusHead(CodedBlob(headArray).bytes(0..<1024))
            let restarts = OpusRestarts(
                store, path: node.path, packetCount: packets.count, isScanned: false, cache: cache)
            let stream = OpusStream(
                head: head, path: node.path, cache: cache, derived: derived(of: blob, node),
                decoders: decoders.opus, counter: counters.opus
            ) {
                OpusStream.Source(packets: packets, restarts: restarts)
            }
            return try audio(
                stream, counters.opus, rate: OpusStreamDecoder.sampleRate, channels: head.channels,
                encoding: .integer16,
                decoded: packets.sampleCount(beforeUnit: .max),
                skipped: attributes.primingSamples ?? UInt64(head.preSkip), kept: attributes.totalSamples, node)
        } catch let error as RecordingError {
            throw error
        } catch {
            throw RecordingError("its Opus stream cannot be read", recording: node.path, cause: error)
        }
    }

    private func pcm(_ array: ZarrArray, _ attributes: AudioAttributes) throws(RecordingError) -> Audio {
        let samples = try PCMSamples(array, attributes: attributes)
        guard let rate = attributes.sampleRate.flatMap({ UInt32(exactly: $0.rounded()) }), rate > 0 else {
            throw RecordingError("nothing says at which sample rate its samples were taken", recording: array.path)
        }
        return Audio(
            reader: samples, sampleRate: rate, channels: samples.channels, encoding: samples.encoding,
            sampleCount: samples.sampleCount, decodedSampleCount: samples.sampleCount)
    }

    /// The index of that name; nil where there is none, or none that can be read: the stream itself has all that it says.
    private func storedIndex(_ name: String, of node: RecordingNode) -> StoredFrameIndex? {
        guard
            let array = try? ZarrArray.open(store, path: "\(node.path)/\(name)", cache: cache, kind: .indexes)
        else { return nil }
        return StoredFrameIndex(array)
    }

    /// What takes long to find out about the stream in `blob`.
    private func derived(of blob: CodedBlob, _ node: RecordingNode) -> DerivedData.Opener {
        { file.map { DerivedData(file: $0, path: node.path, version: blob.version) } }
    }

    private func recording(
        _ node: RecordingNode, codec: AudioCodec, audio: Audio, attributes: AudioAttributes
    ) throws(RecordingError) -> Recording {
        let group = node.attributes
        let rate = AnnouncedRate(
            streamRate: audio.sampleRate, factor: codec == .pcm ? nil : attributes.rescaleFactor,
            sampleCount: audio.decodedSampleCount,
            sourceDuration: group?.sourceDuration)
        if let reason = rate.reason { log.say(.info, "/\(node.path): announced at \(rate.hertz) Hz, \(reason)") }
        guard let format = WaveFormat(sampleRate: rate.hertz, channels: audio.channels, encoding: audio.encoding),
            audio.sampleCount.multiplied(by: UInt64(format.blockAlign)).flatMap({ Int64(exactly: $0) }) != nil
        else {
            throw RecordingError(
                "no WAV file holds \(audio.sampleCount) samples of \(audio.channels) channels at \(rate.hertz) Hz",
                recording: node.path)
        }
        let envelope = envelope(node, codec, format, audio)
        var facts = RecordingFacts(
            path: node.path, isArray: node.isArray, sourceName: node.sourceName, codec: codec, format: format,
            sampleCount: audio.sampleCount, modified: modified(node))
        facts.rateReason = rate.reason
        facts.start = attributes.firstSampleTime.flatMap { Timestamp(iso8601: $0) }
        facts.sourceSHA256 = group?.source.sha256
        facts.envelopeSize = envelope?.size
        if let group { facts.add(group.recorder) }
        return Recording(facts, samples: audio.reader, envelope: envelope)
    }

    /// The source's own bytes around the samples, where the codec keeps those as they were. Those that do not fit are passed
    /// over, and the log says why.
    private func envelope(
        _ node: RecordingNode, _ codec: AudioCodec, _ format: WaveFormat, _ audio: Audio
    ) -> SourceEnvelope? {
        guard let group = node.attributes, codec == .flac || codec == .pcm else { return nil }
        do {
            return try StoredEnvelope(store: store, cache: cache, path: node.path).envelope(
                format: format, dataByteCount: audio.sampleCount * UInt64(format.blockAlign),
                sourceByteCount: group.source.byteCount)
        } catch {
            log.say(
                .warning,
                "/\(node.path): shown with a plain WAV header, its source_head and source_tail are of no use: \(error)")
            return nil
        }
    }

    /// When the store last wrote the recording's document.
    private func modified(_ node: RecordingNode) -> Timestamp {
        (try? store.status(of: "\(node.path)/zarr.json"))?.modified ?? Timestamp(seconds: 0)
    }
}
