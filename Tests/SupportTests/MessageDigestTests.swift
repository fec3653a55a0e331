import Support
import Testing

@Suite struct `A message digest` {
    private func digest(_ algorithm: MessageDigest.Algorithm, of pieces: [String]) throws -> String {
        let digest = try #require(MessageDigest(algorithm))
        for piece in pieces { digest.update(Array(piece.utf8)) }
        #expect(digest.byteCount == UInt64(pieces.joined().utf8.count))
        let sum = digest.finish().hexadecimal
        #expect(digest.finish().isEmpty)
        return sum
    }

    @Test func `a digest is the one in its specification`() throws {
        #expect(
            try digest(.sha256, of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(try digest(.md5, of: ["message digest"]) == "f96b697d7cb7938d525a2f31aaf161d0")
    }

    @Test func `a digest does not depend on how the bytes are split`() throws {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try digest(.sha256, of: ["abc"]) == expected)
        #expect(try digest(.sha256, of: ["a", "", "bc"]) == expected)
    }
}
