import AudioCoding
public import Recordings
public import Support
import WaveFile
import Zarr

/// Imports sources into a store, each whole or not at all. Safe to use from several threads.
public final class Importer: Sendable {
    private let options: ImportOptions
    private let cache: BlockCache

    /// An importer with `options`. What is read back goes through `cache`.
    public init(_ options: ImportOptions, cache: BlockCache) {
        self.options = options
        self.cache = cache
    }

    /// What became of a source.
    public enum Outcome: Sendable, Equatable {
        /// It is a recording now.
        case imported(ImportedRecording)
        /// It was in the group before, at this path.
        case alreadyThere(String)
    }

    /// What would become of a source.
    public enum Forecast: Sendable {
        /// It would be imported, unless it turns out to be damaged.
        case planned(ImportPreview)
        /// It is in the group, at this path.
        case alreadyThere(String)
        /// It would be there already, since the file at this path, which has the same bytes, would be imported before.
        case repeated(String)
    }

    /// Finds out what importing the file at `path` into a group that has `sources`, after those in `planned`, would do, without importing
    /// it, and adds it to `planned`. Its samples are not decoded.
    public func plan(
        for path: String, besides sources: GroupSources? = nil, after planned: PlannedSources? = nil
    ) throws(ImportError) -> Forecast {
        do {
            let source = try open(path)
            let byteCount = source.file.byteCount
            let mayBeThere = try sources?.mayHave(byteCount: byteCount) ?? false
            guard mayBeThere || planned?.mayHave(byteCount: byteCount) == true else {
                return try plan(for: source, at: path)
            }
            let identity = identity(of: source, sha256: try source.file.sha256())
            var notes: [String] = []
            if let place = try wholePlace(of: identity, in: sources, &notes) {
                try checkKeepsSound(of: source, at: place, in: sources)
                return .alreadyThere(place)
            }
            if let other = planned?.path(of: identity) { return .repeated(other) }
            var forecast = try plan(for: source, at: path)
            if case .planned(var preview) = forecast {
                preview.notes = notes + preview.notes
                forecast = .planned(preview)
            }
            planned?.add(identity, at: path)
            return forecast
        } catch {
            throw ImportError(wrapping: error)
        }
    }

    /// The path of a recording of `identity` in the group that has `sources` that is whole; nil if there is none.
    private func wholePlace(
        of identity: SourceIdentity, in sources: GroupSources?, _ notes: inout [String]
    ) throws(ImportError) -> String? {
        do {
            return try sources?.wholePlace(of: identity, by: options.proof, cache: cache, notes: &notes)
        } catch {
            throw ImportError("is there already, but its recording cannot be looked at", cause: error)
        }
    }

    /// Throws if the recording at `place`, of the same source, has its sound with loss, and the user has asked for a codec without.
    private func checkKeepsSound(of source: OpenSource, at place: String, in sources: GroupSources?) throws(ImportError)
    {
        guard options.requiresLossless, source.isLossless, let codec = sources?.encoding(of: place),
            CodecRegistry.isLossless(codec) == false
        else { return }
        throw ImportError(
            "is there already, as /\(place), but only as \(codec.rawValue), with loss: import it into another group, or remove that recording first"
        )
    }

    private func plan(for source: OpenSource, at path: String) throws -> Forecast {
        switch source.content {
        case .copied(let copier): return .planned(try preview(of: source, at: path, copying: copier))
        case .salvaged(let salvage, _): return .planned(try preview(of: source, salvaging: salvage))
        case .decoded(let media): return .planned(try preview(of: source, decoding: media, MediaSamples(media)))
        case .wave(let wave, let format):
            try checkSamples(of: source, wave, format)
            let damage = try accept(
                wave.damage.notes(sampleRate: format.sampleRate) + wave.endNotes
                    + OtherSoundNote.notes(wave.otherSoundByteCount))
            return .planned(
                try preview(of: source, encoding: SampleForm(format), wave.containerNotes + damage) {
                    () throws(ImportError) in
                    try source.file.floatScale(of: wave, format)
                })
        }
    }

    /// What would be had of `source`, the file at `path`, which `copier` stores as it is, unless a survey shows that it cannot. Then it is
    /// decoded.
    private func preview(
        of source: OpenSource, at path: String, copying copier: any SourceCopier
    ) throws -> ImportPreview {
        do {
            let survey = try copier.survey()
            let notes = try survey.map { survey in
                try survey.notes + accept(source.damage(of: survey).notes(sampleRate: copier.sampleRate))
            }
            return preview(of: source, as: copier.codec, isCopied: true, notes ?? [])
        } catch {
            guard !options.isStrict, !(error is ImportError), !error.isOfSystem else { throw error }
            let decodable = try openDecodable(path, insteadOf: error)
            do {
                return try preview(ofDecoded: decodable, insteadOf: error)
            } catch let failure {
                throw failure.isOfSystem ? failure : error
            }
        }
    }

