import AudioCoding
import Zarr

/// How the rows of `opus_sync` were proved, as its attributes say. A proof holds for that number of packets and for that libopus:
/// with another version, which rounds otherwise, a few restarts give samples that differ in their last bits.
struct OpusSyncAttributes: Decodable, Sendable {
    /// How many packets there were; nil if the attributes do not say.
    let packetCount: UInt64?
    /// The libopus that decoded them, as `OpusStreamDecoder.libraryVersion` names it; nil if the attributes do not say.
    let provedWith: String?
    /// The kind of processor on which they were proved, as `OpusStreamDecoder.processor` names it; nil if the attributes do not say.
    let provedOn: String?

    /// Whether they were proved with the libopus of this machine.
    var isProvedHere: Bool {
        provedWith == OpusStreamDecoder.libraryVersion && provedOn != nil && provedOn == OpusStreamDecoder.processor
    }

    /// The attributes of proofs by this machine's libopus, of `packetCount` packets.
    init(packetCount: UInt64) {
        self.packetCount = packetCount
        provedWith = OpusStreamDecoder.libraryVersion
        provedOn = OpusStreamDecoder.processor
    }

    /// The attributes as they are written.
    var json: [String: JSONValue] {
        var attributes: [String: JSONValue] = [:]
        attributes[CodingKeys.packetCount.rawValue] = packetCount.map { .unsigned($0) }
        attributes[CodingKeys.provedWith.rawValue] = provedWith.map { .text($0) }
        attributes[CodingKeys.provedOn.rawValue] = provedOn.map { .text($0) }
        return attributes
    }

    private enum CodingKeys: String, CodingKey {
        case packetCount = "packet_count"
        case provedWith = "proved_with"
        case provedOn = "proved_on"
    }
}
