import Support
import Zarr

/// The coded audio of a recording, put together block by block from a store and from a copy of it: of each block, the bytes that have its
/// checksum.
struct MendedBlob {
    /// Blocks that are read at once.
    private static let batchCount = 256

    let own: ZarrArray?
    let copy: ZarrArray?
    let checksums: MendedChecksums
    /// Whether the copy's bytes count before the store's own.
    let prefersCopy: Bool
    /// Bytes of the audio.
    let byteCount: UInt64

    /// The SHA-256 of all bytes; nil if some of them cannot be read, or are not right.
    private(set) var sha256: String?
    /// Whether bytes were taken that no checksum proves.
    private(set) var hasUnprovedBytes = false

    /// Nil unless one of the sides is an array of bytes.
    init?(own: ZarrArray?, copy: ZarrArray?, checksums: (UInt64) -> MendedChecksums, prefersCopy: Bool) {
        let sides = [own, copy].compactMap { $0 }.filter { $0.dataType == .uint8 && $0.shape.count == 1 }
        guard let byteCount = sides.first?.shape.first else { return nil }
        self.own = own.flatMap { $0.shape == [byteCount] && $0.dataType == .uint8 ? $0 : nil }
        self.copy = copy.flatMap { $0.shape == [byteCount] && $0.dataType == .uint8 ? $0 : nil }
        self.byteCount = byteCount
        self.checksums = checksums(byteCount)
        self.prefersCopy = prefersCopy
    }

    /// Whether all of the store's own bytes can be read and have their checksums.
    mutating func isWhole() throws -> Bool {
        guard let own else { return false }
        let digest = try MessageDigest.sha256()
        for batch in batches {
            guard let block = try? own.block(of: bytes(of: batch)), faults(in: block.bytes, of: batch).isEmpty else {
                return false
            }
            digest.update(block.bytes)
        }
        sha256 = digest.finish().hexadecimal
        return true
    }

    /// Hands all bytes to `body`, in order. Throws if some are right on neither side.
    mutating func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let digest = try MessageDigest.sha256()
        let sides = (prefersCopy ? [copy, own] : [own, copy]).compactMap { $0 }
        for batch in batches {
            for block in try blocks(of: batch, from: sides) {
                digest.update(block.bytes)
                try body(block.bytes)
            }
        }
        sha256 = digest.finish().hexadecimal
    }

    /// The bytes of the blocks `batch`: of the first of `sides` if they are right there, else each from wherever it is.
    private mutating func blocks(of batch: Range<Int>, from sides: [ZarrArray]) throws -> [Block] {
        if let block = try? sides.first?.block(of: bytes(of: batch)), faults(in: block.bytes, of: batch).isEmpty {
            if batch.contains(where: { checksums.checksums[$0] == nil }) { hasUnprovedBytes = true }
            return [block]
        }
        var blocks: [Block] = []
        for number in batch {
            guard let right = rightBlock(number, from: sides) else {
                let bytes = bytes(of: number..<number + 1)
                throw ZarrError(
                    .damagedChunk, "bytes \(bytes.lowerBound)..<\(bytes.upperBound) are right on neither side",
                    path: own?.path ?? copy?.path ?? "")
            }
            if checksums.checksums[number] == nil { hasUnprovedBytes = true }
            blocks.append(right)
        }
        return blocks
    }

    /// The block `number` of the first of `sides` where it has its checksum; nil if there is none.
    private func rightBlock(_ number: Int, from sides: [ZarrArray]) -> Block? {
        let one = number..<number + 1
        for side in sides {
            if let block = try? side.block(of: bytes(of: one)), faults(in: block.bytes, of: one).isEmpty {
                return block
            }
        }
        return nil
    }

    /// How many of the blocks that `side` has are those of the checksums.
    func agreement(of side: ZarrArray?) -> Agreement {
        var agreement = Agreement()
        guard let side else { return agreement }
        for batch in batches {
            guard let block = try? side.block(of: bytes(of: batch)) else {
                for number in batch {
                    if let block = try? side.block(of: bytes(of: number..<number + 1)) {
                        agreement.count(faults(in: block.bytes, of: number..<number + 1).isEmpty)
                    }
                }
                continue
            }
            let wrong = faults(in: block.bytes, of: batch).count
            agreement.same += batch.count - wrong
            agreement.different += wrong
        }
        return agreement
    }

    private var batches: [Range<Int>] {
        let count = checksums.checksums.count
        return stride(from: 0, to: count, by: Self.batchCount).map { $0..<min($0 + Self.batchCount, count) }
    }

    /// The blocks of `batch`, whose bytes these are, that do not have their checksums.
    private func faults(in bytes: UnsafeRawBufferPointer, of batch: Range<Int>) -> [Int] {
        let size = Int(clamping: checksums.blockByteCount)
        return batch.filter { number in
            guard let checksum = checksums.checksums[number] else { return false }
            let block = bytes.dropFirst((number - batch.lowerBound) * size).prefix(size)
            return CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: block)) != checksum
        }
    }

    private func bytes(of batch: Range<Int>) -> Range<UInt64> {
        // The blocks are those of the audio, whose number of bytes fits.
        let start = UInt64(batch.lowerBound) * checksums.blockByteCount
        return start..<min(start + UInt64(batch.count) * checksums.blockByteCount, byteCount)
    }
}

extension ZarrArray {
    /// The bytes `range`, which the caller has bounded.
    fileprivate func block(of range: Range<UInt64>) throws(ZarrError) -> Block {
        try Block(count: range.count) { buffer throws(ZarrError) in try read(bytes: range, into: buffer) }
    }
}
