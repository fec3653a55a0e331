import AudioCoding
import Support
import Synchronization

/// Decoders that were opened ahead and never used, for a codec whose decoders take long to open.
///
/// A thread opens them while there are fewer than the stock has room for, and sleeps otherwise. It starts when the first is taken, so that a
/// process that will fork has none before that, and ends when the stock is gone. Who finds none opens one: nobody waits for another.
final class DecoderStock<Decoder: AnyObject>: Sendable {
    private let shelf: Shelf

    /// A stock of at most `capacity` decoders, each of which `make` makes.
    init(capacity: Int, make: @escaping @Sendable () throws(AudioCodingError) -> Decoder) {
        shelf = Shelf(capacity: capacity, make: make)
    }

    deinit {
        shelf.close()
    }

    /// A decoder that was never used.
    func take() throws(AudioCodingError) -> Decoder {
        try shelf.take()
    }

    /// What the thread shares with the stock, whose end it must not put off.
    private final class Shelf: Sendable {
        /// @unchecked: a decoder is put in when nothing else refers to it, and taken out by one thread.
        private struct State: @unchecked Sendable {
            var decoders: [Decoder] = []
            var hasThread = false
            var isClosed = false
        }

        private let capacity: Int
        private let make: @Sendable () throws(AudioCodingError) -> Decoder
        private let state = Mutex(State())
        private let wanted = Semaphore()

        init(capacity: Int, make: @escaping @Sendable () throws(AudioCodingError) -> Decoder) {
            self.capacity = capacity
            self.make = make
        }

        func take() throws(AudioCodingError) -> Decoder {
            let (taken, isFirst) = state.withLock { state in
                defer { state.hasThread = true }
                return (State(decoders: state.decoders.popLast().map { [$0] } ?? []), !state.hasThread)
            }
            if isFirst { startThread() }
            wanted.signal()
            return if let decoder = taken.decoders.first { decoder } else { try make() }
        }

        func close() {
            state.withLock { $0.isClosed = true }
            wanted.signal()
        }

        private func startThread() {
            do {
                let thread = try WorkerThread(name: "decoder stock") { [self] in
                    repeat { wanted.wait() } while fill()
                }
                thread.detach()
            } catch {
                // Whoever needs a decoder opens one then.
                state.withLock { $0.hasThread = false }
            }
        }

        /// Opens as many as there is room for. False if the stock is gone.
        private func fill() -> Bool {
            while true {
                let (hasRoom, isClosed) = state.withLock { ($0.decoders.count < capacity, $0.isClosed) }
                if isClosed { return false }
                // If none can be opened, whoever needs one finds out why.
                guard hasRoom, let decoder = try? make() else { return true }
                let made = State(decoders: [decoder])
                state.withLock { $0.decoders += made.decoders }
            }
        }
    }
}
