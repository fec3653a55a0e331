import Support
import Zarr

/// Writes the coded bytes of a recording, and their checksums.
final class BlobWriter {
    private let blob: ArrayWriter
    private let checksums: ArrayWriter
    private var sums = BlockChecksums()
    /// The first bytes, as many as a block has at most.
    private var firstBlock: [UInt8] = []

    /// A writer into `node`. `isHashed` says whether `sha256` is computed.
    init(in node: any StagedNode, isHashed: Bool) {
        blob = ArrayWriter(in: node, name: HierarchyNames.blob, .blob, isHashed: isHashed)
        checksums = ArrayWriter(in: node, name: HierarchyNames.blobChecksums, .checksums)
    }

    /// The name of the array of bytes.
    var name: String { blob.name }
    /// Bytes that were appended.
    var byteCount: Int { blob.byteCount }
    /// The SHA-256 of the bytes that were appended, once the array is finished; nil if it is not computed.
    var sha256: [UInt8]? { blob.sha256 }

    /// Appends `bytes`.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ZarrError) {
        firstBlock += bytes.prefix(BlobChecksums.writtenBlockByteCount - firstBlock.count)
        sums.append(bytes)
        try blob.append(bytes)
    }

    /// Appends `bytes`.
    func append(_ bytes: [UInt8]) throws(ZarrError) {
        try bytes.withUnsafeBufferPointer { bytes throws(ZarrError) in try append(UnsafeRawBufferPointer(bytes)) }
    }

    /// Puts `bytes`, which are few, in the place of as many that were appended first.
    func overwriteStart(with bytes: [UInt8]) throws(ZarrError) {
        guard bytes.count <= firstBlock.count else {
            throw ZarrError(.invalidRequest, "its first \(bytes.count) bytes cannot be written again", path: name)
        }
        try blob.overwriteStart(with: bytes)
        firstBlock.replaceSubrange(..<bytes.count, with: bytes)
    }

    /// Writes what is left; `attributes` are those of the bytes.
    func finish(attributes: [String: JSONValue]) throws(ZarrError) {
        try blob.finish(attributes: attributes)
        try checksums.append(checksums: sums.finish(firstBlock: firstBlock))
        try checksums.finish(
            attributes: ChecksumAttributes(blockByteCount: UInt64(BlobChecksums.writtenBlockByteCount)))
    }
}

/// The checksums of bytes that come piece by piece, a block after the other. There is one of four bytes for each 4 KiB.
struct BlockChecksums {
    private var checksums: [UInt32] = []
    /// The last bytes, which are no whole block yet.
    private var rest: [UInt8] = []

    /// Adds `bytes`.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let blockByteCount = BlobChecksums.writtenBlockByteCount
        var bytes = bytes
        if !rest.isEmpty {
            let part = bytes.prefix(blockByteCount - rest.count)
            rest += part
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(part.count))
            guard rest.count == blockByteCount else { return }
            checksums.append(rest.withUnsafeBytes { CRC32C.checksum(of: $0) })
            rest.removeAll(keepingCapacity: true)
        }
        while bytes.count >= blockByteCount {
            checksums.append(CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: bytes.prefix(blockByteCount))))
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(blockByteCount))
        }
        rest += bytes
    }

    /// The checksums of all blocks, of which the first is `firstBlock` now, if that is not nil.
    consuming func finish(firstBlock: [UInt8]? = nil) -> [UInt32] {
        if !rest.isEmpty { checksums.append(rest.withUnsafeBytes { CRC32C.checksum(of: $0) }) }
        if let firstBlock, !checksums.isEmpty { checksums[0] = firstBlock.withUnsafeBytes { CRC32C.checksum(of: $0) } }
        return checksums
    }
}

extension ArrayWriter {
    /// Appends `checksums` to an array of them.
    func append(checksums: [UInt32]) throws(ZarrError) {
        try checksums.map(\.littleEndian).withUnsafeBufferPointer { numbers throws(ZarrError) in
            try append(UnsafeRawBufferPointer(numbers))
        }
    }
}
