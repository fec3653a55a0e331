import AudioCoding
import Recordings
import Support
import Zarr

/// Writes Opus packets end to end, with their index, the OpusHead packet, and restarts that are proved on the way.
final class OpusPacketWriter {
    private let head: OpusHead
    private let node: StagedNode
    private let frames: FrameWriter
    private var prover: OpusRestartProver

    init(_ head: OpusHead, in node: StagedNode) throws {
        self.head = head
        self.node = node
        frames = try FrameWriter(.opus, in: node)
        prover = try OpusRestartProver(head: head)
    }

    /// Samples of one channel, at 48 kHz, that all packets so far decode to.
    var sampleCount: UInt64 { frames.sampleCount }
    /// Bytes of all packets.
    var byteCount: UInt64 { frames.byteCount }

    /// Appends a packet and hands what it decodes to after all before it to `body`.
    func append(_ packet: [UInt8], sampleCount: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws {
        try frames.append(packet, sampleCount: sampleCount)
        try packet.withUnsafeBytes { try prover.append($0, body) }
    }

    /// Writes what is left. Returns what to tell the user.
    ///
    /// The recording is `sampleCount` of the decoded samples from `skipped` on.
    func finish(
        _ attributes: [String: JSONValue], skipped: UInt64, sampleCount: UInt64, bitRate: Int?
    ) throws -> [String] {
        let headArray = ArrayWriter(in: node, name: HierarchyNames.opusHead, try .bytes())
        try headArray.append(head.bytes)
        try headArray.finish()
        let rows = prover.finish()
        if let rows {
            let sync = ArrayWriter(in: node, name: HierarchyNames.opusSync, try .index(columns: 2))
            for row in rows { try sync.append([row.firstPacket, row.preRollPacket]) }
            try sync.finish()
        }
        var attributes = attributes
        let form = SampleForm(
            format: .integer(bits: 16), channels: head.channels, channelMask: 0,
            sampleRate: OpusStreamDecoder.sampleRate)
        attributes.describe(.opus, form, container: "opus-packets")
        if let bitRate { attributes["opus_bitrate"] = JSONValue(bitRate) }
        attributes["priming_samples"] = JSONValue(skipped)
        attributes["total_samples"] = JSONValue(sampleCount)
        try frames.finish(attributes)
        return rows == nil ? ["parts of it decode from nowhere but the start: reading it may be slow at first"] : []
    }
}
