import AudioCoding
import Recordings
import WaveFile

extension SourceFile {
    /// The file as WAV readers take it.
    var waveBytes: WaveBytes {
        WaveBytes(byteCount: byteCount) { [self] range in try bytes(range) }
    }

    /// The file as a WAV file of any coding and byte order, with or without an ID3 tag before it; nil if it is none, or cannot be read as
    /// one.
    var codedWave: CodedWaveSource? {
        guard let start = try? ID3v2.endOffset(of: codedStream) else { return nil }
        return (try? CodedWaveSource(waveBytes, at: start)) ?? nil
    }

    /// The chunks of the WAV file that a FLAC file was made from, if `flac --keep-foreign-metadata` has kept them, each with its header;
    /// none if it is no FLAC file, or has none.
    var foreignChunks: [[UInt8]] {
        let blocks = try? FLACApplicationBlocks("riff", of: codedStream, limit: Int(WaveMetadata.contentsLimit))
        return blocks?.contents ?? []
    }
}
