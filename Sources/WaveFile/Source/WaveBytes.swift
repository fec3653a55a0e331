import Support

/// The bytes of a WAV file, with random access.
public struct WaveBytes {
    /// Bytes of the file.
    let byteCount: UInt64
    private let read: (Range<UInt64>) throws -> [UInt8]

    /// A file of `byteCount` bytes; `read` returns exactly the bytes of a range within them.
    public init(byteCount: UInt64, read: @escaping (Range<UInt64>) throws -> [UInt8]) {
        self.byteCount = byteCount
        self.read = read
    }

    /// The first bytes of `range`, at most `limit`, clamped to the file.
    func bytes(_ range: Range<UInt64>, atMost limit: UInt64) throws(WaveSourceError) -> [UInt8] {
        let range = range.clamped(to: 0..<byteCount)
        let cut = range.lowerBound..<range.lowerBound + min(UInt64(range.count), limit)
        guard !cut.isEmpty else { return [] }
        do {
            return try read(cut)
        } catch {
            throw WaveSourceError("cannot be read", at: cut.lowerBound, cause: error)
        }
    }

    /// The `count` bytes from `offset` on, or fewer at the end of the file.
    func bytes(from offset: UInt64, atMost count: UInt64) throws(WaveSourceError) -> [UInt8] {
        try bytes(offset..<(offset.adding(count) ?? .max), atMost: count)
    }
}
