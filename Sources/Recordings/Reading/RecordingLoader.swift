import Support
import WaveFile
import Zarr

/// A recording, and what was opened to read it.
struct LoadedRecording: Sendable {
    let recording: Recording
    let codec: any RecordingCodec
    let audio: StoredAudio
    let opened: OpenedAudio
}

/// Reads what must be known of a recording before its first sample: its format, its length, where its samples are.
struct RecordingLoader: Sendable {
    var store: any Store
    let cache: BlockCache
    /// Keeps data that takes long to compute; nil if nothing is kept.
    var file: CatalogueFile?
    /// Count what is decoded.
    var counters = DecodeCounters()
    let log: Log
    /// Whether coded audio is compared with its checksums.
    var verifiesChecksums = true

    /// The same, but reading from `store`.
    func reading(from store: any Store) -> RecordingLoader {
        var loader = self
        loader.store = store
        return loader
    }

    /// Opens the recording at `node`; throws if it cannot be served.
    func load(_ node: RecordingNode) throws(RecordingError) -> LoadedRecording {
        logChange(of: node.document)
        let audio = try StoredAudio(
            of: node, in: store, cache: cache, verifiesChecksums: verifiesChecksums, willDecode: logChange)
        let codec = try CodecRegistry.codec(of: audio)
        let counter = counters[codec.name]
        let opened = try codec.open(audio, StreamServices(counter: counter, file: file, log: log))
        let samples: any SampleReading =
            switch opened.samples {
            case .direct(let samples): samples
            case .units(let units): reader(of: units, opened, counter, node)
            }
        if store.requestsAtOnce != nil, case .units(let units) = opened.samples {
            // With what was fetched to open the recording.
            units.prepare()
        }
        return LoadedRecording(
            recording: try recording(
                node, codec, audio.attributes, opened, samples, codedFile(node, codec, audio, opened)),
            codec: codec, audio: audio, opened: opened)
    }

    /// Logs once if `document` does not have its checksum. It is believed: another program may have changed it.
    private func logChange(of document: NodeDocument) {
        guard (try? document.hasWrongChecksum()) == true else { return }
        log.sayOnce(
            .warning, key: "document \(document.path)",
            "/\(document.path)/zarr.json does not have its checksum: it is damaged, or another program changed it")
    }

    private func reader(
        of units: some DecodeUnits, _ opened: OpenedAudio, _ counter: DecodeCounter, _ node: RecordingNode
    ) -> any SampleReading {
        UnitReader(
            path: node.path, units: units, skippedSamples: opened.skippedSamples,
            blockAlign: UInt64(opened.channels * opened.encoding.bytes), cache: cache,
            owner: cache.makeOwner(of: .samples), requestsAtOnce: store.requestsAtOnce, counter: counter)
    }

    private func recording(
        _ node: RecordingNode, _ codec: any RecordingCodec, _ attributes: AudioAttributes, _ audio: OpenedAudio,
        _ samples: any SampleReading, _ codedFile: (any CodedFile)?
    ) throws(RecordingError) -> Recording {
        let group = node.attributes
        let rate = AnnouncedRate(
            streamRate: audio.sampleRate, factor: codec.isDecoded ? attributes.rescaleFactor : nil,
            sampleCount: audio.restSampleCount, sourceDuration: group?.sourceDuration)
        if let reason = rate.reason { log.say(.info, "/\(node.path): announced at \(rate.hertz) Hz, \(reason)") }
        guard let format = WaveFormat(sampleRate: rate.hertz, channels: audio.channels, encoding: audio.encoding),
            audio.sampleCount.multiplied(by: UInt64(format.blockAlign)).flatMap({ Int64(exactly: $0) }) != nil
        else {
            throw RecordingError(
                "no WAV file holds \(audio.sampleCount) samples of \(audio.channels) channels at \(rate.hertz) Hz",
                recording: node.path)
        }
        let envelope = try envelope(node, codec, format, audio)
        var facts = RecordingFacts(
            path: node.path, isArray: node.isArray, sourceName: node.sourceName, codec: codec.name, format: format,
            sampleCount: audio.sampleCount, modified: modified(node))
        facts.documentChecksum = UInt64(node.document.checksum)
        facts.rateReason = rate.reason
        if let setStart = group?.setStart {
            facts.start = setStart.time
        } else {
            facts.start = attributes.firstSampleTime.flatMap { Timestamp(iso8601: $0) }
        }
        facts.sourceSHA256 = group?.source.sha256
        facts.sourceModified = group?.source.modified
        facts.sourcePath = group?.sourcePath
        facts.envelopeSize = envelope?.size
        if let group { facts.add(group.recorder) }
        facts.codedFile = codedFile?.outline
        facts.metadata = MetadataOutline(WaveDescription(facts, group, isLossless: codec.isLossless))
        return Recording(
            facts, samples: samples, envelope: envelope,
            codedFile: codedFile.map { OpenedCodedFile(file: $0, path: node.path) }
        ) { [facts] () throws(RecordingError) in
            try description(of: facts)
        }
    }

    /// What the WAV file of the recording of which `facts` are known says. Throws if the store has something else now.
    func description(of facts: RecordingFacts) throws(RecordingError) -> WaveDescription {
        let node = try RecordingNode(store: store, path: facts.path, cache: cache)
        let codec = CodecRegistry.codec(named: facts.codec)
        let description = WaveDescription(facts, node.attributes, isLossless: codec?.isLossless ?? false)
        guard MetadataOutline(description).fingerprint == facts.metadata.fingerprint else {
            throw RecordingError(
                "its metadata were changed since it was examined", recording: facts.path,
                cause: StoreError(.changed, "is another one now; open it again", key: facts.path))
        }
        return description
    }

    /// The source's own bytes around the samples, if the codec keeps those as they were. Bytes that do not fit are
    /// ignored, and the reason is logged. Throws if they may be there and could not be looked at: without them it would be another file.
    private func envelope(
        _ node: RecordingNode, _ codec: any RecordingCodec, _ format: WaveFormat, _ audio: OpenedAudio
    ) throws(RecordingError) -> SourceEnvelope? {
        guard let group = node.attributes, codec.isLossless else { return nil }
        do {
            return try StoredEnvelope(store: store, cache: cache, path: node.path).envelope(
                format: format, dataByteCount: audio.sampleCount * UInt64(format.blockAlign),
                sourceByteCount: group.source.byteCount)
        } catch {
            if error.isOfReading {
                throw RecordingError(
                    "source_head and source_tail cannot be looked at", recording: node.path, cause: error)
            }
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
