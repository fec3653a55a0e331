import HTTP
import Testing

@testable import S3

/// The examples of the Amazon S3 API Reference.
struct AWSSignatureTests {
    private static let signature = AWSSignature(
        credentials: AWSCredentials(
            accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1", time: "20130524T000000Z")
    private static let host = "examplebucket.s3.amazonaws.com"

    @Test func `requests are signed as in the examples of the Amazon S3 API Reference`() throws {
        let examples: [(AWSSignature.Request, names: String, signature: String)] = [
            (
                AWSSignature.Request(
                    method: .get, host: Self.host, path: "/test.txt", fields: [("Range", "bytes=0-9")]),
                "host;range;x-amz-content-sha256;x-amz-date",
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            ),
            (
                AWSSignature.Request(
                    method: .put, host: Self.host, path: PercentEncoding.encoded("/test$file.text", isPath: true),
                    fields: [
                        ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                    ], body: Array("Welcome to Amazon S3.".utf8)),
                "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
            ),
            (
                AWSSignature.Request(method: .get, host: Self.host, path: "/", query: [("lifecycle", "")]),
                "host;x-amz-content-sha256;x-amz-date",
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
            ),
            (
                AWSSignature.Request(
                    method: .get, host: Self.host, path: "/", query: [("prefix", "J"), ("max-keys", "2")]),
                "host;x-amz-content-sha256;x-amz-date",
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
            ),
        ]
        for (request, names, expected) in examples {
            let fields = try #require(Self.signature.fields(of: request))
            #expect(
                fields.last?.value
                    == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                    + "SignedHeaders=\(names),Signature=\(expected)")
        }
    }

    @Test func `no description shows a secret key`() {
        let credentials = AWSCredentials(accessKey: "name", secretKey: "hidden", sessionToken: "hidden, too")
        #expect("\(credentials)" == "credentials")
        #expect(String(reflecting: credentials).contains("hidden") == false)
    }
}
