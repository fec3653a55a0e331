import AudioCoding
import Support

/// Decoder states of one stream, kept for the places that no fresh decoder gets right unless it begins with the stream.
///
/// Their number is bounded. If there are too many, every second one is dropped, and from then on they are kept at twice the
/// distance. Their memory is taken out of the cache's budget until this object goes.
///
/// Not Sendable: one thread at a time.
final class OpusDecoderStates {
    /// States of one stream.
    private static let limit = 32

    private let cache: BlockCache
    /// In the order of their packets.
    private(set) var starts: [OpusDecodeStart] = []
    /// Packets between two of them, at least.
    private var spacing = OpusRestartProver.packetsPerRun
    private var reservedByteCounts: [Int] = []

    init(cache: BlockCache) {
        self.cache = cache
    }

    deinit {
        for byteCount in reservedByteCounts { cache.unreserve(byteCount) }
    }

    /// The last state that is kept for `packet` or one before it.
    func last(atOrBefore packet: UInt64) -> OpusDecodeStart? {
        starts.last { $0.packet <= packet }
    }

    /// Keeps `state`, of a decoder that has decoded all packets before `packet`, unless there is one near by or the cache has
    /// no room to spare. `packet` is greater than in the calls before.
    func keep(_ state: Block, before packet: UInt64) {
        if let last = starts.last, (packet.subtracting(last.packet) ?? 0) < spacing { return }
        if starts.count == Self.limit {
            starts = starts.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            spacing = spacing.multiplied(by: 2) ?? .max
        }
        // Room that was taken for a state since dropped is used again: the states of a stream are of one size.
        if starts.count == reservedByteCounts.count {
            guard cache.reserve(state.count) else { return }
            reservedByteCounts.append(state.count)
        }
        starts.append(OpusDecodeStart(state: state, packet: packet))
    }
}
