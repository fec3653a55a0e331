import CLibAV

/// A checksum of bytes that come piece by piece: of samples as FLAC keeps it, of files as stores keep it.
///
/// Not Sendable: one thread at a time.
public final class MessageDigest {
    /// How the sum is made.
    public enum Algorithm: Sendable {
        /// RFC 1321: what STREAMINFO has of the samples.
        case md5
        /// FIPS 180-4: what `base_features` has of the source file.
        case sha256
    }

    private let algorithm: Algorithm
    private let context: OpaquePointer

    /// The sum of no bytes yet; nil where there is no memory for it.
    public init?(_ algorithm: Algorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .md5:
            guard let context = av_md5_alloc() else { return nil }
            av_md5_init(context)
            self.context = context
        case .sha256:
            guard let context = av_sha_alloc() else { return nil }
            av_sha_init(context, 256)
            self.context = context
        }
    }

    deinit {
        av_free(UnsafeMutableRawPointer(context))
    }

    /// Takes in the next bytes.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        switch algorithm {
        case .md5: av_md5_update(context, source, bytes.count)
        case .sha256: av_sha_update(context, source, bytes.count)
        }
    }

    /// The sum of all bytes: 16 or 32. Nothing may be taken in after that.
    public func finish() -> [UInt8] {
        switch algorithm {
        case .md5:
            var sum = [UInt8](repeating: 0, count: 16)
            av_md5_final(context, &sum)
            return sum
        case .sha256:
            var sum = [UInt8](repeating: 0, count: 32)
            av_sha_final(context, &sum)
            return sum
        }
    }
}
