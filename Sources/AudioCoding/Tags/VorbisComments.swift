import Support

/// Tags as Vorbis, Opus and FLAC have them. Vorbis I, section 5; RFC 7845, section 5.2; RFC 9639, section 8.6.
public struct VorbisComments: Sendable, Equatable {
    /// A tag: a name, which is ASCII without `=`, and a text.
    public struct Tag: Sendable, Equatable {
        /// Its name, which may be in any case.
        public let name: String
        /// Its text.
        public let text: String

        /// The tag called `name`.
        public init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    /// What has made the file, without a version: the bytes of a file must not change with it.
    private static let vendor = "zarrwlr"

    /// The tags, in order.
    public let tags: [Tag]

    /// Comments with `tags`.
    public init(_ tags: [Tag]) {
        self.tags = tags
    }

    /// The comments as they are in a file, without what marks them as such.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func append(_ text: String) {
            withUnsafeBytes(of: UInt32(clamping: text.utf8.count).littleEndian) { bytes += $0 }
            bytes += text.utf8
        }
        append(Self.vendor)
        withUnsafeBytes(of: UInt32(clamping: tags.count).littleEndian) { bytes += $0 }
        for tag in tags { append("\(tag.name)=\(tag.text)") }
        return bytes
    }
}
