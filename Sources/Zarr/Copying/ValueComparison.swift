import Glibc
import Support

/// Whether a value of one store is that of another: by entity tags if these are digests, else by all bytes.
struct ValueComparison {
    let source: any Store
    let destination: any Store

    /// Bytes that are compared at once.
    private static let pieceByteCount = 4 << 20

    /// Whether `value` of the source has the bytes of `other` of the destination. If the source has no such value after all, nothing differs.
    func isSame(_ value: ListedValue, as other: ListedValue) throws(StoreError) -> Bool {
        if let size = value.byteCount, let otherSize = other.byteCount, size != otherSize { return false }
        let (tag, otherTag) = (ContentTag(value), ContentTag(other))
        if let tag, tag == otherTag { return true }
        // What is on this machine is read instead of what is on another.
        if let otherTag, source.requestsAtOnce == nil, try otherTag.fits(value, of: source) { return true }
        if let tag, destination.requestsAtOnce == nil, try tag.fits(other, of: destination) { return true }
        return try hasSameBytes(value, other)
    }

    private func hasSameBytes(_ value: ListedValue, _ other: ListedValue) throws(StoreError) -> Bool {
        let memoryByteCount = min(Self.pieceByteCount, Int(clamping: value.byteCount ?? .max))
        guard let memory = BlockMemory.take(memoryByteCount) else {
            throw StoreError(.failed, "no memory for \(memoryByteCount) bytes", key: value.key)
        }
        defer { BlockMemory.giveBack(memory) }
        var position: UInt64 = 0
        var isSame = true
        let info = try source.read(value, inPiecesOf: Self.pieceByteCount) { piece throws(StoreError) in
            try Cancellation.checkCopy(value.key)
            guard isSame else { return }
            let range = position..<position + UInt64(piece.count)
            position = range.upperBound
            isSame = try self.isSame(piece, other.key, range, memory)
        }
        return info == nil || isSame && (other.byteCount ?? position) == position
    }

    /// Whether the bytes `range` of the value under `key` of the destination are `piece`, which has as many.
    private func isSame(
        _ piece: UnsafeRawBufferPointer, _ key: String, _ range: Range<UInt64>,
        _ memory: UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> Bool {
        let read = UnsafeMutableRawBufferPointer(rebasing: memory.prefix(piece.count))
        do throws(StoreError) {
            guard try destination.get(key, .range(range), into: { _ in read }) != nil else { return false }
        } catch {
            if case .cutShort = error.kind { return false }
            throw error
        }
        guard let bytes = read.baseAddress, let expected = piece.baseAddress else { return true }
        return memcmp(bytes, expected, piece.count) == 0
    }
}

/// An entity tag that is the MD5 of a value, or of the MD5s of the parts that it was put in. See "Checking object integrity" in the Amazon S3
/// User Guide.
private struct ContentTag: Equatable {
    private static let partByteCount = 8 << 20

    private let text: String
    /// The number of parts; nil if it was put as a whole.
    private let partCount: UInt64?
    private let byteCount: UInt64

    /// The tag of `value`; nil if it has none, or one of another form.
    init?(_ value: ListedValue) {
        guard let tag = value.entityTag?.lowercased(), let byteCount = value.byteCount else { return nil }
        let words = tag.split(separator: "-", omittingEmptySubsequences: false)
        guard words[0].utf8.count == 32, words[0].allSatisfy(\.isHexDigit), words.count <= 2 else { return nil }
        partCount = words.count == 2 ? UInt64(words[1]) : nil
        guard words.count == 1 || partCount != nil else { return nil }
        text = tag
        self.byteCount = byteCount
    }

    /// Whether `value` of `store` has this tag, if it has been put in parts of the usual size. If not, nothing is known.
    func fits(_ value: ListedValue, of store: any Store) throws(StoreError) -> Bool {
        let partByteCount = UInt64(Self.partByteCount)
        if let partCount, byteCount.dividedRoundingUp(by: partByteCount) != partCount { return false }
        guard let whole = MessageDigest(.md5) else { return false }
        var isComputed = true
        let info = try store.read(value, inPiecesOf: Self.partByteCount) { piece throws(StoreError) in
            try Cancellation.checkCopy(value.key)
            guard partCount != nil else { return whole.update(piece) }
            guard let part = MessageDigest(.md5) else {
                isComputed = false
                return
            }
            part.update(piece)
            whole.update(part.finish())
        }
        guard info != nil, isComputed else { return false }
        return text == whole.finish().hexadecimal + (partCount.map { "-\($0)" } ?? "")
    }
}

extension Cancellation {
    /// Throws if the copy of the value under `key` is to be given up.
    static func checkCopy(_ key: String) throws(StoreError) {
        if isRequested { throw StoreError(.failed, "is not read to its end", key: key, cause: Cancelled()) }
    }
}
