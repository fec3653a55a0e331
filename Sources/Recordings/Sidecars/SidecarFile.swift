import Support

/// A file that an import kept with a group: it lay beside the sources, and was no sound.
public struct SidecarFile: Codable, Sendable, Hashable {
    /// Bytes that no such file exceeds: 16 MiB.
    public static let byteCountLimit: UInt64 = 16 << 20

    /// Its path below the folder that was imported into the group. Of a store, so it may be anything.
    public let path: String
    /// Where it begins in its array, in bytes.
    let offset: UInt64
    /// Its length in bytes.
    public let byteCount: UInt64
    /// Its SHA-256, in hexadecimal.
    public let sha256: String

    private enum CodingKeys: String, CodingKey {
        case path, offset, sha256
        case pathBytes = "path_bytes"
        case byteCount = "size_bytes"
    }

    init(path: String, offset: UInt64, byteCount: UInt64, sha256: String) {
        self.path = path
        self.offset = offset
        self.byteCount = byteCount
        self.sha256 = sha256
    }

    /// Reads an entry of an array's attributes.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        path = String(
            documented: try values.decode(String.self, forKey: .path),
            base64: try values.decodeIfPresent(String.self, forKey: .pathBytes))
        offset = try values.decode(UInt64.self, forKey: .offset)
        byteCount = try values.decode(UInt64.self, forKey: .byteCount)
        sha256 = try values.decode(String.self, forKey: .sha256)
    }

    /// Writes an entry of an array's attributes.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(path.displayedName, forKey: .path)
        try values.encodeIfPresent(path.base64FileBytes, forKey: .pathBytes)
        try values.encode(offset, forKey: .offset)
        try values.encode(byteCount, forKey: .byteCount)
        try values.encode(sha256, forKey: .sha256)
    }
}

/// The attributes of an array of sidecar files.
struct SidecarAttributes: Codable {
    /// `type` of such arrays.
    static let type = "sidecar_files"

    let type: String
    let files: [SidecarFile]
}
