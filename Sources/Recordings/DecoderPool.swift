import Synchronization

/// Decoders of one stream that are not in use, so that a read need not open one.
///
/// At most `capacity` are kept; a thread that finds none makes its own.
final class DecoderPool<Decoder: AnyObject>: Sendable {
    /// @unchecked: a decoder is taken out before it is used and used by that thread alone.
    private struct Idle: @unchecked Sendable {
        var decoders: [Decoder] = []
    }

    private let idle = Mutex(Idle())
    private let capacity: Int

    init(capacity: Int = 2) {
        self.capacity = capacity
    }

    /// Calls `body` with a decoder of the pool, or one that `make` makes. A decoder whose `body` throws is not used again:
    /// nothing is known of its state.
    func withDecoder<T, E: Error>(
        make: () throws(E) -> Decoder, _ body: (Decoder) throws(E) -> T
    ) throws(E) -> T {
        let taken = idle.withLock { idle in Idle(decoders: idle.decoders.popLast().map { [$0] } ?? []) }
        let decoder = if let decoder = taken.decoders.first { decoder } else { try make() }
        let result = try body(decoder)
        let returned = Idle(decoders: [decoder])
        idle.withLock { idle in
            if idle.decoders.count < capacity { idle.decoders += returned.decoders }
        }
        return result
    }
}
