import Glibc
import Support

/// A decoder that holds the samples of its last packet, so that they can be compared with another decoder's.
final class ComparableOpusDecoder {
    private let decoder: OpusStreamDecoder
    private let output: UnsafeMutableRawBufferPointer
    /// Samples of one channel that the last packet gave, or why it gave none.
    private var decoded: Result<Int, AudioCodingError> = .success(0)

    /// A decoder in the state in which a stream that `head` describes begins.
    init(head: OpusHead) throws(AudioCodingError) {
        decoder = try OpusStreamDecoder(head: head)
        output = .allocate(byteCount: OpusPacket.maximumSampleCount * head.channels * 2, alignment: 16)
    }

    deinit {
        output.deallocate()
    }

    /// Decodes the next packet, and returns how many samples of one channel it gave. A packet that is lost (nil) or cannot
    /// be decoded gives none, and leaves the decoder as it was.
    @discardableResult
    func decode(_ packet: UnsafeRawBufferPointer?) -> UInt64 {
        guard let packet else {
            decoded = .failure(AudioCodingError(.opus, "a packet is lost"))
            return 0
        }
        do throws(AudioCodingError) {
            let sampleCount = try decoder.decode(packet, into: output)
            decoded = .success(sampleCount)
            return UInt64(sampleCount)
        } catch {
            decoded = .failure(error)
            return 0
        }
    }

    /// The samples of the last packet, interleaved, 16 bits; a failure if it was lost or could not be decoded. Valid until the
    /// next packet is decoded.
    var samples: Result<UnsafeRawBufferPointer, AudioCodingError> {
        decoded.map { UnsafeRawBufferPointer(rebasing: output[..<($0 * decoder.channels * 2)]) }
    }

    /// Whether the last packet gave `expected`; nil stands for a packet that gave no samples.
    func gave(_ expected: UnsafeRawBufferPointer?) -> Bool {
        let samples = try? samples.get()
        guard let samples, let expected else { return samples == nil && expected == nil }
        guard samples.count == expected.count else { return false }
        guard let left = samples.baseAddress, let right = expected.baseAddress else { return true }
        return memcmp(left, right, samples.count) == 0
    }

    /// The decoder's state after the last packet.
    func snapshot() -> Block { decoder.snapshot() }
}
