import Zarr

extension [String: JSONValue] {
    /// Adds what zarrwlr's blobs say of a stream of `codec` that is kept in `container`.
    mutating func describe(_ codec: AudioCodec, channels: Int, sampleRate: UInt32, container: String) {
        self["codec"] = .text(codec.rawValue)
        self["nb_channels"] = JSONValue(channels)
        self["sample_rate"] = JSONValue(sampleRate)
        self["container_type"] = .text(container)
    }
}
