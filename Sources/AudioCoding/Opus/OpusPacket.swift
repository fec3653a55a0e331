/// What the first bytes of an Opus packet say. RFC 6716, section 3.
public enum OpusPacket {
    /// The most samples of one channel that a packet decodes to: 120 ms at 48 kHz.
    public static let maximumSampleCount = 5760

    /// How many samples of one channel at 48 kHz a packet that begins with `bytes` decodes to; nil if no packet begins so.
    /// Two bytes are enough. In a multistream packet they belong to the first stream, and all streams have as many samples.
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
