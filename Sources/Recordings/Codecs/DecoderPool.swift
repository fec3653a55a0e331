import Synchronization

/// Decoders of one codec that are not in use, of all recordings, so that a read need not open one.
///
/// The ones used last are kept; a thread that finds none that fits makes its own.
final class DecoderPool<Form: Hashable & Sendable, Decoder: AnyObject>: Sendable {
    /// @unchecked: a decoder is taken out before it is used and used by that thread alone.
    private struct Idle: @unchecked Sendable {
        /// The one used last comes last.
        var decoders: [(form: Form, decoder: Decoder)] = []
    }

    private let idle = Mutex(Idle())
    private let capacity: Int

    /// A pool of at most `capacity` decoders: as many as threads may be decoding at once.
    init(capacity: Int = 16) {
        self.capacity = capacity
    }

    /// Calls `body` with a decoder for streams of `form`: one of the pool, or one that `make` makes. If `body` throws, the decoder
    /// is not used again, since its state is unknown.
    func withDecoder<T, E: Error>(
        for form: Form, make: () throws(E) -> Decoder, _ body: (Decoder) throws(E) -> T
    ) throws(E) -> T {
        let taken = idle.withLock { idle in
            let index = idle.decoders.lastIndex { $0.form == form }
            return Idle(decoders: index.map { [idle.decoders.remove(at: $0)] } ?? [])
        }
        let decoder = if let decoder = taken.decoders.first?.decoder { decoder } else { try make() }
        let result = try body(decoder)
        let returned = Idle(decoders: [(form, decoder)])
        // Decoders are closed outside the lock.
        let dropped = idle.withLock { idle in
            idle.decoders += returned.decoders
            let surplus = max(idle.decoders.count - capacity, 0)
            defer { idle.decoders.removeFirst(surplus) }
            return Idle(decoders: Array(idle.decoders.prefix(surplus)))
        }
        _ = dropped
        return result
    }
}
