import CCrypto

extension MessageDigest {
    /// The HMAC-SHA-256 of `message` under `key` (RFC 2104); nil if libcrypto cannot compute it.
    public static func hmacSHA256(of message: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard let keyByteCount = Int32(exactly: key.count) else { return nil }
        var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard HMAC(EVP_sha256(), key, keyByteCount, message, message.count, &code, &count) != nil else { return nil }
        return Array(code.prefix(Int(count)))
    }

    /// The SHA-256 of `bytes` in hexadecimal; nil if libcrypto cannot compute it.
    public static func sha256(of bytes: [UInt8]) -> String? {
        guard let digest = MessageDigest(.sha256) else { return nil }
        digest.update(bytes)
        return digest.finish().hexadecimal
    }
}
