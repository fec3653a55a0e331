import AudioCoding
import Recordings
import Support
import WaveFile

extension SourceFile {
    /// The file as WAV readers take it.
    var waveBytes: WaveBytes {
        WaveBytes(byteCount: byteCount) { [self] range in try bytes(range) }
    }

    /// How the samples of `wave`, which are in `format`, can be kept as integers, and of how many bits; nil if they cannot, or are
    /// integers already. Of floats, as many are read as it takes to find out.
    func floatScale(
        of wave: WaveSource, _ format: WaveFormat
    ) throws(ImportError) -> (scale: FloatScale, bits: Int)? {
        let form = SampleFormat(format.encoding)
        var search = FloatScaleSearch(in: form)
        var position = wave.data.lowerBound
        while search.isOpen, position < wave.data.upperBound {
            let end = min(position + UInt64(Self.pieceByteCount), wave.data.upperBound)
            let piece = try wave.samples(in: Block(bytes(position..<end)))
            search.append(SampleBuffer(format: form, channels: 1, slice: BlockSlice(piece)))
            position = end
        }
        return search.result
    }

    /// The file as a WAV file of any coding and byte order, with or without an ID3 tag before it; nil if it is none, or cannot be read as
    /// one.
    var codedWave: CodedWaveSource? {
        guard let start = try? ID3v2.endOffset(of: codedStream) else { return nil }
        return (try? CodedWaveSource(waveBytes, at: start)) ?? nil
    }

    /// The metadata in the chunks of a Sony Wave64 or AIFF file; nil if it is none, or cannot be read as one.
    var otherMetadata: WaveMetadata? { (try? WaveMetadata(ofOtherFile: waveBytes)) ?? nil }

    /// The chunks of the WAV file that a FLAC file was made from, if `flac --keep-foreign-metadata` has kept them, each with its header;
    /// none if it is no FLAC file, or has none.
    var foreignChunks: [[UInt8]] {
        let blocks = try? FLACApplicationBlocks("riff", of: codedStream, limit: Int(WaveMetadata.contentsLimit))
        return blocks?.contents ?? []
    }
}
