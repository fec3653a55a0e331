/// Immutable bytes at a fixed address, shared by reference.
///
/// Caches hold blocks and replies point into them: decoded samples, decoded Zarr chunks, decoder snapshots.
///
/// @unchecked: the memory is written only inside `init`, before any other reference exists, and only read afterwards.
public final class Block: @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer

    /// `count` bytes, a few megabytes at most, that `fill` writes; those it leaves out are zero. If `fill` throws, the memory is freed and
    /// the error rethrown.
    public convenience init<E: Error>(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
        try self.init(writtenCount: count) { bytes throws(E) in
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            try fill(bytes)
        }
    }

    /// `count` bytes, all of which `write` writes, unless it throws: then the memory is freed and the error rethrown.
    public init<E: Error>(
        writtenCount count: Int, by write: (UnsafeMutableRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        // Not in `storage` yet: once that is set, a throw would also run `deinit`.
        let written = BlockMemory.takeAnyway(max(count, 0))
        do {
            try write(written)
        } catch {
            BlockMemory.giveBack(written)
            throw error
        }
        storage = written
    }

    /// `count` bytes, however many a store demands, that `fill` writes; those it leaves out are zero. Nil if there is no memory for so many.
    public convenience init?<E: Error>(
        ifRoomFor count: Int, fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        guard let filled = BlockMemory.take(max(count, 0)) else { return nil }
        filled.initializeMemory(as: UInt8.self, repeating: 0)
        do {
            try fill(filled)
        } catch {
            BlockMemory.giveBack(filled)
            throw error
        }
        self.init(adopting: filled)
    }

    /// The bytes in `memory`, which `BlockMemory` has given, belongs to the block from here on, and is not written to any more.
    public init(adopting memory: UnsafeMutableRawBufferPointer) {
        storage = memory
    }

    /// A copy of `bytes`.
    public convenience init(_ bytes: UnsafeRawBufferPointer) {
        self.init(writtenCount: bytes.count) { storage in storage.copyMemory(from: bytes) }
    }

    /// A copy of `bytes`.
    public convenience init(_ bytes: [UInt8]) {
        self.init(writtenCount: bytes.count) { storage in storage.copyBytes(from: bytes) }
    }

    deinit {
        BlockMemory.giveBack(storage)
    }

    /// The number of bytes.
    public var count: Int { storage.count }

    /// The bytes. The pointer is valid as long as this object lives; keep a reference while using it.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(storage) }
}

/// Part of a block, which it keeps alive.
public struct BlockSlice: Sendable {
    /// The block that holds the bytes.
    public let block: Block
    /// The range of its bytes, always within the block.
    public let range: Range<Int>

    /// The bytes of `block` in `range`, clamped to the block.
    public init(_ block: Block, _ range: Range<Int>) {
        self.block = block
        self.range = range.clamped(to: 0..<block.count)
    }

    /// All of `block`.
    public init(_ block: Block) {
        self.init(block, 0..<block.count)
    }

    /// The number of bytes.
    public var count: Int { range.count }

    /// The bytes. The pointer is valid as long as `block` lives; keep a reference while using it.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: block.bytes[range]) }
}
