import CCrypto

/// Computes the digest of bytes that come piece by piece: of samples for FLAC, of source files for stores. See EVP_DigestInit(3).
///
/// libcrypto computes it, with the processor's own instructions. Not Sendable: one thread at a time.
public final class MessageDigest {
    /// The hash function.
    public enum Algorithm: Sendable {
        /// RFC 1321. STREAMINFO has this digest of the samples.
        case md5
        /// FIPS 180-4. `base_features` has this digest of the source file.
        case sha256
    }

    /// The number of bytes taken in so far.
    public private(set) var byteCount: UInt64 = 0
    private let context: OpaquePointer
    private var isFinished = false

    /// A digest of no bytes yet; nil if libcrypto refuses to compute it, for want of memory or by a system policy against MD5.
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
    public func update(_ bytes: UnsafeRawBufferPointer) {
        byteCount += UInt64(bytes.count)
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Takes in the next bytes.
    public func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest, 16 or 32 bytes, of all bytes taken in. A second call returns no bytes.
    public func finish() -> [UInt8] {
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
