/// What an Opus packet says of itself. RFC 6716, section 3.
public enum OpusPacket {
    /// Samples of one channel that no packet exceeds: 120 ms.
    public static let maximumSampleCount = 5760

    /// Samples of one channel at 48 kHz that the packet decodes to which begins with `bytes`, or nil where it is none. Two
    /// bytes are enough; of a multistream packet, they are the first stream's, and all streams have the same.
    public static func sampleCount(of bytes: some Collection<UInt8>) -> Int? {
        guard let toc = bytes.first else { return nil }
        let frames: Int
        switch toc & 0x3 {
        case 0: frames = 1
        case 1, 2: frames = 2
        default:
            guard let count = bytes.dropFirst().first else { return nil }
            frames = Int(count & 0x3F)
        }
        let samples = frames * samplesPerFrame(configuration: Int(toc >> 3))
        return (1...maximumSampleCount).contains(samples) ? samples : nil
    }

    private static func samplesPerFrame(configuration: Int) -> Int {
        switch configuration {
        case 0..<12: [480, 960, 1920, 2880][configuration % 4]
        case 12..<16: [480, 960][configuration % 2]
        default: [120, 240, 480, 960][configuration % 4]
        }
    }
}
