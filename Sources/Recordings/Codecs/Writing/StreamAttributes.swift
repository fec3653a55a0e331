import Zarr

extension [String: JSONValue] {
    /// Adds the attributes by which zarrwlr describes a stream of `codec` in `container`.
    mutating func describe(_ codec: AudioCodec, channels: Int, sampleRate: UInt32, container: String) {
        self["codec"] = .text(codec.rawValue)
        self["nb_channels"] = JSONValue(channels)
        self["sample_rate"] = JSONValue(sampleRate)
        self["container_type"] = .text(container)
    }
}
