import AudioCoding
import Support
import Zarr

/// Writes Opus packets end to end, with their index, the OpusHead packet, and restarts that are proved on the way.
final class OpusPacketWriter {
    /// Packets that are decoded together.
    private static let provedPacketCount = 64

    private let head: OpusHead
    private let node: StagedNode
    private let frames: FrameWriter
    private let prover: OpusRestartProver
    /// The last packets.
    private var unproved: [[UInt8]] = []
    private let proving: Relay<[[UInt8]]>

    /// A writer into `node`. What the packets decode to, from the first on, is handed to `body`: if `isConcurrent`, by another
    /// thread, until `finish` has returned.
    init(
        _ head: OpusHead, in node: StagedNode, isConcurrent: Bool,
        _ body: @escaping (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) throws {
        self.head = head
        self.node = node
        frames = try FrameWriter(.opus, in: node)
        let prover = try OpusRestartProver(head: head)
        self.prover = prover
        proving = try Relay(isConcurrent: isConcurrent) { packets in
            for packet in packets {
                try packet.withUnsafeBytes { try prover.append($0) }
                guard let samples = prover.samples else {
                    throw ImportError("packet \(prover.packetCount - 1) of its Opus stream cannot be decoded")
                }
                try body(samples)
            }
        }
    }

    /// Samples of one channel, at 48 kHz, that all packets so far decode to.
    var sampleCount: UInt64 { frames.sampleCount }
    /// Bytes of all packets.
    var byteCount: UInt64 { frames.byteCount }
    /// The SHA-256 of what the arrays of packets and of their index hold, by their names, once they are written.
    var arrayDigests: [String: [UInt8]] { frames.arrayDigests }

    /// Appends a packet.
    func append(_ packet: [UInt8], sampleCount: Int) throws {
        try frames.append(packet, sampleCount: sampleCount)
        unproved.append(packet)
        if unproved.count == Self.provedPacketCount { try proveRest() }
    }

    private func proveRest() throws {
        try proving.send(unproved)
        unproved = []
    }

    /// Writes what is left.
    ///
    /// The recording is `sampleCount` of the decoded samples from `skipped` on.
    func finish(
        _ attributes: [String: JSONValue], skipped: UInt64, sampleCount: UInt64, bitRate: Int?
    ) throws {
        try proveRest()
        try proving.finish()
        let headArray = ArrayWriter(in: node, name: OpusCodec.headName, .bytes)
        try headArray.append(head.bytes)
        try headArray.finish()
        let sync = ArrayWriter(in: node, name: OpusCodec.syncName, try .index(columns: 2))
        for restart in prover.finish() { try sync.append([restart.firstPacket, restart.preRollPacket]) }
        try sync.finish(attributes: OpusSyncAttributes(packetCount: frames.frameCount).json)
        var attributes = attributes
        let form = SampleForm(
            format: .integer(bits: 16), channels: head.channels, channelMask: 0,
            sampleRate: OpusStreamDecoder.sampleRate)
        attributes.describe(.opus, form, container: "opus-packets")
        if let bitRate { attributes["opus_bitrate"] = JSONValue(bitRate) }
        attributes["priming_samples"] = JSONValue(skipped)
        attributes["total_samples"] = JSONValue(sampleCount)
        try frames.finish(attributes)
    }
}
