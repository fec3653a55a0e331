import Support

/// The bytes of a WAV file before its samples: RIFF, or RF64 if the sizes need more than 32 bits.
///
/// Integer samples have format tag 1, whatever their depth and number of channels: all readers understand it, also those without
/// WAVE_FORMAT_EXTENSIBLE (Python's `wave`, PAMGuard). Floating-point samples have tag 3, the longer `fmt ` chunk and the `fact`
/// chunk that goes with it.
///
/// See "Multimedia Programming Interface and Data Specifications 1.0" (RIFF) and EBU Tech 3306 (RF64).
public struct WaveHeader: Sendable, Equatable {
    /// The header, from `RIFF` or `RF64` to the size of the `data` chunk.
    public let bytes: [UInt8]
    /// Bytes of the samples that follow.
    public let dataByteCount: UInt64

    /// The header for `sampleCount` samples of each channel, with `metadata`, whole chunks, before that of the samples. Nil if the
    /// sizes do not fit in 64 bits, and if `metadata` is odd in number: libsndfile cannot read RF64 with a padded chunk before `data`.
    public init?(format: WaveFormat, sampleCount: UInt64, metadata: [UInt8] = []) {
        guard
            let sizes = Sizes(
                format: format, sampleCount: sampleCount, metadataByteCount: UInt64(metadata.count))
        else { return nil }
        dataByteCount = sizes.dataByteCount
        let isRF64 = sizes.isRF64

        var bytes: [UInt8] = []
        if isRF64 {
            bytes.appendChunkHeader("RF64", size: Self.sizeInDS64)
            bytes += Array("WAVE".utf8)
            bytes.appendChunkHeader("ds64", size: UInt32(Self.ds64ByteCount - 8))
            bytes.appendLittleEndian(sizes.riffSize)
            bytes.appendLittleEndian(dataByteCount)
            bytes.appendLittleEndian(sampleCount)
            bytes.appendLittleEndian(UInt32(0))  // No other chunk's size is over 32 bits.
        } else {
            bytes.appendChunkHeader("RIFF", size: UInt32(truncatingIfNeeded: sizes.riffSize))
            bytes += Array("WAVE".utf8)
        }
        bytes += Self.formatChunks(format, sampleCount: sampleCount)
        bytes += metadata
        bytes.appendChunkHeader("data", size: isRF64 ? Self.sizeInDS64 : UInt32(truncatingIfNeeded: dataByteCount))
        self.bytes = bytes
    }

    /// The sizes that a header announces, and its own.
    struct Sizes {
        /// Bytes of the samples.
        let dataByteCount: UInt64
        let isRF64: Bool
        /// The RIFF size, which counts all that follows it, including the pad byte of an odd `data` chunk.
        let riffSize: UInt64

        /// The sizes for `sampleCount` samples of each channel behind `metadataByteCount` bytes of chunks; nil if that is odd, or if
        /// they do not fit 64 bits.
        init?(format: WaveFormat, sampleCount: UInt64, metadataByteCount: UInt64) {
            guard metadataByteCount % 2 == 0, let dataByteCount = sampleCount.multiplied(by: UInt64(format.blockAlign)),
                let paddedByteCount = dataByteCount.adding(dataByteCount % 2),
                let plainSize = paddedByteCount.adding(4 + WaveHeader.formatByteCount(format) + 8)?
                    .adding(metadataByteCount),
                let rf64Size = plainSize.adding(UInt64(WaveHeader.ds64ByteCount))
            else { return nil }
            self.dataByteCount = dataByteCount
            isRF64 = plainSize >= WaveHeader.sizeInDS64
            riffSize = isRF64 ? rf64Size : plainSize
        }

        /// Bytes after the samples: one if theirs are odd in number.
        var padByteCount: UInt64 { dataByteCount % 2 }

        /// Bytes of the header: all of the file but its samples and the byte after them.
        var headByteCount: UInt64 { riffSize - dataByteCount - padByteCount + 8 }
    }

    /// The 32-bit size that refers to `ds64`.
    private static let sizeInDS64 = UInt32.max
    /// Bytes of a `ds64` chunk with an empty table, chunk header included.
    private static let ds64ByteCount = 8 + 28

    /// Bytes of `formatChunks`.
    private static func formatByteCount(_ format: WaveFormat) -> UInt64 { format.encoding.isFloat ? 26 + 12 : 24 }

    private static func formatChunks(_ format: WaveFormat, sampleCount: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendChunkHeader("fmt ", size: format.encoding.isFloat ? 18 : 16)
        bytes.appendLittleEndian(UInt16(format.encoding.isFloat ? 3 : 1))
        bytes.appendLittleEndian(UInt16(format.channels))
        bytes.appendLittleEndian(format.sampleRate)
        bytes.appendLittleEndian(format.sampleRate * UInt32(format.blockAlign))
        bytes.appendLittleEndian(UInt16(format.blockAlign))
        bytes.appendLittleEndian(UInt16(format.encoding.bits))
        if format.encoding.isFloat {
            bytes.appendLittleEndian(UInt16(0))  // No extension.
            bytes.appendChunkHeader("fact", size: 4)
            bytes.appendLittleEndian(UInt32(exactly: sampleCount) ?? sizeInDS64)
        }
        return bytes
    }
}
