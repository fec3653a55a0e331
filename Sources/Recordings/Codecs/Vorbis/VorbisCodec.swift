import AudioCoding
import WaveFile

/// Vorbis in Ogg pages.
struct VorbisCodec: RecordingCodec {
    /// Where the pages of each decode unit are; rows of `FrameIndexRow`.
    static let indexName = "vorbis_index"

    let name = AudioCodec.vorbis
    let isLossless = false
    let keepsSourceFiles = true
    let fileExtension: String? = "ogg"
    let indexNames = [Self.indexName]
    private let decoders = DecoderPool<VorbisHeaders, VorbisDecoder>()

    func open(_ audio: StoredAudio, _ services: StreamServices) throws(RecordingError) -> OpenedAudio {
        let stream = try VorbisStream(audio, decoders: decoders, services)
        return OpenedAudio(
            sampleRate: stream.headers.sampleRate, channels: stream.headers.channels, encoding: .integer16,
            decodedSampleCount: stream.sampleCount, samples: .units(stream))
    }

    func statistics(of audio: StoredAudio) throws -> StreamStatistics? {
        let blob = try audio.blob()
        var statistics = StreamStatistics(byteCount: blob.byteCount, indexNames: indexNames)
        var scanner = VorbisPacketScanner()
        func count(_ packets: [OggPacket]) {
            for packet in packets { statistics.countFrame(byteCount: UInt64(packet.byteCount)) }
        }
        try blob.forEachPiece(from: 0, damage: CodedBlob.passOverDamagedChunks) { count(try scanner.consume($0)) }
        count(try scanner.finish())
        return statistics
    }
}

extension AudioCodec {
    /// Vorbis.
    public static let vorbis = AudioCodec("vorbis")
}
