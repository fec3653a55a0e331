import AudioCoding
import Recordings
import WaveFile

/// A source, open, and what is known of it before its samples are read.
struct OpenSource {
    /// How it is imported.
    enum Content {
        /// Its samples are read from its own bytes.
        case wave(WaveSource, WaveFormat)
        /// Its samples are decoded by libavcodec.
        case decoded(MediaSource)
        /// The samples of the whole frames of a FLAC file that cannot be stored as it is. `isAlone` says that there is nothing else in it.
        case salvaged(FLACSalvage, isAlone: Bool)
        /// It is stored as it is coded.
        case copied(any SourceCopier)
    }

    /// Whether it has lost nothing of its sound by its own coding, as far as that is known.
    var isLossless: Bool {
        switch content {
        case .wave, .salvaged: true
        case .copied(let copier): CodecRegistry.isLossless(copier.codec) == true
        case .decoded: false
        }
    }

    let file: SourceFile
    let content: Content
    let description: SourceDescription
    /// Bytes of the file for each sample of one channel; 0 if that is not known before the samples are read.
    let bytesPerSample: Double
    /// Samples of one channel that the file says it has; nil if it does not, and for WAV files.
    let announcedSampleCount: UInt64?

    /// Opens stream `stream`, nil for the default one, of the file at `path`. A source that one of `codecs` can store as it is coded
    /// is decoded only if `reencodes` or `salvages`, which says that it is known to be damaged; the first codec that can is taken.
    init(
        path: String, stream: Int?, reencodes: Bool, salvages: Bool = false,
        codecs: [any ImportableCodec] = CodecRegistry.importable
    ) throws {
        let file = try SourceFile(path: path)
        self.file = file
        guard file.byteCount > 0 else { throw ImportError("is empty") }
        if let (source, format) = try Self.wave(file) {
            guard stream ?? 0 == 0 else { throw ImportError("a WAV file has no stream \(stream ?? 0)") }
            let metadata = try WaveMetadata(of: source, in: file.waveBytes)
            content = .wave(source, format)
            description = SourceDescription(file, source, format: format, metadata: metadata)
            bytesPerSample = Double(source.head.format.blockAlign)
            announcedSampleCount = nil
            return
        }
        // A codec may know a file that libavformat does not.
        let opening = Result { () throws(MediaError) in try Self.media(path, stream, codecs) }
        if case .failure = opening {
            if try file.isAllZeros { throw ImportError("is all zeros") }
            if try file.lacksMovieIndex {
                throw ImportError(
                    "was not finished by its recorder: the index at its end (moov) is missing, without which its sound cannot be "
                        + "found. The program untrunc can restore it, with the help of a whole file of the same recorder"
                )
            }
            if let source = try? WaveSource(unfinished: file.waveBytes), let format = source.head.format.plainSamples {
                guard stream ?? 0 == 0 else { throw ImportError("has no stream \(stream ?? 0)") }
                content = .wave(source, format)
                description = SourceDescription(
                    file, source, format: format, metadata: file.otherMetadata ?? WaveMetadata())
                bytesPerSample = Double(source.head.format.blockAlign)
                announcedSampleCount = nil
                return
            }
        }
        let media = try? opening.get()
        if !reencodes, !salvages, let copier = try Self.copier(of: CodedSource(file: file, media: media), codecs) {
            content = .copied(copier)
            description = media.map { SourceDescription(file, $0) } ?? SourceDescription(file, copier)
        } else if !reencodes || media == nil, stream ?? 0 == 0, let salvage = try Self.salvage(of: file, media) {
            content = .salvaged(salvage, isAlone: media?.holdsOneSound ?? true)
            description = SourceDescription(file, media, salvage)
            announcedSampleCount = nil
            bytesPerSample = Double(file.byteCount) / Double(max(salvage.sampleCount, 1))
            return
        } else {
            let media = try opening.get()
            content = .decoded(media)
            description = SourceDescription(file, media)
        }
        announcedSampleCount = media?.announcedSampleCount
        bytesPerSample =
            media?.stream.announcedSampleCount.map { Double(file.byteCount) / Double(max($0, 1)) } ?? 0
    }

    /// `file` as WAV; nil if it is not WAV, or is coded so that only libavcodec can decode it.
    private static func wave(_ file: SourceFile) throws -> (WaveSource, WaveFormat)? {
        let start = try file.bytes(0..<min(file.byteCount, 12))
        guard ["RIFF", "RIFX", "RF64", "BW64"].contains(where: { start.starts(with: $0.utf8) }),
            start.suffix(4).elementsEqual("WAVE".utf8)
        else { return nil }
        let source = try WaveSource(file.waveBytes)
        let format = source.head.format
        if let obstacle = format.obstacle { throw ImportError(obstacle) }
        guard let samples = format.plainSamples else {
            guard format.hasKnownByteOrder else {
                throw ImportError(
                    "is RIFX with coded samples, whose byte order is not known here: convert it first, such as by sox IN.wav OUT.flac"
                )
            }
            return nil
        }
        return (source, samples)
    }

    private static func media(
        _ path: String, _ stream: Int?, _ codecs: [any ImportableCodec]
    ) throws(MediaError) -> MediaSource {
        let media = try MediaSource(path: path) { stream, container in
            codecs.lazy.compactMap { $0.parser(of: stream, in: container) }.first
        }
        if let stream { try media.selectStream(stream) }
        return media
    }

    /// What can be had of `file`, which libavformat reads as `media`, by its frames alone; nil if it is no FLAC file.
    private static func salvage(of file: SourceFile, _ media: MediaSource?) throws -> FLACSalvage? {
        guard let media else {
            return try FLACSalvage.isLikely(of: file.codedStream, name: file.name) ? try file.flacSalvage() : nil
        }
        guard media.isFLACFile else { return nil }
        guard let salvage = try file.flacSalvage() else { throw ImportError("has no whole frame") }
        return salvage
    }

    private static func copier(
        of source: CodedSource, _ codecs: [any ImportableCodec]
    ) throws -> (any SourceCopier)? {
        for codec in codecs {
            if let copier = try codec.copier(of: source) { return copier }
        }
        return nil
    }
}

extension MediaSource {
    /// Whether the file is FLAC in its own container.
    var isFLACFile: Bool { format == "flac" && stream.codec == "flac" }
}

extension SourceFile {
    /// The samples of its whole FLAC frames; nil if it has none. Refuses frames of several forms.
    func flacSalvage() throws -> FLACSalvage? {
        do {
            return try FLACSalvage(of: codedStream)
        } catch let change as FLACFormChange {
            throw ImportError(change.summary)
        }
    }
}
