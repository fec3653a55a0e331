/// A file that an import kept with a group: it lay beside the sources, and was no sound.
public struct SidecarFile: Codable, Sendable, Hashable {
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
        case byteCount = "size_bytes"
    }
}

/// The attributes of an array of sidecar files.
struct SidecarAttributes: Codable {
    /// `type` of such arrays.
    static let type = "sidecar_files"

    let type: String
    let files: [SidecarFile]
}
