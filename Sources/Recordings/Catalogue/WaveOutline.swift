import Support
import WaveFile

/// All that the size of a recording's WAV file and the offsets of its samples follow from.
struct WaveOutline: Sendable, Equatable {
    /// The format of the WAV file.
    let format: WaveFormat
    /// Samples of one channel.
    let sampleCount: UInt64
    /// How many bytes the source file had around the samples, if the WAV has them too.
    let envelopeSize: EnvelopeSize?
    /// The metadata in the WAV, if it has not the source's bytes around the samples.
    let metadata: MetadataOutline

    /// The bytes of the samples; nil if they do not fit 64 bits.
    var dataByteCount: UInt64? { sampleCount.multiplied(by: UInt64(format.blockAlign)) }

    /// How many bytes the file has before, of and after its samples; nil if it would be over `Int64.max` bytes.
    var waveExtent: WaveExtent? {
        guard let envelopeSize else {
            return WaveExtent(
                format: format, sampleCount: sampleCount, metadataByteCount: metadata.byteCounts.total)
        }
        return dataByteCount.flatMap { dataByteCount in
            WaveExtent(
                headByteCount: envelopeSize.headByteCount, dataByteCount: dataByteCount,
                tailByteCount: envelopeSize.tailByteCount)
        }
    }
}
