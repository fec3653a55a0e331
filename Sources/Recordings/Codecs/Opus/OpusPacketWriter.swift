import AudioCoding
import Support
import Zarr

/// Writes Opus packets end to end, with their index, the OpusHead packet, and restarts that are proved on the way.
final class OpusPacketWriter {
    /// Packets that are decoded together.
    private static let batchPacketCount = 64
    /// Bytes of a chunk of the index. A packet is short and its row long: to a reader, who decodes pre-roll anyway, a large chunk
    /// costs little.
    private static let indexChunkByteCount = 24_000

    private let head: OpusHead
    private let node: any StagedNode
    private let packets: FrameWriter<OpusPacketRow>
    private let prover: OpusRestartProver
    /// The last packets, which are not decoded yet.
    private var batch: [[UInt8]] = []
    private let proving: Relay<[[UInt8]]>

    /// A writer into `node`. What the packets decode to, from the first on, is handed to `body`: by another thread if `isConcurrent`,
    /// until `finish` has returned.
    init(
        _ head: OpusHead, in node: any StagedNode, isConcurrent: Bool,
        _ body: @escaping (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) throws {
        self.head = head
        self.node = node
        packets = try FrameWriter(
            OpusCodec.indexName, .index(of: OpusPacketRow.self, chunkByteCount: Self.indexChunkByteCount),
            hashes: true, in: node)
        let prover = try OpusRestartProver(head: head, provesStretches: true)
        self.prover = prover
        proving = try Relay(isConcurrent: isConcurrent) { packets in
            for packet in packets {
                try packet.withUnsafeBytes { try prover.append($0) }
                guard case .success(let samples) = prover.samples else {
                    throw ImportError("packet \(prover.packetCount - 1) of its Opus stream cannot be decoded")
                }
                try body(samples)
            }
        }
    }

    /// Bytes of all packets.
    var byteCount: UInt64 { packets.byteCount }
    /// The SHA-256 of what the arrays of packets and of their index hold, by their names, once they are written.
    var digests: [String: [UInt8]] { packets.digests }

    /// Appends `packet`.
    func append(_ packet: EncodedFrame) throws {
        try packets.append(packet)
        batch.append(packet.bytes)
        if batch.count == Self.batchPacketCount { try proveBatch() }
    }

    private func proveBatch() throws {
        try proving.send(batch)
        batch = []
    }

    /// Writes what is left.
    ///
    /// The recording is `sampleCount` of the decoded samples from `skippedSamples` on. `bitRate` is in bits a second; nil if it is
    /// not known.
    func finish(
        _ attributes: [String: JSONValue], skippedSamples: UInt64, sampleCount: UInt64, bitRate: Int?
    ) throws {
        try proveBatch()
        try proving.finish()
        let headArray = ArrayWriter(in: node, name: OpusCodec.headName, .bytes)
        try headArray.append(head.bytes)
        try headArray.finish()
        let restarts = ArrayWriter(in: node, name: OpusCodec.syncName, try .index(of: OpusRestart.self))
        try restarts.append(rows: prover.finish())
        try restarts.finish(attributes: OpusSyncAttributes(packetCount: packets.frameCount).json)
        var attributes = attributes
        attributes.describe(
            .opus, channels: head.channels, sampleRate: OpusStreamDecoder.sampleRate, container: "opus-packets")
        if let bitRate { attributes["opus_bitrate"] = JSONValue(bitRate) }
        attributes["priming_samples"] = JSONValue(skippedSamples)
        attributes["total_samples"] = JSONValue(sampleCount)
        try packets.finish(attributes)
    }
}
