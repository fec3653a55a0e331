import AudioCoding
import Support

extension OpusStreamDecoder {
    /// Decodes the packets of `range` only for their effect on the decoder, and returns how many samples of one channel they
    /// gave, and whether each gave some. A packet that is lost or cannot be decoded leaves the decoder as it was.
    @discardableResult
    func pass(
        _ range: Range<UInt64>, of packets: some OpusPackets
    ) throws -> (sampleCount: UInt64, isComplete: Bool) {
        var sampleCount: UInt64 = 0
        var isComplete = true
        try withUnsafeTemporaryAllocation(
            byteCount: OpusPacket.maximumSampleCount * channels * 2, alignment: 16
        ) { samples in
            try packets.forEachPacket(stepwiseIn: range) { packet in
                if let packet, let count = try? decode(packet, into: samples) {
                    sampleCount += UInt64(count)
                } else {
                    isComplete = false
                }
            }
        }
        return (sampleCount, isComplete)
    }

    /// The samples of the decode unit `unit`; a failure if a packet of it is lost or cannot be decoded, once the others have had
    /// their effect on the decoder. Throws if packets cannot be read: the decoder's state is then one within the unit.
    func samples(ofUnit unit: UInt64, of packets: some OpusPackets) throws -> Result<Block, AudioCodingError> {
        let range = packets.packets(ofUnit: unit)
        let samples = try packets.samples(ofUnit: unit)
        // An index may claim any number of samples, and the count of a range must fit an Int.
        guard samples.upperBound - samples.lowerBound <= UInt64(range.count * OpusPacket.maximumSampleCount) else {
            try pass(range, of: packets)
            return .failure(AudioCodingError(.opus, "packets are lost"))
        }
        var failure: AudioCodingError?
        let block = try Block(ifRoomFor: samples.count * channels * 2) { target in
            var rest = target[...]
            try packets.forEachPacket(in: range) { packet in
                guard let packet else {
                    failure = failure ?? AudioCodingError(.opus, "a packet is lost")
                    return
                }
                do throws(AudioCodingError) {
                    let count = try decode(packet, into: UnsafeMutableRawBufferPointer(rebasing: rest))
                    rest = rest.dropFirst(count * channels * 2)
                } catch {
                    failure = failure ?? error
                }
            }
            if !rest.isEmpty { failure = failure ?? AudioCodingError(.opus, "packets are lost") }
        }
        if let failure { return .failure(failure) }
        guard let block else {
            try pass(range, of: packets)
            return .failure(AudioCodingError(.opus, "there is no memory for \(samples.count) samples"))
        }
        return .success(block)
    }
}
