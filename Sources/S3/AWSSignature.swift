import HTTP
import Support

/// Signature version 4 of a request to S3. See "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)" in the
/// Amazon S3 API Reference.
struct AWSSignature {
    let credentials: AWSCredentials
    let region: String
    /// When the request is made, as `20130524T000000Z`.
    let time: String

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// A request to a resource, as it is signed.
    struct Request {
        let method: HTTPRequest.Method
        let host: String
        /// The path, encoded.
        let path: String
        /// Names and values of the query, not encoded.
        var query: [(name: String, value: String)] = []
        /// Further header fields.
        var fields: [(name: String, value: String)] = []
        var body: [UInt8] = []

        /// The query, encoded and sorted, as it is signed and sent.
        var encodedQuery: String {
            query.map { (PercentEncoding.encoded($0.name), PercentEncoding.encoded($0.value)) }
                .sorted { $0 < $1 }
                .map { "\($0)=\($1)" }.joined(separator: "&")
        }
    }

    /// The header fields of `request`, with those that sign it; nil if libcrypto cannot compute them. `Host` is left out: it is sent
    /// with every request.
    func fields(of request: Request) -> [(name: String, value: String)]? {
        guard let bodyDigest = MessageDigest.sha256(of: request.body) else { return nil }
        var fields = request.fields
        fields.append(("x-amz-content-sha256", bodyDigest))
        fields.append(("x-amz-date", time))
        if let token = credentials.sessionToken { fields.append(("x-amz-security-token", token)) }
        let signed = (fields + [("host", request.host)])
            .map { (name: $0.name.lowercased(), value: $0.value) }.sorted { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let canonical = [
            request.method.rawValue, request.path, request.encodedQuery,
            signed.map { "\($0.name):\($0.value)\n" }.joined(), names, bodyDigest,
        ].joined(separator: "\n")
        guard let digest = MessageDigest.sha256(of: Array(canonical.utf8)),
            let signature = signature(of: "\(Self.algorithm)\n\(time)\n\(scope)\n\(digest)")
        else { return nil }
        let authorization =
            "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
        return fields + [("Authorization", authorization)]
    }

    private var day: String { String(time.prefix(8)) }
    private var scope: String { "\(day)/\(region)/s3/aws4_request" }

    private func signature(of text: String) -> String? {
        var key: [UInt8]? = Array("AWS4\(credentials.secretKey)".utf8)
        for part in [day, region, "s3", "aws4_request", text] {
            key = key.flatMap { MessageDigest.hmacSHA256(of: Array(part.utf8), key: $0) }
        }
        return key?.hexadecimal
    }
}