    /// What would be had of `source` by decoding it, since it cannot be stored as it is because of `obstacle`.
    private func preview(ofDecoded source: OpenSource, insteadOf obstacle: any Error) throws -> ImportPreview {
        let notes = [Self.decodedNote(obstacle)]
        switch source.content {
        case .salvaged(let salvage, _):
            var preview = try preview(of: source, salvaging: salvage)
            preview.notes = notes + preview.notes
            return preview
        case .decoded(let media):
            var samples: any SampleSource = try MediaSamples(media)
            if !samples.form.format.isInteger { samples = SixteenBitSamples(samples) }
            return try preview(of: source, decoding: media, samples, notes)
        case .wave, .copied: throw obstacle
        }
    }

    /// What would be had of `source` by decoding all `samples` of `media`.
    private func preview(
        of source: OpenSource, decoding media: MediaSource, _ samples: any SampleSource, _ notes: [String] = []
    ) throws -> ImportPreview {
        // Refusals come first.
        _ = try EncodingPlan(samples.form, options)
        while try samples.next() != nil {}
        let damage = try source.damage(media.damage).notes(sampleRate: media.stream.sampleRate)
        return try preview(of: source, encoding: samples.form, notes + accept(damage))
    }

    /// `notes`, which say what is wrong with a source. Throws if there are any and that is not wanted.
    private func accept(_ notes: [String]) throws(ImportError) -> [String] {
        guard notes.isEmpty || !options.isStrict else { throw ImportError(damaged: notes) }
        return notes
    }

    private func preview(of source: OpenSource, salvaging salvage: FLACSalvage) throws(ImportError) -> ImportPreview {
        let notes = salvage.notes + salvage.damage.notes(sampleRate: salvage.sampleRate)
        let plan = try EncodingPlan(SampleForm(salvage), options)
        return preview(of: source, as: plan.encoding.codec, isCopied: false, plan.notes + (try accept(notes)))
    }

    /// Throws if the source has samples of more bits than are kept, or is an AudioMoth's whose collapsed silence would be refused.
    private func checkSamples(of source: OpenSource, _ wave: WaveSource, _ format: WaveFormat) throws {
        let mayCollapse = !options.keepsCollapsedSilence && CollapsedSilence.isExpected(in: source.file.name)
        guard mayCollapse || wave.head.format.packing?.hasSpareBytes == true else { return }
        let samples = try WaveSamples(
            wave, format: format, metadata: source.description.metadata, in: source.file, isConcurrent: false)
        while try samples.next() != nil {}
        if mayCollapse, let silence = samples.collapsedSilence, silence.blockCount > 0 {
            _ = try silence.note(on: source.file.name, isKept: false)
        }
    }

    private func identity(of source: OpenSource, sha256: String) -> SourceIdentity {
        SourceIdentity(sha256: sha256, stream: source.description.chosenStream)
    }

    private func preview(
        of source: OpenSource, encoding form: SampleForm, _ notes: [String] = [],
        integers: () throws(ImportError) -> (scale: FloatScale, bits: Int)? = { nil }
    ) throws(ImportError) -> ImportPreview {
        let plan = try EncodingPlan(form, options, integers: integers)
        return preview(of: source, as: plan.encoding.codec, isCopied: false, plan.notes + notes)
    }

    private func preview(
        of source: OpenSource, as codec: AudioCodec, isCopied: Bool, _ notes: [String]
    ) -> ImportPreview {
        let stream = source.description.stream
        let found = start(of: source)
        return ImportPreview(
            codec: codec, isCopied: isCopied, sampleRate: stream.sampleRate, channels: stream.channels,
            start: found.start, byteCount: source.description.byteCount,
            notes: found.notes(options.starts) + notes + source.description.streamNotes)
    }

    private func open(_ path: String) throws -> OpenSource {
        try OpenSource(path: path, stream: options.stream, reencodes: options.reencodes)
    }

    /// Imports the file at `path` into `group`: `stage` and `publish`, one after the other.
    ///
    /// If it throws, nothing of the source is in the store.
    public func importSource(
        at path: String, relativePath: String? = nil, into group: AudioGroup, progress: @escaping (UInt64) -> Void
    ) throws(ImportError) -> Outcome {
        try stage(at: path, relativePath: relativePath, into: group, progress: progress).publish()
    }

    /// The turn of a source in an order.
    public struct Turn: Sendable {
        let order: StagingOrder
        let number: Int

        /// The turn of the source with the number `number` in `order`.
        public init(_ number: Int, in order: StagingOrder) {
            self.order = order
            self.number = number
        }
    }

    /// Writes the file at `path` as a recording of `group` and verifies it, so that it only has to be published, which waits until it is on
    /// the disk. `relativePath` is the file's path below the folder that was to be imported, which is kept. It is begun when its `turn` has
    /// come, which is over then. `progress` is called, now and then, with the bytes of the file that were processed since the last call.
    public func stage(
        at path: String, relativePath: String? = nil, into group: AudioGroup, turn: Turn? = nil,
        progress: @escaping (UInt64) -> Void
    ) throws(ImportError) -> StagedRecording {
        do {
            let source = try open(path)
            do {
                return try stage(source, relativePath, into: group, turn: turn, progress)
            } catch {
                // An `ImportError` is a refusal.
                guard !options.isStrict, case .copied = source.content, !(error is ImportError), !error.isOfSystem
                else { throw error }
                return try stageDecoded(path, relativePath, insteadOf: error, into: group, turn: turn)
            }
        } catch {
            throw ImportError(wrapping: error)
        }
    }

