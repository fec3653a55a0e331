import Foundation

/// Checksums by coreutils, which every machine that runs the tests has.
public enum Digest {
    /// The SHA-256 of `bytes`, in hexadecimal.
    public static func sha256(_ bytes: [UInt8]) throws -> String {
        let output = try Command.run(["sha256sum"], input: Data(bytes)).output
        return String(decoding: output.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }
}
