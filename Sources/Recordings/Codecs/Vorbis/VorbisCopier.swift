import AudioCoding
import Support
import Zarr

/// Stores an Ogg Vorbis file as it is, whole.
struct VorbisCopier: SourceCopier {
    let codec = AudioCodec.vorbis
    private let file: SourceFile
    private let headers: VorbisHeaders

    /// A copier of `file`. Throws if it is not one Vorbis stream and nothing else.
    init(_ file: SourceFile) throws {
        self.file = file
        headers = try Self.refusing { try VorbisStart(of: file.codedStream).headers }
    }

    var channels: Int { headers.channels }
    var sampleRate: UInt32 { headers.sampleRate }

    func copy(
        into node: any StagedNode, _ attributes: [String: JSONValue], isConcurrent: Bool, progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
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
        guard !scanner.hasHoles else {
            throw AudioCodingError(.vorbis, "pages of it are missing or have wrong checksums")
        }
        guard scanner.soundlessPacketCount == 0 else {
            throw AudioCodingError(.vorbis, "\(scanner.soundlessPacketCount) of its packets are not packets of sound")
        }
        guard scanner.heardSampleCount > 0 else { throw ImportError("has no samples") }
        var attributes = attributes
        attributes.describe(codec, channels: channels, sampleRate: sampleRate, container: "ogg")
        attributes["total_samples"] = JSONValue(scanner.heardSampleCount)
        try frames.finish(attributes)
        return WrittenAudio(
            codec: codec, sampleCount: scanner.heardSampleCount, byteCount: frames.byteCount,
            proofs: [.sourceFile, .decodableSamples])
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
