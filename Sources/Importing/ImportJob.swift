import AudioCoding
import Recordings
import Support
import WaveFile
import Zarr

/// Writes one source into a staged node: audio, index, the source's other bytes, and the attributes.
struct ImportJob {
    let source: OpenSource
    /// The source's path below the folder that was to be imported; nil if that is not known.
    let relativePath: String?
    let options: ImportOptions
    let node: any StagedNode
    let start: RecordingStart?
    /// What was decided before, in words.
    let notes: [String]
    /// Whether the source cannot be stored as it is coded, since it is damaged. Then it is decoded as far as that goes, to the samples
    /// that a mount of it would show, and its bytes are kept beside them.
    let isSalvage: Bool
    /// Called with the bytes of the source that were processed since the last call.
    let progress: (UInt64) -> Void

    /// The sample rate above which a recording is called ultrasonic.
    private static let ultrasonicRate: UInt32 = 96_000

    /// What was written.
    struct Written {
        let audio: WrittenAudio
        /// The SHA-256 of the source file, in hexadecimal.
        let sha256: String
        /// The SHA-256 of the source's samples; empty if nothing is compared with it.
        let samples: [UInt8]
        /// Samples of one channel of the source.
        let sampleCount: UInt64
        /// Whether the recording gives back the source file byte for byte.
        let isByteExact: Bool
        /// What was decided and found, in words.
        var notes: [String]
        /// Whether the bytes of the source are kept beside samples that are no part of it.
        var keepsDamagedSource = false

        /// Whether the store has all bytes of the source file.
        var keepsSource: Bool {
            isByteExact || keepsDamagedSource
                || audio.proofs.contains { proof in
                    switch proof {
                    case .sourceFile: true
                    case .arrays(let arrays): arrays[HierarchyNames.blob]?.hexadecimal == sha256
                    case .encodedSamples, .pieces, .md5, .decodableSamples: false
                    }
                }
        }
    }

    /// Writes everything.
    func write() throws -> Written {
        var written =
            switch source.content {
            case .wave(let wave, let format): try writeWave(wave, format)
            case .decoded(let media): try writeDecoded(media)
            case .salvaged(let salvage, let isAlone):
                try writeSalvaged(salvage, keepsSource: isAlone && !options.reencodes)
            case .copied(let copier): try copy(copier)
            }
        written.notes = notes + source.description.streamNotes + written.notes
        if !written.isByteExact { written.notes += source.description.chunkNotes }
        if written.sampleCount == 0 { written.notes.append("has no samples") }
        let document = RecordingDocument(
            description: source.description, relativePath: relativePath, sha256: written.sha256,
            sampleCount: written.sampleCount, codec: written.audio.codec, start: start, notes: written.notes,
            userAttributes: options.attributes, isByteExact: written.isByteExact)
        try node.writeGroup(attributes: document.attributes)
        return written
    }

    // MARK: - WAV

    private func writeWave(_ wave: WaveSource, _ format: WaveFormat) throws -> Written {
        let samples = try WaveSamples(
            wave, format: format, metadata: source.description.metadata, in: source.file,
            isConcurrent: options.isConcurrent)
        progress(wave.head.byteCount)
        var written = try encode(samples, isPlainWave: wave.isPlainWave) { () throws(ImportError) in
            try source.file.floatScale(of: wave, format)
        } sha256: {
            try samples.sha256()
        }
        written.notes += wave.containerNotes
        written.notes += try accept(wave.damage)
        written.notes += try accept(wave.endNotes + OtherSoundNote.notes(wave.otherSoundByteCount))
        progress(UInt64(wave.tail.count))
        if let silence = samples.collapsedSilence, silence.blockCount > 0 {
            written.notes.append(
                try silence.note(on: source.file.name, isKept: options.keepsCollapsedSilence))
        }
        guard written.isByteExact else {
            if !wave.isPlainWave { try writeChunks(around: wave.data) }
            return written
        }
        try writeBytes(0..<wave.head.byteCount, HierarchyNames.sourceHead)
        if !wave.tail.isEmpty { try writeBytes(wave.tail, HierarchyNames.sourceTail) }
        return written
    }

    private func writeBytes(_ range: Range<UInt64>, _ name: String, _ plan: ArrayPlan = .bytes) throws {
        let array = ArrayWriter(in: node, name: name, plan)
        try source.file.forEachPiece(of: range) { try array.append($0) }
        try array.finish()
    }

    // MARK: - Other files

    private func writeDecoded(_ media: MediaSource) throws -> Written {
        // Frames that are lost, out of order or there twice are found by their numbers.
        if media.isFLACFile, let salvage = try source.file.flacSalvage() {
            return try writeSalvaged(salvage, keepsSource: false)
        }
        let sha256 = try source.file.sha256()
        var samples: any SampleSource = try MediaSamples(media)
        if isSalvage, !samples.form.format.isInteger { samples = SixteenBitSamples(samples) }
        var written = try encode(samples) { sha256 }
        if isSalvage, media.holdsOneSound { try keepDamagedSource(in: &written) }
        if let wave = source.file.codedWave {
            try writeChunks(around: wave.data)
            written.notes += try accept(OtherSoundNote.notes(wave.otherSoundByteCount))
        }
        written.notes += try accept(source.damage(media.damage))
        return written
    }

