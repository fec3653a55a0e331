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
        /// It was in the group before, at this path; nil if another import of this process has claimed it.
        case alreadyThere(String?)
    }

    /// Finds out what importing the file at `path` would do, without importing it.
    public func plan(for path: String) throws(ImportError) -> ImportPreview {
        do {
            let source = try open(path)
            switch source.content {
            case .copied(let copier): return preview(of: source, as: copier.codec, isCopied: true, [])
            case .decoded(let media): return try preview(of: source, encoding: MediaSamples(media).form)
            case .wave(_, let format): return try preview(of: source, encoding: SampleForm(format))
            }
        } catch {
            throw ImportError(wrapping: error)
        }
    }

    private func preview(of source: OpenSource, encoding form: SampleForm) throws(ImportError) -> ImportPreview {
        let plan = try EncodingPlan(form, options)
        return preview(of: source, as: plan.encoding.codec, isCopied: false, plan.notes)
    }

    private func preview(
        of source: OpenSource, as codec: AudioCodec, isCopied: Bool, _ notes: [String]
    ) -> ImportPreview {
        let stream = source.description.stream
        let found = start(of: source)
        return ImportPreview(
            codec: codec, isCopied: isCopied, sampleRate: stream.sampleRate, channels: stream.channels,
            start: found.start, byteCount: source.description.byteCount,
            notes: found.notes(options.starts) + notes)
    }

    private func open(_ path: String) throws -> OpenSource {
        try OpenSource(path: path, stream: options.stream, reencodes: options.reencodes)
    }

    /// Imports the file at `path` into `group`. `progress` is called, now and then, with the bytes of the file that were processed
    /// since the last call.
    ///
    /// If it throws, nothing of the source is in the store.
    public func importSource(
        at path: String, into group: AudioGroup, progress: @escaping (UInt64) -> Void
    ) throws(ImportError) -> Outcome {
        do {
            let source = try open(path)
            do {
                return try importSource(source, into: group, progress)
            } catch {
                // An `ImportError` is a refusal.
                guard !options.isStrict, case .copied = source.content, !(error is ImportError), !error.isOfSystem
                else { throw error }
                return try importDecoded(path, insteadOf: error, into: group)
            }
        } catch {
            throw ImportError(wrapping: error)
        }
    }

    /// Imports the file at `path` by decoding it, since it cannot be stored as it is because of `obstacle`. Throws that if it cannot be
    /// decoded either.
    private func importDecoded(
        _ path: String, insteadOf obstacle: any Error, into group: AudioGroup
    ) throws -> Outcome {
        guard let source = try? OpenSource(path: path, stream: options.stream, reencodes: true) else { throw obstacle }
        do {
            return try importSource(
                source, notes: ["decoded, since it cannot be stored as it is (\(Self.reason(obstacle)))"], into: group
            ) { _ in }
        } catch {
            throw error.isOfSystem ? error : obstacle
        }
    }

    /// What `error` says of a source, without the place where it was to be stored.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as RecordingError: error.cause.map { "\(error.problem): \($0)" } ?? error.problem
        case let error as MediaError: error.cause.map { "\($0)" } ?? error.problem
        default: "\(error)"
        }
    }

    private func importSource(
        _ source: OpenSource, notes: [String] = [], into group: AudioGroup, _ progress: @escaping (UInt64) -> Void
    ) throws -> Outcome {
        // Most sources are new: reading all of them twice to find that out would take longer.
        if try group.mayHave(byteCount: source.file.byteCount),
            case .taken(let place) = try group.claim(try source.file.sha256())
        {
            return .alreadyThere(place)
        }
        let node = try group.store.stageNode()
        let found = start(of: source)
        let job = ImportJob(
            source: source, options: options, node: node, start: found.start,
            notes: notes + found.notes(options.starts), progress: progress)
        let written = try job.write()
        if source.file.hasChanged { throw ImportError("changed while it was read") }

        switch try group.claim(written.sha256) {
        case .taken(let place): return .alreadyThere(place)
        case .granted(let claim): return try prove(written, of: source, in: node, andPublish: claim, in: group)
        }
    }

    private func prove(
        _ written: ImportJob.Written, of source: OpenSource, in node: any StagedNode,
        andPublish claim: AudioGroup.SourceClaim, in group: AudioGroup
    ) throws -> Outcome {
        let readBack = try ReadBack(store: group.store, path: node.path, cache: cache, threads: options.threads)
        try readBack.prove(written)
        let recording = readBack.recording
        let (place, isNew) = try group.publish(node, claim)
        guard isNew else { return .alreadyThere(place) }
        return .imported(
            ImportedRecording(
                path: place, codec: written.audio.codec, sampleRate: recording.format.sampleRate,
                channels: recording.format.channels, sampleCount: recording.sampleCount, start: recording.start,
                sourceByteCount: source.file.byteCount, codedByteCount: written.audio.byteCount,
                isByteExact: written.isByteExact, keepsSource: written.keepsSource, notes: written.notes))
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
