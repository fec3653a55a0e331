import Support

/// Where a decode that yields the exact samples of a part of an Opus stream can begin.
struct OpusDecodeStart: Equatable {
    /// The decoder's state before `packet`; nil for a fresh decoder.
    let state: Block?
    /// The first packet to decode.
    let packet: UInt64

    static func == (left: OpusDecodeStart, right: OpusDecodeStart) -> Bool {
        left.packet == right.packet && left.state === right.state
    }
}
