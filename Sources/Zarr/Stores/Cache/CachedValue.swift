import Support

/// A version of a value, as the blocks on disk name it.
struct CachedValue {
    /// The address of its object.
    let address: String
    let version: UInt64
    /// Bytes of the whole value.
    let size: UInt64

    /// The block `number` of it.
    func block(_ number: UInt64) -> DiskBlock {
        DiskBlock(value: address, version: version, size: size, number: number)
    }

    /// Keeps in `cache` those blocks of which `bytes`, the bytes `range` of the value, have all; whether there is any.
    func keep(_ bytes: UnsafeRawBufferPointer, _ range: Range<UInt64>, in cache: DiskCache) -> Bool {
        guard bytes.count == range.count else { return false }
        let blocks = DiskBlock.numbers(of: range).lazy.map { block($0) }.filter {
            range.lowerBound <= $0.range.lowerBound && $0.range.upperBound <= range.upperBound
        }
        for block in blocks { cache.keep(block.range.bytes(of: bytes, at: range.lowerBound), of: block) }
        return !blocks.isEmpty
    }

    /// Removes all of its blocks from `cache`.
    func remove(from cache: DiskCache) {
        for number in DiskBlock.numbers(of: 0..<size) { cache.remove(block(number)) }
    }

    // MARK: - The version that was seen last

    /// The value at `address` in the version that was seen last, as `cache` has it; nil if that is not known.
    init?(keptAt address: String, in cache: DiskCache) {
        guard let kept = cache.bytes(of: Self.note(address)) else { return nil }
        let bytes = kept.bytes
        self.address = address
        version = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        size = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// The value at `address`, of which a store says `info`; nil if that has no version.
    init?(_ address: String, _ info: ValueInfo) {
        guard let version = info.version else { return nil }
        self.address = address
        self.version = version
        size = info.size
    }

    /// Notes in `cache` that this version was seen last.
    func note(in cache: DiskCache) {
        withUnsafeBytes(of: (version.littleEndian, size.littleEndian)) { cache.keep($0, of: Self.note(address)) }
    }

    /// The file with the version and the size of the value at `address`. No address begins so.
    private static func note(_ address: String) -> DiskBlock {
        DiskBlock(value: "version of \(address)", version: 0, size: 16, number: 0)
    }
}
