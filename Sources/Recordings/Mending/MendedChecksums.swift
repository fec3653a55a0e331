import Support
import Zarr

/// The checksums of a blob, each from the store, or from the copy if the store's cannot be read.
struct MendedChecksums {
    /// Bytes of a block; those at the end may be fewer.
    let blockByteCount: UInt64
    /// The checksum of each block; nil if it is known on neither side.
    private(set) var checksums: [UInt32?]
    /// How many the store has itself.
    private(set) var ownCount = 0

    /// Those of a blob of `byteCount` bytes, as far as `own` and `copy` have them. There are none if neither is there.
    init(own: BlobChecksums?, copy: BlobChecksums?, byteCount: UInt64) {
        blockByteCount =
            own?.blockByteCount ?? copy?.blockByteCount ?? UInt64(BlobChecksums.writtenBlockByteCount)
        let count = Int(clamping: BlobChecksums.count(of: byteCount, blockByteCount))
        checksums = [UInt32?](repeating: nil, count: count)
        for side in [copy, own] {
            guard let side, side.blockByteCount == blockByteCount, side.count == UInt64(count) else { continue }
            ownCount = 0
            side.forEachReadable { number, checksum in
                checksums[number] = checksum
                ownCount += 1
            }
        }
        if own == nil { ownCount = 0 }
    }

    /// Whether the store has all of them itself, so that nothing need be written.
    var areAllOwn: Bool { ownCount == checksums.count }
    /// Whether there is one for each block.
    var areComplete: Bool { checksums.allSatisfy { $0 != nil } }
}
