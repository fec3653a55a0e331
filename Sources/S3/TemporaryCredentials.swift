import FoundationEssentials
import Support

/// Credentials that are valid for a time.
struct TemporaryCredentials {
    let credentials: AWSCredentials
    /// When they expire, in seconds since 1970; nil if they do not.
    let expiry: Int64?

    private struct Document: Decodable {
        let accessKeyId: String
        let secretAccessKey: String
        let token: String?
        let expiration: String?

        private enum CodingKeys: String, CodingKey {
            case accessKeyId = "AccessKeyId"
            case secretAccessKey = "SecretAccessKey"
            case token = "Token"
            case expiration = "Expiration"
        }
    }

    /// Credentials as hosts give them; nil if these are none.
    init?(json: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(json)) else { return nil }
        self.init(document.accessKeyId, document.secretAccessKey, document.token, document.expiration)
    }

    /// Credentials as AssumeRoleWithWebIdentity gives them; nil if these are none.
    init?(xml: [UInt8]) {
        var values: [String: String] = [:]
        let isDocument = XMLElements.forEach(in: xml) { path, text in
            if path.count == 4, path[2] == "Credentials" { values[path[3]] = text }
        }
        guard isDocument, let key = values["AccessKeyId"], let secret = values["SecretAccessKey"] else { return nil }
        self.init(key, secret, values["SessionToken"], values["Expiration"])
    }

    private init?(_ key: String, _ secret: String, _ token: String?, _ expiration: String?) {
        guard !key.isEmpty, !secret.isEmpty else { return nil }
        credentials = AWSCredentials(accessKey: key, secretKey: secret, sessionToken: token)
        expiry = expiration.flatMap { Timestamp(iso8601: $0) }?.seconds
    }
}
