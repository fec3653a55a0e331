import Support

/// A range of a value in one version, and the blocks on disk that have some of it.
struct CachedRange {
    private let range: Range<UInt64>
    private let value: CachedValue
    /// What there is of the range, each with the place of its first byte.
    private var pieces: [(start: UInt64, bytes: Block)] = []
    /// What is not there, in order: whole blocks.
    private(set) var missing: [Range<UInt64>] = []

    /// What `cache` has of `range`, which is not empty and lies in `value`.
    init(_ range: Range<UInt64>, of value: CachedValue, in cache: DiskCache) {
        self.range = range
        self.value = value
        for number in DiskBlock.numbers(of: range) {
            let block = value.block(number)
            if let bytes = cache.bytes(of: block) {
                pieces.append((block.range.lowerBound, bytes))
            } else if let last = missing.last, last.upperBound == block.range.lowerBound {
                missing[missing.count - 1] = last.lowerBound..<block.range.upperBound
            } else {
                missing.append(block.range)
            }
        }
    }

    /// Whether the store's answer `info` is of the version that the range is of.
    func isOfVersion(_ info: ValueInfo) -> Bool { info.version == value.version && info.size == value.size }

    /// Takes `bytes`, which the store has for `part`, one of those that are missing.
    mutating func add(_ bytes: Block, _ part: Range<UInt64>) {
        pieces.append((part.lowerBound, bytes))
    }

    /// Copies the range, all of which is there, into what `memory` returns.
    func copy(into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer) {
        let count = Int(clamping: range.upperBound - range.lowerBound)
        let buffer = memory(count)
        guard buffer.count == count else { return }
        // Each piece has some of the range.
        for piece in pieces {
            let part = (piece.start..<piece.start + UInt64(piece.bytes.count)).clamped(to: range)
            UnsafeMutableRawBufferPointer(rebasing: buffer[Int(part.lowerBound - range.lowerBound)...])
                .copyMemory(from: part.bytes(of: piece.bytes.bytes, at: piece.start))
        }
    }
}

extension Range<UInt64> {
    /// These bytes of a value, of which `bytes` have those from `start` on, these among them.
    func bytes(of bytes: UnsafeRawBufferPointer, at start: UInt64) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(lowerBound - start)..<Int(upperBound - start)])
    }
}