    private func writeSalvaged(_ salvage: FLACSalvage, keepsSource: Bool) throws -> Written {
        let sha256 = try source.file.sha256()
        var written = try encode(FLACSamples(salvage)) { sha256 }
        if keepsSource { try keepDamagedSource(in: &written) }
        written.notes += try accept(salvage.notes + salvage.damage.notes(sampleRate: salvage.sampleRate))
        return written
    }

    private func keepDamagedSource(in written: inout Written) throws {
        try writeBytes(0..<source.file.byteCount, HierarchyNames.damagedSource, .file)
        written.keepsDamagedSource = true
    }

    /// Keeps what a WAV file has around the coded samples `data`, unless it is too long to be metadata.
    private func writeChunks(around data: Range<UInt64>) throws {
        let parts = [
            (0..<data.lowerBound, HierarchyNames.codedSourceHead),
            (data.upperBound..<source.file.byteCount, HierarchyNames.codedSourceTail),
        ]
        for (range, name) in parts where !range.isEmpty && UInt64(range.count) <= WaveSource.envelopeByteCountLimit {
            try writeBytes(range, name)
        }
    }

    /// What to say of `damage`. Throws if the source is damaged and that is not wanted.
    private func accept(_ damage: MediaDamage) throws(ImportError) -> [String] {
        try accept(damage.notes(sampleRate: source.description.stream.sampleRate))
    }

    /// `notes`, which say what is wrong with the source. Throws if there are any and that is not wanted.
    private func accept(_ notes: [String]) throws(ImportError) -> [String] {
        guard options.isStrict, !notes.isEmpty else { return notes }
        throw ImportError(damaged: notes)
    }

    private func copy(_ copier: any SourceCopier) throws -> Written {
        let sha256 = try source.file.sha256()
        var done = 0.0
        let audio = try copier.copy(
            into: node, commonAttributes(factor: 1), isConcurrent: options.isConcurrent
        ) { count in
            done = advance(done, by: count)
        }
        var written = Written(
            audio: audio, sha256: sha256, samples: [], sampleCount: audio.sampleCount, isByteExact: false,
            notes: try audio.notes
                + accept(
                    source.damage(
                        of: audio.damage, sampleCount: audio.sampleCount, announced: audio.announcedSampleCount)))
        if !written.keepsSource { written.notes.append(Self.containerNote) }
        return written
    }

    /// What to say of a source whose container is not kept.
    private static let containerNote =
        "not kept: the container, and what it has beside this sound and the tags that are stored"

    // MARK: - Encoding

    /// Encodes `samples`. `sha256` is called once they have all been read, and returns that of the source file. `integers` finds out
    /// whether they are integers over a power of two.
    private func encode(
        _ samples: any SampleSource, isPlainWave: Bool = false,
        integers: () throws(ImportError) -> (scale: FloatScale, bits: Int)? = { nil },
        sha256: () throws -> String
    ) throws -> Written {
        let plan = try EncodingPlan(samples.form, options, integers: integers)
        let sourceRate = samples.form.sampleRate
        var done = 0.0
        let isLossless = plan.encoding.loss == nil
        // A WAV file is hashed as a whole.
        let observed = try ObservedSamples(samples, hashes: isLossless && !isPlainWave) { done = advance(done, by: $0) }
        var input: any SampleSource = observed
        if let (scale, bits) = plan.integers { input = IntegerSamples(observed, scale, bits: bits) }
        if let rate = plan.resampledRate { input = try ResampledSamples(observed, to: rate) }
        var form = input.form
        let trueRate = form.sampleRate
        if let label = plan.label { form.sampleRate = label }
        let writer = try plan.encoding.makeWriter(
            of: form,
            EncodingSettings(sourceRate: sourceRate, bitRate: options.bitRate, threads: options.threads), in: node)
        while let buffer = try input.next() { try writer.append(buffer) }
        var attributes = commonAttributes(factor: Double(trueRate) / Double(form.sampleRate))
        if !isLossless {
            attributes["original_sample_rate"] = JSONValue(sourceRate)
            attributes["is_ultrasonic"] = .bool(sourceRate > Self.ultrasonicRate)
        }
        if let (scale, _) = plan.integers { attributes["float_scale"] = scale.attribute }
        let audio = try writer.finish(attributes)
        return Written(
            audio: audio, sha256: try sha256(), samples: observed.sha256(), sampleCount: observed.sampleCount,
            isByteExact: isLossless && isPlainWave, notes: plan.notes)
    }

    /// What every blob says. `factor` is the rate at which the source was sampled over the one that the stream claims.
    private func commonAttributes(factor: Double) -> [String: JSONValue] {
        var attributes: [String: JSONValue] = ["sampling_rescale_factor": .number(factor)]
        if let start { attributes["first_sample_time_stamp"] = .text(start.time.description) }
        return attributes
    }

    /// Reports `count` further samples as whole bytes of the source. `done` is the fraction of a byte that was not reported before;
    /// returns the new one.
    private func advance(_ done: Double, by count: UInt64) -> Double {
        let bytes = done + Double(count) * source.bytesPerSample
        guard let whole = UInt64(exactly: bytes.rounded(.down)), whole > 0 else { return bytes.isFinite ? bytes : 0 }
        progress(whole)
        return bytes - Double(whole)
    }
}
