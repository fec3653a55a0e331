import FoundationEssentials
import Support

/// The MD5 of what is sent, with which a service refuses what was damaged on its way, and which most entity tags are. Nil where a policy of the
/// system forbids it: the signature then has the SHA-256.
struct S3Checksum: Sendable, Equatable {
    private let md5: [UInt8]

    /// The checksum of `bytes`.
    init?(of bytes: [UInt8]) {
        guard let digest = MessageDigest(.md5) else { return nil }
        digest.update(bytes)
        md5 = digest.finish()
    }

    /// The value of the header field `Content-MD5` (RFC 1864).
    var field: String { Data(md5).base64EncodedString() }

    /// Whether `tag`, the entity tag of an object that was put with one request, says that this is not what it has. A tag of another form says
    /// nothing: of an object that is encrypted with a key of its own, for instance.
    func contradicts(_ tag: String) -> Bool {
        guard let said = Self.digits(of: tag), said.utf8.count == 32 else { return false }
        return said != md5.hexadecimal
    }

    /// Whether `tag`, the entity tag of an object that was put in parts with the checksums `parts`, says that these are not what it has.
    static func contradict(_ tag: String, parts: [S3Checksum]) -> Bool {
        guard let said = digits(of: tag), said.hasSuffix("-\(parts.count)"), said.utf8.prefix(32).allSatisfy(\.isDigit),
            let digest = MessageDigest(.md5)
        else { return false }
        for part in parts { digest.update(part.md5) }
        return said != "\(digest.finish().hexadecimal)-\(parts.count)"
    }

    /// `tag` without its quotation marks, in lower case; nil unless it begins as an MD5 in hexadecimal.
    private static func digits(of tag: String) -> String? {
        let text = tag.lowercased().filter { $0 != "\"" }
        return text.utf8.count >= 32 && text.utf8.prefix(32).allSatisfy(\.isDigit) ? text : nil
    }
}

extension UInt8 {
    /// Whether it is a hexadecimal digit in lower case.
    fileprivate var isDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
