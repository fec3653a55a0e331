import Support

/// A chunk as its codecs left it: which one, and where its bytes are.
struct EncodedChunk {
    /// Where encoded bytes are.
    enum Place {
        /// All of what the store keeps under the key.
        case object
        /// A part of it: an inner chunk of a shard.
        case part(Range<Int>)
        /// In memory: an inner chunk of a shard that had to be decoded as a whole.
        case memory(BlockSlice)
    }

    /// The store's key for the chunk, or for the shard it is in.
    let key: String
    let place: Place
    /// Its number among all chunks of its level in the array.
    let number: Int

    /// The inner chunk of that `number` whose bytes are `range` of this one's, which hold it.
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

    /// How many bytes there are; nil where the store has no such key.
    func size(in store: any Store) throws(ZarrError) -> Int? {
        switch place {
        case .part(let range): return range.count
        case .memory(let slice): return slice.count
        case .object:
            do {
                return try store.size(of: key).map { Int(clamping: $0) }
            } catch {
                throw ZarrError(error, path: key)
            }
        }
    }

    /// Reads `range` of its bytes, which it has, to `destination`.
    func read(_ range: Range<Int>, from store: any Store, to destination: UnsafeMutableRawPointer) throws(ZarrError) {
        let first: Int
        switch place {
        case .memory(let slice):
            UnsafeMutableRawBufferPointer(start: destination, count: range.count)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: slice.bytes[range]))
            return
        case .object: first = 0
        case .part(let part): first = part.lowerBound
        }
        let bytes = UInt64(first + range.lowerBound)..<UInt64(first + range.upperBound)
        let buffer = UnsafeMutableRawBufferPointer(start: destination, count: range.count)
        let isThere: Bool
        do {
            isThere = try store.read(key, range: bytes, into: buffer)
        } catch {
            throw ZarrError(error, path: key)
        }
        guard isThere else { throw damaged("was removed while it was read") }
    }

    /// All of its bytes, `size` of them, which may not be more than `limit`.
    func readAll(_ size: Int, atMost limit: ByteCount, from store: any Store) throws(ZarrError) -> Block {
        guard size <= limit.limit else {
            throw damaged("holds \(size) bytes, its codecs make at most \(limit.limit)")
        }
        return try Block(count: size) { buffer throws(ZarrError) in
            guard let destination = buffer.baseAddress, size > 0 else { return }
            try read(0..<size, from: store, to: destination)
        }
    }

    /// An error about this chunk.
    func damaged(_ problem: String, cause: (any Error)? = nil) -> ZarrError {
        ZarrError(.damagedChunk, problem, path: key, cause: cause)
    }
}
