import Support

/// A chunk that is not decoded yet: which one it is, and where its bytes are.
struct EncodedChunk {
    /// The place of encoded bytes.
    enum Place {
        /// The whole value under the key.
        case object
        /// A part of that value: an inner chunk of a shard.
        case part(Range<Int>)
        /// In memory: an inner chunk of a shard that had to be decoded as a whole.
        case memory(BlockSlice)
    }

    /// The store's key for the chunk, or for the shard it is in.
    let key: String
    let place: Place
    /// Its number among all chunks of its level in the array.
    let number: Int

    /// The inner chunk `number`, whose bytes are `range` of this one's, all of which this one has.
    func inner(_ range: Range<Int>, number: Int) -> EncodedChunk {
        let place: Place =
            switch place {
            case .object: .part(range)
            case .part(let outer): .part(outer.lowerBound + range.lowerBound..<outer.lowerBound + range.upperBound)
            case .memory(let slice):
                .memory(
                    BlockSlice(
                        slice.block,
                        slice.range.lowerBound + range.lowerBound..<slice.range.lowerBound + range.upperBound))
            }
        return EncodedChunk(key: key, place: place, number: number)
    }

    /// Throws unless it has `expected` bytes, as far as that is known without reading.
    func check(size expected: Int) throws(ZarrError) {
        switch place {
        case .object: break
        case .part(let part): if part.count != expected { throw wrongSize(UInt64(part.count), expected) }
        case .memory(let slice): if slice.count != expected { throw wrongSize(UInt64(slice.count), expected) }
        }
    }

    /// Reads `range` of its bytes, of which there must be `size`, to `destination`; false if the store has no such key.
    func read(
        _ range: Range<Int>, of size: Int, from store: any Store, to destination: UnsafeMutableRawPointer
    ) throws(ZarrError) -> Bool {
        try check(size: size)
        let buffer = UnsafeMutableRawBufferPointer(start: destination, count: range.count)
        switch place {
        case .memory(let slice):
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: slice.bytes[range]))
        case .part(let part):
            let isThere: Bool
            do throws(StoreError) {
                isThere = try store.get(key, .range(Self.range(range, of: part))) { _ in buffer } != nil
            } catch {
                throw ZarrError(error, path: key)
            }
            guard isThere else { throw removed }
        case .object:
            let info: ValueInfo?
            do throws(StoreError) {
                info = try store.get(key, .range(Self.range(range))) { _ in buffer }
            } catch {
                if case .cutShort(let actual) = error.kind { throw wrongSize(actual, size) }
                throw ZarrError(error, path: key)
            }
            guard let info else { return false }
            guard info.size == size else { throw wrongSize(info.size, size) }
        }
        return true
    }

    /// How many bytes it has, at most `limit`; nil if the store has no such key.
    func byteCount(atMost limit: Int, in store: any Store) throws(ZarrError) -> Int? {
        let size: UInt64
        switch place {
        case .memory(let slice): size = UInt64(slice.count)
        case .part(let part): size = UInt64(part.count)
        case .object:
            do throws(StoreError) {
                let empty = UnsafeMutableRawBufferPointer(start: nil, count: 0)
                guard let info = try store.get(key, .range(0..<0), into: { _ in empty }) else { return nil }
                size = info.size
            } catch {
                throw ZarrError(error, path: key)
            }
        }
        guard let count = Int(exactly: size), count <= limit else { throw tooLarge(size, limit) }
        return count
    }

    /// All of its bytes, of which there may be at most `limit`; nil if the store has no such key.
    func readAll(atMost limit: Int, from store: any Store) throws(ZarrError) -> Block? {
        switch place {
        case .memory(let slice):
            guard slice.count <= limit else { throw tooLarge(UInt64(slice.count), limit) }
            return Block(slice.bytes)
        case .part(let part):
            guard part.count <= limit else { throw tooLarge(UInt64(part.count), limit) }
            do throws(StoreError) {
                if let value = try store.get(key, .range(Self.range(part))) { return value.bytes }
            } catch {
                throw ZarrError(error, path: key)
            }
            throw removed
        case .object:
            do throws(StoreError) {
                return try store.get(key, .whole(atMost: limit))?.bytes
            } catch {
                if case .tooLarge(let size) = error.kind { throw tooLarge(size, limit) }
                throw ZarrError(error, path: key)
            }
        }
    }

    /// Its first or last bytes, `count` of them, and how many it has in all; nil if the store has no such key.
    func readIndex(
        _ count: Int, at location: ShardingDocument.IndexLocation, from store: any Store
    ) throws(ZarrError) -> (bytes: Block, size: Int)? {
        let size: Int
        switch place {
        case .object:
            do throws(StoreError) {
                let part: ValuePart = location == .start ? .range(Self.range(0..<count)) : .suffix(count)
                guard let value = try store.get(key, part) else { return nil }
                size = Int(clamping: value.info.size)
                if value.bytes.count == count { return (value.bytes, size) }
            } catch {
                guard case .cutShort(let actual) = error.kind else { throw ZarrError(error, path: key) }
                size = Int(clamping: actual)
            }
        case .part(let part): size = part.count
        case .memory(let slice): size = slice.count
        }
        guard count <= size else { throw damaged("\(size) bytes are too few for an index of \(count)") }
        let start = location == .start ? 0 : size - count
        return try inner(start..<start + count, number: number).readAll(atMost: count, from: store).map { ($0, size) }
    }

    static func range(_ range: Range<Int>, of part: Range<Int>? = nil) -> Range<UInt64> {
        let start = UInt64(clamping: part?.lowerBound ?? 0)
        return start + UInt64(clamping: range.lowerBound)..<start + UInt64(clamping: range.upperBound)
    }

    // MARK: - Errors

    /// The error if the store does not have it, and should.
    var lost: ZarrError { damaged("is not there") }

    private var removed: ZarrError { damaged("was removed while it was read") }

    private func wrongSize(_ size: UInt64, _ expected: Int) -> ZarrError {
        damaged("holds \(size) bytes instead of \(expected)")
    }

    private func tooLarge(_ size: UInt64, _ limit: Int) -> ZarrError {
        damaged("holds \(size) bytes, its codecs make at most \(limit)")
    }

    /// An error about this chunk.
    func damaged(_ problem: String, cause: (any Error)? = nil) -> ZarrError {
        ZarrError(.damagedChunk, problem, path: key, cause: cause)
    }
}
