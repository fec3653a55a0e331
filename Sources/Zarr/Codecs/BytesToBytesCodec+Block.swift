import Support

extension BytesToBytesCodec {
    /// Decodes `encoded` into a new block of the `expected` size.
    func decode(_ encoded: Block, expecting expected: ByteCount) throws(CodecError) -> Block {
        let announced = decodedLimit(of: encoded.bytes)
        switch expected {
        case .exactly(let size):
            if let announced, announced != size { throw failure("holds \(announced) bytes instead of \(size)") }
            let (memory, count) = try decode(encoded, upTo: size)
            guard count == size else {
                BlockMemory.giveBack(memory)
                throw failure("holds \(count) bytes instead of \(size)")
            }
            return Block(adopting: memory)
        case .atMost(let limit):
            // Memory that is allocated and not touched costs nothing.
            let (memory, count) = try decode(encoded, upTo: min(limit, announced ?? limit))
            defer { BlockMemory.giveBack(memory) }
            let decoded = UnsafeRawBufferPointer(rebasing: memory.prefix(count))
            guard let block = Block(ifRoomFor: count, fill: { $0.copyMemory(from: decoded) }) else {
                throw failure("no memory for \(count) bytes")
            }
            return block
        }
    }

    /// Decodes `encoded` into new memory for `size` bytes, and returns how many there are.
    private func decode(
        _ encoded: Block, upTo size: Int
    ) throws(CodecError) -> (memory: UnsafeMutableRawBufferPointer, count: Int) {
        guard let memory = BlockMemory.take(size) else { throw failure("no memory for \(size) bytes") }
        do throws(CodecError) {
            return (memory, try decode(encoded.bytes, into: memory))
        } catch {
            BlockMemory.giveBack(memory)
            throw error
        }
    }
}
