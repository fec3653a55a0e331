import AudioCoding
import Support
import WaveFile

/// Opus, in Ogg pages or as packets end to end.
struct OpusCodec: RecordingCodec {
    /// Where packets that are stored end to end are; rows of `OpusPacketRow`.
    static let indexName = "opus_index"
    /// The OpusHead packet of packets that are stored end to end.
    static let headName = "opus_head"
    /// Places from which the packets can be decoded; rows of `OpusRestart`.
    static let syncName = "opus_sync"

    let name = AudioCodec.opus
    let isLossless = false
    let indexNames = [Self.indexName, Self.syncName]
    // The pages of an Ogg stream say themselves where they are: whatever index it has is read for its checksums alone.
    let checkedArrays = [Self.syncName]
    let partNames = [Self.headName]
    private let decoders = DecoderPool<OpusHead, OpusStreamDecoder>()

    func open(_ audio: StoredAudio, _ services: StreamServices) throws(RecordingError) -> OpenedAudio {
        let blob = try audio.blob()
        do {
            switch try OpusContainer(of: blob, audio) {
            case .pages: return try openPages(blob, audio, services)
            case .packets(let packets): return try openPackets(packets, blob, audio, services)
            }
        } catch {
            throw RecordingError("its Opus stream cannot be read", recording: audio.path, cause: error)
        }
    }

    private func openPages(
        _ blob: CodedBlob, _ audio: StoredAudio, _ services: StreamServices
    ) throws -> OpenedAudio {
        let extent = try OggOpusExtent(of: blob.stream)
        let stream = stream(extent.head, blob, audio, services) { [log = services.log] in
            log.say(.info, "/\(audio.path): its packets are found by their Ogg pages, in memory")
            let packets = try OggPackets(blob: blob)
            return OpusStream.Source(
                packets: packets, restarts: OpusRestarts(of: audio, packetCount: packets.count, isScanned: true))
        }
        let skipped = UInt64(extent.head.preSkip)
        return OpenedAudio(
            sampleRate: OpusStreamDecoder.sampleRate, channels: extent.head.channels, encoding: .integer16,
            decodedSampleCount: extent.sampleCount.adding(skipped) ?? .max, skippedSamples: skipped,
            samples: .units(stream))
    }

    private func openPackets(
        _ packets: StoredOpusPackets, _ blob: CodedBlob, _ audio: StoredAudio, _ services: StreamServices
    ) throws -> OpenedAudio {
        let head = try OpusHead(besidePacketsOf: audio)
        let restarts = OpusRestarts(of: audio, packetCount: packets.count, isScanned: false)
        let stream = stream(head, blob, audio, services) { OpusStream.Source(packets: packets, restarts: restarts) }
        var opened = OpenedAudio(
            sampleRate: OpusStreamDecoder.sampleRate, channels: head.channels, encoding: .integer16,
            decodedSampleCount: try packets.sampleCount(beforeUnit: .max),
            skippedSamples: audio.attributes.primingSamples ?? UInt64(head.preSkip),
            keptSamples: audio.attributes.totalSamples, samples: .units(stream))
        let file = OpusFile(
            packets, head, skippedSamples: opened.skippedSamples,
            endSample: opened.skippedSamples.adding(opened.sampleCount) ?? .max, cache: audio.cache,
            derived: services.derivedData(of: blob, packets.index, path: audio.path))
        opened.codedForm = file.map { .file($0) } ?? .none
        return opened
    }

    private func stream(
        _ head: OpusHead, _ blob: CodedBlob, _ audio: StoredAudio, _ services: StreamServices,
        openSource: @escaping @Sendable () throws -> OpusStream.Source
    ) -> OpusStream {
        OpusStream(
            head: head, path: audio.path, cache: audio.cache,
            derived: services.derivedData(of: blob, path: audio.path), decoders: decoders, counter: services.counter,
            openSource: openSource)
    }

    func check(_ audio: StoredAudio, opened: OpenedAudio?, in check: inout RecordingCheck) {
        check.checkOpus(audio, isOpen: opened != nil)
    }

    /// Nothing: `check` decodes the packets as it proves the restarts.
    func checkSamples(of loaded: LoadedRecording, in check: inout RecordingCheck) {}
}

extension AudioCodec {
    /// Opus.
    public static let opus = AudioCodec("opus")
}

extension CatalogueFile.DerivedKind {
    /// Places from which the packets of an Opus stream can be decoded.
    static let opusRestarts = Self(rawValue: "opusRestarts")
}
