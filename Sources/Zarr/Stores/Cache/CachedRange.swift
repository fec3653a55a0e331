import Support

/// A range of a value whose version is known, and the blocks on disk that have some of it.
struct CachedRange {
    private let range: Range<UInt64>
    /// The value, in the version that was seen last.
    private let info: ValueInfo
    private let version: UInt64
    private let value: String
    /// What there is of the range, each with the place of its first byte.
    private var pieces: [(start: UInt64, bytes: Block)] = []
    /// What there is not, in order: whole blocks.
    private(set) var missing: [Range<UInt64>] = []

    /// What `cache` has of `range` of `value`, of which `info` is known; nil if that says no version, or if the value does not have the range.
    init?(_ range: Range<UInt64>, of value: String, _ info: ValueInfo, in cache: DiskCache) {
        guard let version = info.version, !range.isEmpty, range.upperBound <= info.size else { return nil }
        self.range = range
        self.info = info
        self.version = version
        self.value = value
        for number in DiskBlock.numbers(of: range) {
            let block = block(number)
            if let bytes = cache.bytes(of: block) {
                pieces.append((block.range.lowerBound, bytes))
            } else if let last = missing.last, last.upperBound == block.range.lowerBound {
                missing[missing.count - 1] = last.lowerBound..<block.range.upperBound
            } else {
                missing.append(block.range)
            }
        }
    }

    /// The requests for what is missing, in its order.
    func requests(_ key: String) -> [ValueRequest] {
        missing.map { ValueRequest(key, .range($0), version: version) }
    }

    /// Whether the store's answer `answer` is of the version that the range is of.
    func isOfVersion(_ answer: ValueInfo) -> Bool { answer.version == version && answer.size == info.size }

    /// Takes `bytes`, which the store has for `part`, one of those that are missing, and keeps its blocks in `cache`.
    mutating func add(_ bytes: Block, _ part: Range<UInt64>, keptIn cache: DiskCache) {
        pieces.append((part.lowerBound, bytes))
        for number in DiskBlock.numbers(of: part) {
            let block = block(number)
            cache.keep(Self.bytes(block.range, of: bytes, at: part.lowerBound), of: block)
        }
    }

    /// Copies the range, all of which is there, into what `memory` returns, and returns what is known of the value.
    func copy(into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer) -> ValueInfo {
        let buffer = memory(range.count)
        guard buffer.count == range.count else { return info }
        for piece in pieces {
            let part = (piece.start..<piece.start + UInt64(piece.bytes.count)).clamped(to: range)
            UnsafeMutableRawBufferPointer(rebasing: buffer[Int(part.lowerBound - range.lowerBound)...])
                .copyMemory(from: Self.bytes(part, of: piece.bytes, at: piece.start))
        }
        return info
    }

    private func block(_ number: UInt64) -> DiskBlock {
        DiskBlock(value: value, version: version, size: info.size, number: number)
    }

    /// The bytes `part` of a value, of which `block` has those from `start` on.
    private static func bytes(_ part: Range<UInt64>, of block: Block, at start: UInt64) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: block.bytes[Int(part.lowerBound - start)..<Int(part.upperBound - start)])
    }
}
