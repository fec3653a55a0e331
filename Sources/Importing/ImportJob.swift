import AudioCoding
import Recordings
import Support
import WaveFile
import Zarr

/// Writes one source into a staged node: audio, index, the source's other bytes, and the attributes.
struct ImportJob {
    let source: OpenSource
    let options: ImportOptions
    let node: StagedNode
    let start: RecordingStart?
    /// Is told how many bytes of the source are done since the last time.
    let progress: (UInt64) -> Void

    /// What was written.
    struct Written {
        let audio: WrittenAudio
        /// The SHA-256 of the source file, in hexadecimal.
        let sha256: String
        /// The SHA-256 of the source's samples; empty for a WAV file, and where they were not decoded.
        let samples: [UInt8]
        /// Samples of one channel of the source.
        let sampleCount: UInt64
        /// Whether the source file can be given back byte for byte.
        let isByteExact: Bool
        var notes: [String]
    }

    /// Writes everything.
    func write() throws -> Written {
        let written =
            switch source.content {
            case .wave(let wave, let format): try writeWave(wave, format)
            case .media(let media): try writeMedia(media)
            }
        let document = RecordingDocument(
            description: source.description, sha256: written.sha256, sampleCount: written.sampleCount,
            codec: written.audio.codec, start: start, notes: written.notes, userAttributes: options.attributes)
        try node.writeGroup(attributes: document.attributes)
        return written
    }

    // MARK: - WAV

    private func writeWave(_ wave: WaveSource, _ format: WaveFormat) throws -> Written {
        let samples = try WaveSamples(
            wave, format: format, metadata: source.description.metadata, in: source.file,
            isConcurrent: options.isConcurrent)
        progress(wave.head.byteCount)
        var written = try encode(samples, bytesPerSample: Double(format.blockAlign)) { try samples.sha256() }
        progress(UInt64(wave.tail.count))
        if let silence = samples.collapsedSilence, silence.blockCount > 0 {
            written.notes.append(try note(on: silence))
        }
        guard written.isByteExact else { return written }
        try writeBytes(0..<wave.head.byteCount, HierarchyNames.sourceHead)
        if !wave.tail.isEmpty { try writeBytes(wave.tail, HierarchyNames.sourceTail) }
        return written
    }

    private func writeBytes(_ range: Range<UInt64>, _ name: String) throws {
        let array = ArrayWriter(in: node, name: name, .bytes)
        try source.file.forEachPiece(of: range) { try array.append($0) }
        try array.finish()
    }

    /// What to say of collapsed silence; throws where the name says that it is still to be expanded.
    private func note(on silence: CollapsedSilence) throws(ImportError) -> String {
        let stem = source.file.name.prefix { $0 != "." }
        let found = "\(silence.blockCount) blocks that stand for \(silence.missingSampleCount) samples of silence"
        guard options.keepsCollapsedSilence || stem.last?.uppercased() != "T" else {
            throw ImportError(
                "is a triggered AudioMoth recording with \(found): expand it with the AudioMoth Configuration App "
                    + "(File, Expand AudioMoth Recordings) first, or store it as it is with --keep-collapsed")
        }
        return "triggered AudioMoth recording, stored as it is: it has \(found), and its times are off by as much"
    }

    // MARK: - Other files

    private func writeMedia(_ media: MediaSource) throws -> Written {
        let bytesPerSample = media.stream.announcedSampleCount.map { count in
            Double(source.file.byteCount) / Double(max(count, 1))
        }
        let sha256 = try source.file.sha256()
        guard options.reencodes || media.copiedCodec == nil else {
            let copy = StreamCopy(media, of: source.file, in: node, isConcurrent: options.isConcurrent)
            var done = 0.0
            let audio = try copy.write(commonAttributes(factor: 1)) { count in
                done = advance(done, by: count, bytesPerSample ?? 0)
            }
            guard let audio else { throw ImportError("cannot be stored as it is: choose --reencode") }
            return Written(
                audio: audio, sha256: sha256, samples: [], sampleCount: audio.sampleCount, isByteExact: false,
                notes: [])
        }
        return try encode(try MediaSamples(media), bytesPerSample: bytesPerSample ?? 0) { sha256 }
    }

    // MARK: - Encoding

    /// Encodes `samples`; `sha256` is the file's once they were all read.
    private func encode(
        _ samples: any SampleSource, bytesPerSample: Double, sha256: () throws -> String
    ) throws -> Written {
        let plan = try EncodingPlan(samples.form, options)
        var done = 0.0
        let isLossless = plan.codec == .flac || plan.codec == .pcm
        // A WAV file is summed up as a whole.
        let isWave = samples is WaveSamples
        let observed = try ObservedSamples(samples, isSummedUp: isLossless && !isWave) {
            done = advance(done, by: $0, bytesPerSample)
        }
        var input: any SampleSource = observed
        if let rate = plan.resampledRate { input = try ResampledSamples(observed, to: rate) }
        var form = input.form
        let trueRate = form.sampleRate
        if let label = plan.label { form.sampleRate = label }
        let writer = try writer(plan.codec, form, sourceRate: samples.form.sampleRate)
        while let buffer = try input.next() { try writer.append(buffer) }
        var attributes = commonAttributes(factor: Double(trueRate) / Double(form.sampleRate))
        if !isLossless {
            attributes["original_sample_rate"] = JSONValue(samples.form.sampleRate)
            attributes["is_ultrasonic"] = .bool(samples.form.sampleRate > 96_000)
        }
        let audio = try writer.finish(attributes)
        return Written(
            audio: audio, sha256: try sha256(), samples: observed.sha256(), sampleCount: observed.sampleCount,
            isByteExact: isLossless && isWave, notes: plan.notes)
    }

    private func writer(
        _ codec: AudioCodec, _ form: SampleForm, sourceRate: UInt32
    ) throws -> any AudioWriter {
        switch codec {
        case .flac: try FLACWriter(form, in: node, threads: options.threads)
        case .aac: try AACWriter(form, bitRate: options.bitRate, in: node, isConcurrent: options.isConcurrent)
        case .opus:
            try OpusWriter(
                form, sourceRate: sourceRate, bitRate: options.bitRate, in: node, isConcurrent: options.isConcurrent)
        default: try PCMWriter(form, in: node)
        }
    }

    /// What every blob says. `factor` is how many times faster the source was sampled than the stream claims.
    private func commonAttributes(factor: Double) -> [String: JSONValue] {
        var attributes: [String: JSONValue] = ["sampling_rescale_factor": .number(factor)]
        if let start { attributes["first_sample_time_stamp"] = .text(start.time.description) }
        return attributes
    }

    /// Reports `count` further samples; whole bytes of the source, of which `done` were fractions and are returned anew.
    private func advance(_ done: Double, by count: UInt64, _ bytesPerSample: Double) -> Double {
        let bytes = done + Double(count) * bytesPerSample
        guard let whole = UInt64(exactly: bytes.rounded(.down)), whole > 0 else { return bytes.isFinite ? bytes : 0 }
        progress(whole)
        return bytes - Double(whole)
    }
}
