import AudioCoding
import WaveFile

/// AAC in ADTS frames.
struct AACCodec: RecordingCodec {
    /// Where the frames are; rows of `FrameIndexRow`.
    static let indexName = "aac_index"
    /// Frames of one unit: few enough for a random read to be cheap, many enough for pre-roll to cost a sequential one little.
    private static let framesPerUnit: UInt64 = 16

    let name = AudioCodec.aac
    let isLossless = false
    let streamHasTags = false
    let indexNames = [Self.indexName]
    let probedIndexName: String? = Self.indexName
    /// Those of all recordings.
    let decoders = AACDecoders()

    func open(_ audio: StoredAudio, _ services: StreamServices) throws(RecordingError) -> OpenedAudio {
        let (decoder, frames) = try stream(of: audio, services)
        let units = try CountedFrameUnits(
            of: frames, decoder, framesPerUnit: Self.framesPerUnit, path: audio.path, counter: services.counter)
        return OpenedAudio(
            sampleRate: decoder.format.sampleRate, channels: decoder.format.channels, encoding: .integer16,
            decodedSampleCount: units.sampleCount, skippedSamples: audio.attributes.primingSamples ?? 0,
            keptSamples: audio.attributes.totalSamples, samples: .units(units))
    }

    /// Decodes the first frames of `audio` to learn its format, and counts all of them.
    private func stream(
        of audio: StoredAudio, _ services: StreamServices
    ) throws(RecordingError) -> (AACGroupDecoder, CountedFrames<ADTSFormat>) {
        let blob = try audio.blob()
        do {
            let first = try AACGroupDecoder.firstFrames(of: blob)
            let finder = FrameFinder(ADTSFormat(), in: blob, of: audio, services)
            let frames = try CountedFrames(finder, startingWith: first[0])
            return (try AACGroupDecoder(first, in: blob, decoders), frames)
        } catch {
            throw RecordingError("its AAC stream cannot be read", recording: audio.path, cause: error)
        }
    }

    func statistics(of audio: StoredAudio) throws -> StreamStatistics? {
        let blob = try audio.blob()
        return StreamStatistics(of: try FrameTable(of: blob, ADTSFormat()), in: blob, indexNames: indexNames)
    }
}

extension AudioCodec {
    /// AAC.
    public static let aac = AudioCodec("aac")
}
