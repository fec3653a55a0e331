import Glibc
import Support

extension BytesToBytesCodec {
    /// Decodes `encoded` into a new block of the `expected` size.
    func decode(_ encoded: Block, expecting expected: ByteCount) throws(CodecError) -> Block {
        switch expected {
        case .exactly(let size):
            return try Block(count: size) { buffer throws(CodecError) in
                let count = try decode(encoded.bytes, into: buffer)
                guard count == size else { throw failure("holds \(count) bytes instead of \(size)") }
            }
        case .atMost(let limit):
            // Memory that is allocated and not touched costs nothing.
            let size = min(limit, decodedLimit(of: encoded.bytes) ?? limit)
            guard let memory = malloc(max(size, 1)) else { throw failure("no memory for \(size) bytes") }
            defer { free(memory) }
            let buffer = UnsafeMutableRawBufferPointer(start: memory, count: size)
            let count = try decode(encoded.bytes, into: buffer)
            return Block(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
        }
    }
}
