/// How samples lie in a file whose bytes are not those that a WAV file of the same samples has: in wider containers, or in another byte
/// order.
public struct WaveSamplePacking: Sendable, Equatable {
    /// Bytes of one sample of one channel in the file.
    public let containerByteCount: Int
    /// Bytes of its most significant part, which is kept: not more than the container has.
    public let sampleByteCount: Int
    /// Whether the most significant byte comes first.
    public let isBigEndian: Bool
    /// Whether integers of 8 bits are signed, as in AIFF; in WAV they are not.
    var isSigned8 = false

    /// Writes the samples in `bytes`, whole ones, to `output` as a WAV file has them. False if a container has more than they hold: bits
    /// below the sample that are not zero.
    ///
    /// `output` is as long as `sampleByteCount(of:)` says.
    public func unpack(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
        let count = min(bytes.count / containerByteCount, output.count / sampleByteCount)
        let spare = containerByteCount - sampleByteCount
        let (first, step) = isBigEndian ? (containerByteCount - 1, -1) : (0, 1)
        var lost: UInt8 = 0
        for index in 0..<count {
            var place = index * containerByteCount + first
            for _ in 0..<spare {
                lost |= bytes[place]
                place += step
            }
            for byte in 0..<sampleByteCount {
                output[index * sampleByteCount + byte] = bytes[place]
                place += step
            }
            if isSigned8 { output[index] ^= 0x80 }
        }
        return lost == 0
    }

    /// Whether the containers hold more than the samples, which must be zero then.
    public var hasSpareBytes: Bool { containerByteCount > sampleByteCount }

    /// Bytes of the samples that `byteCount` bytes of the file hold.
    public func sampleByteCount(of byteCount: Int) -> Int {
        byteCount / containerByteCount * sampleByteCount
    }
}
