/// Makes WAV files, as odd as a test needs them.
public struct WaveBuilder: Sendable {
    /// The four characters at the start of the file.
    public var form: String
    private var chunks: [UInt8] = []

    /// A file without chunks.
    public init(form: String = "RIFF") {
        self.form = form
    }

    /// Adds a chunk whose header has `size`, by default that of the contents.
    public mutating func add(_ name: String, _ contents: [UInt8], size: UInt32? = nil, padded: Bool = true) {
        chunks += Array(name.utf8) + Self.littleEndian(size ?? UInt32(contents.count)) + contents
        if padded, contents.count % 2 == 1 { chunks.append(0) }
    }

    /// Adds a `fmt ` chunk with `extra` at its end; a sample has `bytes`, by default those of its `bits`.
    public mutating func addFormat(
        tag: UInt16 = 1, channels: UInt16 = 1, rate: UInt32 = 48_000, bits: UInt16 = 16, bytes: UInt16? = nil,
        extra: [UInt8] = []
    ) {
        let block = channels * (bytes ?? bits / 8)
        add(
            "fmt ",
            Self.littleEndian(tag) + Self.littleEndian(channels) + Self.littleEndian(rate)
                + Self.littleEndian(rate * UInt32(block)) + Self.littleEndian(block) + Self.littleEndian(bits) + extra)
    }

    /// Adds a `ds64` chunk with the size `data` and the number of `samples`.
    public mutating func addLargeSizes(data: UInt64, samples: UInt64) {
        add(
            "ds64",
            Self.littleEndian(UInt64(0)) + Self.littleEndian(data) + Self.littleEndian(samples)
                + Self.littleEndian(UInt32(0)))
    }

    /// The bytes of the file.
    public var bytes: [UInt8] {
        Array(form.utf8) + Self.littleEndian(UInt32(truncatingIfNeeded: chunks.count + 4)) + Array("WAVE".utf8) + chunks
    }

    /// The little-endian bytes of `value`.
    public static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

extension [UInt8] {
    /// The samples of the WAV file that has these bytes, and what follows them; empty if there is no `data` chunk.
    public var waveSamples: ArraySlice<UInt8> {
        var offset = 12
        while offset + 8 <= count {
            let size = self[(offset + 4)..<(offset + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
            if self[offset..<(offset + 4)].elementsEqual("data".utf8) { return self[(offset + 8)...] }
            offset += 8 + size + size % 2
        }
        return []
    }
}
