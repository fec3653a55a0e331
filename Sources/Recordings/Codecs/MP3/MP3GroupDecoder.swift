import AudioCoding
import Support

/// Decodes frames of one MP3 stream, each time by a fresh decoder.
///
/// The frames before a unit hold bits of it (the reservoir of layer III), and the samples of neighbouring frames overlap.
struct MP3GroupDecoder: FrameGroupDecoder {
    typealias Format = MP3Format

    private let header: MP3Header

    /// A decoder of the stream of which `header` is one.
    init(_ header: MP3Header) {
        self.header = header
    }

    var samplesPerFrame: UInt64 { UInt64(header.samplesPerFrame) }

    func preRollCount(before number: UInt64, frameByteCount: (UInt64) throws -> Int) rethrows -> UInt64 {
        try header.preRollCount(before: number, frameByteCount: frameByteCount)
    }

    func decode(
        _ coded: [UnsafeRawBufferPointer], droppingFirst preRollCount: Int, isFromStart: Bool
    ) throws -> Block {
        let decoder = try MP3Decoder(for: header)
        let frameByteCount = header.samplesPerFrame * header.channels * 2
        return try Block(count: max(coded.count - preRollCount, 1) * frameByteCount) { samples in
            for (number, frame) in coded.enumerated() {
                // Pre-roll is decoded to where the first frame's samples will be.
                let start = max(number - preRollCount, 0) * frameByteCount
                let target = UnsafeMutableRawBufferPointer(rebasing: samples[start..<start + frameByteCount])
                _ = try decoder.decode(frame, into: target)
            }
        }
    }
}
