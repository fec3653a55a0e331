import Support

/// Which bytes a file of a `DiskCache` has: those of one version of a value between two multiples of `byteCount`.
struct DiskBlock: Sendable {
    /// Bytes of a block; the last one of a value may have fewer.
    static let byteCount: UInt64 = 64 << 10

    /// What the value is called by everybody: the address of its object.
    let value: String
    let version: UInt64
    /// Bytes of the whole value.
    let size: UInt64
    /// Counted from 0.
    let number: UInt64

    /// The bytes of the value that it has.
    var range: Range<UInt64> {
        let start = min(number.multiplied(by: Self.byteCount) ?? size, size)
        return start..<min(start.adding(Self.byteCount) ?? size, size)
    }

    /// The numbers of the blocks that have some of `range`.
    static func numbers(of range: Range<UInt64>) -> Range<UInt64> {
        guard !range.isEmpty else { return 0..<0 }
        return range.lowerBound / byteCount..<(range.upperBound - 1) / byteCount + 1
    }

    /// The digest of all that says which block it is; nil if libcrypto does not compute it.
    var digest: [UInt8]? {
        guard let digest = MessageDigest(.sha256) else { return nil }
        digest.update(Array("\(Self.byteCount) \(version) \(size) \(number) \(value)".utf8))
        return digest.finish()
    }
}
