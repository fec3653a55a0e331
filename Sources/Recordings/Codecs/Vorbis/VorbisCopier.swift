import AudioCoding
import Support
import Zarr

/// Stores an Ogg Vorbis file as it is, whole.
struct VorbisCopier: SourceCopier {
    let codec = AudioCodec.vorbis
    private let media: MediaSource
    private let file: SourceFile
    private let headers: VorbisHeaders

    /// A copier of `file`, which `media` reads. Throws if it is not one Vorbis stream and nothing else.
    init(_ media: MediaSource, file: SourceFile) throws {
        self.media = media
        self.file = file
        headers = try Self.refusing { try VorbisStart(of: file.codedStream).headers }
    }

    var channels: Int { headers.channels }
    var sampleRate: UInt32 { headers.sampleRate }

    func survey() throws -> SourceSurvey? {
        try media.checkOrder()
        let scanner = VorbisUnitScanner()
        try Self.refusing {
            try file.forEachPiece(of: 0..<file.byteCount) { _ = try scanner.consume($0) }
            _ = try scanner.finish()
        }
        try check(scanner)
        return SourceSurvey(sampleCount: scanner.heardSampleCount)
    }

    func copy(
        into node: any StagedNode, _ attributes: [String: JSONValue], isConcurrent: Bool, progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
        try media.checkOrder()
        let frames = try FrameWriter<FrameIndexRow>(
            VorbisCodec.indexName, .index(of: FrameIndexRow.self), hashes: false, in: node)
        let scanner = VorbisUnitScanner()
        var reported: UInt64 = 0
        try Self.refusing {
            // Frames overlap: their samples are not counted.
            _ = try frames.append(file, from: 0, by: scanner) { _ in
                progress(scanner.heardSampleCount.subtracting(reported) ?? 0)
                reported = scanner.heardSampleCount
            }
        }
        try check(scanner)
        var attributes = attributes
        attributes.describe(codec, channels: channels, sampleRate: sampleRate, container: "ogg")
        attributes["total_samples"] = JSONValue(scanner.heardSampleCount)
        try frames.finish(attributes)
        return WrittenAudio(
            codec: codec, sampleCount: scanner.heardSampleCount, byteCount: frames.byteCount,
            proofs: [.sourceFile, .decodableSamples])
    }

    /// Throws if what `scanner` has gone through cannot be stored as it is.
    private func check(_ scanner: VorbisUnitScanner) throws {
        guard !scanner.hasHoles else {
            throw AudioCodingError(.vorbis, "pages of it are missing or have wrong checksums")
        }
        guard scanner.soundlessPacketCount == 0 else {
            throw AudioCodingError(.vorbis, "\(scanner.soundlessPacketCount) of its packets are not packets of sound")
        }
        guard scanner.heardSampleCount > 0 else { throw ImportError("has no samples") }
    }

    /// Does what `body` does; what is not supported of the stream is the reason why the file is not stored as it is.
    private static func refusing<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as AudioCodingError {
            throw ImportError("is Ogg Vorbis that cannot be stored as it is (--reencode decodes it)", cause: error)
        }
    }
}
