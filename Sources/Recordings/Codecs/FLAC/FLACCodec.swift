import AudioCoding

/// FLAC, in its own container.
struct FLACCodec: RecordingCodec {
    /// Where the frames are; rows of `FrameIndexRow`.
    static let indexName = "flac_index"

    let name = AudioCodec.flac
    let isLossless = true
    let keepsSourceFiles = true
    let indexNames = [Self.indexName]
    private let decoders = DecoderPool<FLACStreamInfo.Form, FLACDecoder>()

    func open(_ audio: StoredAudio, _ services: StreamServices) throws(RecordingError) -> OpenedAudio {
        let stream = try FLACStream(audio, decoders: decoders, services)
        return OpenedAudio(
            sampleRate: stream.streamInfo.sampleRate, channels: stream.streamInfo.channels, encoding: stream.encoding,
            decodedSampleCount: stream.sampleCount, samples: .units(stream), codedForm: .file(stream.file))
    }

    func statistics(of audio: StoredAudio) throws -> StreamStatistics? {
        let blob = try audio.blob()
        let format = FLACFormat(try FLACMetadata(of: blob.stream))
        return StreamStatistics(of: try FrameTable(of: blob, format), in: blob, indexNames: indexNames)
    }
}

extension AudioCodec {
    /// FLAC.
    public static let flac = AudioCodec("flac")
}
