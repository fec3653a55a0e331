import AudioCoding
import Testing

@Suite("A message digest")
struct MessageDigestTests {
    /// The test vectors of RFC 1321 (appendix A.5) and of FIPS 180-2 (appendix B.1), and of no bytes at all.
    @Test(
        "is what the standards say",
        arguments: [
            (MessageDigest.Algorithm.md5, "abc", "900150983cd24fb0d6963f7d28e17f72"),
            (.md5, "", "d41d8cd98f00b204e9800998ecf8427e"),
            (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ])
    func vectors(algorithm: MessageDigest.Algorithm, text: String, sum: String) throws {
        let digest = try #require(MessageDigest(algorithm))
        for byte in text.utf8 { withUnsafeBytes(of: byte) { digest.update($0) } }
        let bytes = digest.finish()
        #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == sum)
    }
}
