import Foundation

/// Digests computed by coreutils.
public enum Digest {
    /// The SHA-256 of `bytes`, in hexadecimal.
    public static func sha256(_ bytes: [UInt8]) throws -> String {
        let result = try run(URL(filePath: "/usr/bin/sha256sum"), [], input: Data(bytes))
        return String(result.text.prefix { $0 != " " })
    }
}
