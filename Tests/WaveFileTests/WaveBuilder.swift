@testable import WaveFile

/// Makes WAV files as odd as a test wants them.
struct WaveBuilder {
    var form = "RIFF"
    private(set) var chunks: [UInt8] = []

    /// Adds a chunk whose header claims `size`, the contents' own where none is given.
    mutating func add(_ name: String, _ contents: [UInt8], size: UInt32? = nil, padded: Bool = true) {
        chunks += Array(name.utf8) + Self.littleEndian(size ?? UInt32(contents.count)) + contents
        if padded, contents.count % 2 == 1 { chunks.append(0) }
    }

    mutating func addFormat(
        tag: UInt16 = 1, channels: UInt16 = 1, rate: UInt32 = 48_000, bits: UInt16 = 16, bytes: UInt16? = nil,
        extra: [UInt8] = []
    ) {
        let block = channels * (bytes ?? bits / 8)
        add(
            "fmt ",
            Self.littleEndian(tag) + Self.littleEndian(channels) + Self.littleEndian(rate)
                + Self.littleEndian(rate * UInt32(block)) + Self.littleEndian(block) + Self.littleEndian(bits) + extra)
    }

    var bytes: [UInt8] {
        Array(form.utf8) + Self.littleEndian(UInt32(truncatingIfNeeded: chunks.count + 4)) + Array("WAVE".utf8) + chunks
    }

    static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
