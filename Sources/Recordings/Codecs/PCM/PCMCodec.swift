import Zarr

/// Samples as they are, the elements of a numeric array.
struct PCMCodec: RecordingCodec {
    let name = AudioCodec.pcm
    let isLossless = true
    let fileExtension: String? = nil
    let isDecoded = false
    let indexNames: [String] = []

    /// Whether it is samples: whatever is not coded bytes.
    func recognizes(_ audio: StoredAudio) -> Bool {
        !audio.isCoded || audio.codecName?.lowercased() == name.rawValue
    }

    func open(_ audio: StoredAudio, _ services: StreamServices) throws(RecordingError) -> OpenedAudio {
        let samples = try PCMSamples(audio.array, attributes: audio.attributes)
        guard let rate = audio.attributes.sampleRate.flatMap({ UInt32(exactly: $0.rounded()) }), rate > 0 else {
            throw RecordingError(
                "nothing says at which sample rate its samples were taken", recording: audio.array.path)
        }
        return OpenedAudio(
            sampleRate: rate, channels: samples.channels, encoding: samples.encoding,
            decodedSampleCount: samples.sampleCount, samples: .direct(samples))
    }

    /// Reads all elements.
    func check(_ audio: StoredAudio, opened: OpenedAudio?, in check: inout RecordingCheck) {
        let isPlanar = audio.array.shape.count == 2 && audio.array.shape[1] == opened?.sampleCount
        for (rows, error) in audio.array.unreadableRows(progress: check.progress) {
            check.add("they cannot be read", error, samples: isPlanar ? nil : rows)
        }
        if check.node.isArray { check.countAbsentChunks(of: audio.array) }
    }

    func statistics(of audio: StoredAudio) -> StreamStatistics? { nil }
}

extension AudioCodec {
    /// Samples as they are.
    public static let pcm = AudioCodec("pcm")
}
