import AudioCoding

extension OpusCodec {
    func statistics(of audio: StoredAudio) throws -> StreamStatistics? {
        let blob = try audio.blob()
        let packets: any OpusPackets =
            switch try OpusContainer(of: blob, audio) {
            case .pages: try OggPackets(blob: blob)
            case .packets(let packets): packets
            }
        var statistics = StreamStatistics(byteCount: blob.byteCount, indexNames: indexNames)
        try packets.forEachPacket { if let packet = $0 { statistics.countFrame(byteCount: UInt64(packet.count)) } }
        statistics.restarts = try StoredOpusRestarts(of: audio, packetCount: packets.count).map { stored in
            StreamStatistics.Restarts(stored.restarts, packetCount: packets.count)
        }
        return statistics
    }
}

extension StreamStatistics.Restarts {
    /// What there is to say of `restarts`, of which there is at least one, in a stream of `packetCount` packets.
    fileprivate init(_ restarts: [OpusRestart], packetCount: UInt64) {
        let distances = zip(restarts, restarts.dropFirst().map(\.firstPacket) + [packetCount])
            .map { $1 - $0.firstPacket }
        let preRolls = restarts.map { $0.firstPacket - $0.preRollPacket }
        self.init(
            count: restarts.count, meanDistance: Double(packetCount) / Double(restarts.count),
            longestDistance: distances.max() ?? 0,
            meanPreRoll: preRolls.reduce(0.0) { $0 + Double($1) } / Double(restarts.count),
            longestPreRoll: preRolls.max() ?? 0)
    }
}
