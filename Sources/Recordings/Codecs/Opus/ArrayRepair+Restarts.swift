import AudioCoding
import Zarr

extension ArrayRepair {
    /// `opus_sync` of `packets`, proved by decoding all of them.
    init(restartsOf packets: any OpusPackets, head: OpusHead) {
        self.init(OpusCodec.syncName, of: OpusRestart.self) { writer in
            let prover = try OpusRestartProver(head: head, provesStretches: true)
            try packets.forEachPacket { try prover.append($0) }
            try writer.append(rows: prover.finish())
            return OpusSyncAttributes(packetCount: packets.count).json
        }
    }
}