    /// The file at `path`, to be decoded, since it cannot be stored as it is because of `obstacle`. Throws that if it cannot be decoded
    /// either.
    private func openDecodable(_ path: String, insteadOf obstacle: any Error) throws -> OpenSource {
        do {
            return try OpenSource(path: path, stream: options.stream, reencodes: false, salvages: true)
        } catch let refusal as ImportError {
            throw refusal
        } catch {
            throw obstacle
        }
    }

    /// Stages the file at `path` by decoding it, since it cannot be stored as it is because of `obstacle`. Throws that if it cannot be
    /// decoded either.
    private func stageDecoded(
        _ path: String, _ relativePath: String?, insteadOf obstacle: any Error, into group: AudioGroup, turn: Turn?
    ) throws -> StagedRecording {
        let source = try openDecodable(path, insteadOf: obstacle)
        do {
            return try stage(
                source, relativePath, isSalvage: true,
                notes: [Self.decodedNote(obstacle)],
                into: group, turn: turn
            ) { _ in }
        } catch {
            throw error.isOfSystem ? error : obstacle
        }
    }

    private static func decodedNote(_ obstacle: any Error) -> String {
        "decoded, since it cannot be stored as it is (\(reason(obstacle)))"
    }

    /// What `error` says of a source, without the place where it was to be stored.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as RecordingError: error.cause.map { "\(error.problem): \($0)" } ?? error.problem
        case let error as MediaError: error.cause.map { "\($0)" } ?? error.problem
        default: "\(error)"
        }
    }

    private func stage(
        _ source: OpenSource, _ relativePath: String?, isSalvage: Bool = false, notes: [String] = [],
        into group: AudioGroup, turn: Turn? = nil,
        _ progress: @escaping (UInt64) -> Void
    ) throws -> StagedRecording {
        func staged(
            _ identity: SourceIdentity, _ node: (any StagedNode)?, _ recording: ImportedRecording?
        ) -> StagedRecording {
            let candidate = AudioGroup.Candidate(
                identity: identity, byteCount: source.file.byteCount, name: source.file.name, node: node)
            return StagedRecording(candidate, recording, in: group)
        }
        var notes = notes
        // Most sources are new: reading all of them twice to find that out would take longer.
        if try group.sources.mayHave(byteCount: source.file.byteCount) {
            let identity = identity(of: source, sha256: try source.file.sha256())
            if let place = try wholePlace(of: identity, in: group.sources, &notes) {
                try checkKeepsSound(of: source, at: place, in: group.sources)
                return staged(identity, nil, nil)
            }
        }
        func begin() throws(StoreError) -> any StagedNode {
            try group.store.stageNode(numberedIn: group.path, from: group.sources.nextNumber())
        }
        let node = try turn.map { turn throws(StoreError) in try turn.order.inTurn(turn.number, begin) } ?? begin()
        let found = start(of: source)
        let job = ImportJob(
            source: source, relativePath: relativePath, options: options, node: node, start: found.start,
            notes: notes + found.notes(options.starts), isSalvage: isSalvage, progress: progress)
        let written = try turn.map { try $0.order.whileWriting(job.write) } ?? job.write()
        if source.file.hasChanged { throw ImportError("changed while it was read") }
        let identity = identity(of: source, sha256: written.sha256)
        // What has appeared meanwhile was verified by who imported it.
        if try group.sources.place(of: identity) != nil { return staged(identity, nil, nil) }
        try group.stage()
        func proved() throws -> ImportedRecording { try prove(written, of: source, in: node, of: group) }
        return staged(identity, node, try turn.map { try $0.order.whileReadingBack(proved) } ?? proved())
    }

    /// Reads back what was written to `node`, and returns what it will be once it has its path.
    private func prove(
        _ written: ImportJob.Written, of source: OpenSource, in node: any StagedNode, of group: AudioGroup
    ) throws -> ImportedRecording {
        let readBack = try ReadBack(store: group.store, path: node.path, cache: cache, threads: options.threads)
        try readBack.prove(written)
        return ImportedRecording(
            facts: readBack.recording.facts, sourceByteCount: source.file.byteCount,
            codedByteCount: written.audio.byteCount, isByteExact: written.isByteExact, keepsSource: written.keepsSource,
            notes: written.notes)
    }

    private func start(of source: OpenSource) -> StartSearch {
        let description = source.description
        return StartSearch(
            metadata: description.metadata, tags: description.startTags, fileName: description.fileName,
            sampleRate: description.stream.sampleRate, rules: options.starts)
    }
}

extension Error {
    /// Whether it, or what caused it, has to do with files and stores, not with what is in the source.
    fileprivate var isOfSystem: Bool {
        if self is SystemError || self is StoreError { return true }
        return (self as? any DescribedError)?.cause?.isOfSystem ?? false
    }
}
