import AudioCoding
import WaveFile

/// MPEG audio, layers II and III: the source file, with all tags that it has.
struct MP3Codec: RecordingCodec {
    /// Where the frames are; rows of `FrameIndexRow`.
    static let indexName = "mp3_index"
    /// Frames of one unit: few enough for a random read to be cheap, many enough for pre-roll to cost a sequential one little.
    private static let framesPerUnit: UInt64 = 12

    let name = AudioCodec.mp3
    let isLossless = false
    let keepsSourceFiles = true
    let indexNames = [Self.indexName]
    let probedIndexName: String? = Self.indexName

    func open(_ audio: StoredAudio, _ services: StreamServices) throws(RecordingError) -> OpenedAudio {
        let (format, frames) = try stream(of: audio, services)
        let header = format.layout.header
        let units = try CountedFrameUnits(
            of: frames, MP3GroupDecoder(header), framesPerUnit: Self.framesPerUnit, path: audio.path,
            counter: services.counter)
        let (skipped, kept) = try extent(of: format, frameCount: frames.count, audio)
        return OpenedAudio(
            sampleRate: header.sampleRate, channels: header.channels, encoding: .integer16,
            decodedSampleCount: units.sampleCount, skippedSamples: skipped, keptSamples: kept, samples: .units(units))
    }

    /// Looks at both ends of `audio`, and counts its frames.
    private func stream(
        of audio: StoredAudio, _ services: StreamServices
    ) throws(RecordingError) -> (MP3Format, CountedFrames<MP3Format>) {
        let blob = try audio.blob()
        do {
            let format = MP3Format(try MP3Layout(of: blob.stream))
            let first = try CountedFrames.first(1, of: blob, format)
            let finder = FrameFinder(format, in: blob, of: audio, services)
            return (format, try CountedFrames(finder, startingWith: first[0]))
        } catch {
            throw RecordingError("its MP3 stream cannot be read", recording: audio.path, cause: error)
        }
    }

    /// How many of the samples that `frameCount` frames decode to come before the first of the recording, and how many it has: as
    /// the attributes of `audio` say, else as the header frame of the stream does.
    private func extent(
        of format: MP3Format, frameCount: UInt64, _ audio: StoredAudio
    ) throws(RecordingError) -> (skipped: UInt64, kept: UInt64) {
        if let kept = audio.attributes.totalSamples { return (audio.attributes.primingSamples ?? 0, kept) }
        do throws(AudioCodingError) {
            let heard = try format.layout.trim.heard(
                frameCount: frameCount, samplesPerFrame: format.layout.header.samplesPerFrame)
            return (heard.lowerBound, UInt64(heard.count))
        } catch {
            throw RecordingError("its MP3 stream cannot be read", recording: audio.path, cause: error)
        }
    }

    func check(_ audio: StoredAudio, opened: OpenedAudio?, in check: inout RecordingCheck) {
        do {
            let blob = try audio.blob()
            let isIntact = check.compareWithSourceFile(blob) ?? false
            let format = MP3Format(try MP3Layout(of: blob.stream))
            let header = format.layout.header
            try check.checkCountedFrames(
                of: blob, format, audio.attributes, form: (header.sampleRate, header.channels), isIntact: isIntact)
        } catch {
            // If it is not open, the reason has been added.
            if opened != nil { check.add("its MP3 stream cannot be read", error) }
        }
    }

    func statistics(of audio: StoredAudio) throws -> StreamStatistics? {
        let blob = try audio.blob()
        let format = MP3Format(try MP3Layout(of: blob.stream))
        return StreamStatistics(of: try FrameTable(of: blob, format), in: blob, indexNames: indexNames)
    }
}

extension AudioCodec {
    /// MP3 and MP2.
    public static let mp3 = AudioCodec("mp3")
}
