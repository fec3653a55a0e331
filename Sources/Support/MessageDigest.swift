import CCrypto

/// A digest of bytes that come piece by piece: of samples as FLAC has it, of files as stores have it. See EVP_DigestInit(3).
///
/// Computed by libcrypto, which uses the processor's own instructions for it.
public struct MessageDigest: ~Copyable {
    /// How the digest is made.
    public enum Algorithm: Sendable {
        /// RFC 1321: what STREAMINFO has of the samples.
        case md5
        /// FIPS 180-4: what `base_features` has of the source file.
        case sha256
    }

    /// How many bytes were taken in.
    public private(set) var byteCount: UInt64 = 0
    private let context: OpaquePointer
    private var isFinished = false

    /// A digest of nothing yet; nil where libcrypto refuses to compute it: no memory, or a policy of the system against MD5.
    public init?(_ algorithm: Algorithm) {
        guard let context = EVP_MD_CTX_new() else { return nil }
        let function =
            switch algorithm {
            case .md5: EVP_md5()
            case .sha256: EVP_sha256()
            }
        guard EVP_DigestInit_ex(context, function, nil) == 1 else {
            EVP_MD_CTX_free(context)
            return nil
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Takes in the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        byteCount += UInt64(bytes.count)
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Takes in the next bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of all that was taken in, 16 or 32 bytes; it can be had once, and nothing after that.
    public mutating func finish() -> [UInt8] {
        guard !isFinished else { return [] }
        isFinished = true
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        EVP_DigestFinal_ex(context, &bytes, &count)
        return Array(bytes.prefix(Int(count)))
    }
}

extension [UInt8] {
    /// The bytes in lower-case hexadecimal.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
