import Support
import Zarr

/// The checksums of a blob: an array of CRC-32C, one for each block of so many bytes, the last of which may be shorter.
///
/// Blocks are of bytes, not of frames: every byte is covered, whatever it means, and whatever an index says of it.
struct BlobChecksums: Sendable {
    /// Bytes of a block of those that are written: about as many as a short unit is decoded from.
    static let writtenBlockByteCount = 4 << 10
    /// Bytes of a block of those that are read: what one byte takes to read is bounded by it.
    private static let blockByteCounts: ClosedRange<UInt64> = 256...1 << 20
    /// Checksums that are read at once.
    private static let batchCount: UInt64 = 1 << 10

    /// How many there are.
    let count: UInt64
    /// Bytes of a block.
    let blockByteCount: UInt64
    private let array: ZarrArray
    private let blob: (path: String, byteCount: UInt64)

    /// Those of `blob`, which are at `path` of `store`; nil if there is nothing. Throws if what is there does not cover the blob.
    init?(of blob: ZarrArray, at path: String, in store: any Store, cache: BlockCache) throws(ZarrError) {
        let opened = try ZarrNode.open(
            store, path: path, cache: cache, absent: .damage, attributes: ChecksumAttributes.self)
        guard let (node, attributes) = opened else { return nil }
        guard case .array(let array) = node, array.dataType == .uint32, array.shape.count == 1,
            Self.blockByteCounts.contains(attributes.blockByteCount)
        else { throw ZarrError(.invalidDocument, "is no array of checksums", path: path) }
        blockByteCount = attributes.blockByteCount
        count = Self.count(of: blob.byteCount, blockByteCount)
        guard array.shape[0] == count else {
            throw ZarrError(
                .invalidDocument, "has \(array.shape[0]) checksums, the audio has \(count) blocks", path: path)
        }
        self.array = array
        self.blob = (blob.path, blob.byteCount)
    }

    /// The blocks that `byteCount` bytes are.
    static func count(of byteCount: UInt64, _ blockByteCount: UInt64) -> UInt64 {
        byteCount / blockByteCount + (byteCount.isMultiple(of: blockByteCount) ? 0 : 1)
    }

    /// The bytes of all blocks that have bytes of `range`, which lies within the blob.
    func blocks(covering range: Range<UInt64>) -> Range<UInt64> {
        guard !range.isEmpty else { return range }
        let first = range.lowerBound / blockByteCount * blockByteCount
        return first..<bytes(of: (range.upperBound - 1) / blockByteCount).upperBound
    }

    /// Where the checksums of `range` are, which is whole blocks.
    func region(of range: Range<UInt64>) -> ZarrArray.Region {
        .init(
            array, start: [range.lowerBound / blockByteCount],
            count: [Self.count(of: UInt64(range.count), blockByteCount)])
    }

    /// The bytes of the block `number`.
    func bytes(of number: UInt64) -> Range<UInt64> {
        let start = number * blockByteCount
        return start..<start + min(blockByteCount, blob.byteCount - start)
    }

    /// Throws `damagedChunk` unless `bytes`, whole blocks from byte `start` of the blob on, have their checksums.
    func verify(_ bytes: UnsafeRawBufferPointer, from start: UInt64) throws(ZarrError) {
        var rest = bytes
        var number = start / blockByteCount
        while !rest.isEmpty {
            let blockCount = Self.count(of: UInt64(rest.count), blockByteCount)
            let checksums = try checksums(number..<number + min(blockCount, Self.batchCount))
            for checksum in checksums {
                let block = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(blockByteCount)))
                guard CRC32C.checksum(of: block) == checksum else { throw mismatch(of: number) }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(block.count))
                number += 1
            }
        }
    }

    /// The checksums of the blocks `numbers`, which exist; the caller has bounded how many.
    func checksums(_ numbers: Range<UInt64>) throws(ZarrError) -> [UInt32] {
        var failure: ZarrError?
        let checksums = [UInt32](unsafeUninitializedCapacity: numbers.count) { buffer, count in
            do throws(ZarrError) {
                let bytes = UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(rebasing: buffer[..<numbers.count]))
                try array.read(start: [numbers.lowerBound], count: [UInt64(numbers.count)], into: bytes)
                count = numbers.count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return checksums.map { UInt32(littleEndian: $0) }
    }

    /// The blocks whose checksums cannot be read, and why.
    func unreadable() -> [(blocks: Range<UInt64>, error: ZarrError)] {
        array.unreadableRows { _ in }.map { (blocks: $0.rows, error: $0.error) }
    }

    /// Calls `body` with the number and the checksum of each block whose checksum can be read.
    func forEachReadable(_ body: (Int, UInt32) -> Void) {
        var position: UInt64 = 0
        while position < count {
            let numbers = position..<position + min(Self.batchCount, count - position)
            if let checksums = try? checksums(numbers) {
                for (number, checksum) in zip(numbers, checksums) { body(Int(clamping: number), checksum) }
            }
            position = numbers.upperBound
        }
    }

    private func mismatch(of number: UInt64) -> ZarrError {
        let bytes = bytes(of: number)
        return ZarrError(
            .damagedChunk, "bytes \(bytes.lowerBound)..<\(bytes.upperBound) do not have their checksum", path: blob.path
        )
    }
}

/// The attributes of an array of checksums.
struct ChecksumAttributes: Codable {
    /// Bytes that a checksum is of.
    let blockByteCount: UInt64

    private enum CodingKeys: String, CodingKey {
        case blockByteCount = "block_size"
    }
}
