import AudioCoding
public import Zarr

/// What `opus_sync` says of its proofs. They hold for as many packets and for the same libopus: other versions round otherwise, and a
/// few restarts come out with other last bits.
public struct OpusSyncAttributes: Decodable, Sendable {
    /// How many packets there were; nil where that is not said.
    let packetCount: UInt64?
    /// The libopus that decoded them, as `OpusStreamDecoder.libraryVersion` has it; nil where that is not said.
    let provedWith: String?

    /// Those of proofs by this machine's libopus, of `packetCount` packets.
    public init(packetCount: UInt64) {
        self.packetCount = packetCount
        provedWith = OpusStreamDecoder.libraryVersion
    }

    /// As they are written.
    public var json: [String: JSONValue] {
        var attributes: [String: JSONValue] = [:]
        attributes[CodingKeys.packetCount.rawValue] = packetCount.map { .unsigned($0) }
        attributes[CodingKeys.provedWith.rawValue] = provedWith.map { .text($0) }
        return attributes
    }

    private enum CodingKeys: String, CodingKey {
        case packetCount = "packet_count"
        case provedWith = "proved_with"
    }
}
