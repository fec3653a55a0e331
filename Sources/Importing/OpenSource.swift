import AudioCoding
import Recordings
import WaveFile

/// A source, open, and what it is known to be before its samples are read.
struct OpenSource {
    /// How it is read.
    enum Content {
        /// By its own bytes.
        case wave(WaveSource, WaveFormat)
        /// By libavformat.
        case media(MediaSource)
    }

    let file: SourceFile
    let content: Content
    let description: SourceDescription

    /// Opens the file at `path`, in which `stream` is wanted where there are several.
    init(path: String, stream: Int?) throws {
        file = try SourceFile(path: path)
        if try Self.isWave(file) {
            let source = try WaveSource(file.waveBytes)
            if let format = source.head.format.samples {
                guard stream ?? 0 == 0 else { throw ImportError("a WAV file has no stream \(stream ?? 0)") }
                let metadata = try WaveMetadata(of: source, in: file.waveBytes)
                content = .wave(source, format)
                description = SourceDescription(file, source, format: format, metadata: metadata)
                return
            }
        }
        let source = try MediaSource(path: path) { stream, container in
            FLACPacketParser(stream, in: container) as (any MediaPacketParser)? ?? AACPacketParser(stream)
                ?? OpusPacketParser(stream)
        }
        if let stream { try source.selectStream(stream) }
        content = .media(source)
        description = SourceDescription(file, source)
    }

    private static func isWave(_ file: SourceFile) throws -> Bool {
        let start = try file.bytes(0..<min(file.byteCount, 12))
        return ["RIFF", "RF64", "BW64"].contains { start.starts(with: $0.utf8) }
            && start.suffix(4).elementsEqual("WAVE".utf8)
    }
}
