import HTTP
import Support

/// A token of another service, in a file, that is exchanged for credentials of a role. See "AssumeRoleWithWebIdentity" in the AWS Security Token
/// Service API Reference.
struct WebIdentity {
    private let tokenFile: String
    private let role: String
    private let session: String
    private let endpoint: String
    private let environment: AWSEnvironment

    private static let tokenLimit = 64 << 10

    /// The token in `tokenFile`, for `role`.
    init(tokenFile: String, role: String, session: String, region: String, _ environment: AWSEnvironment) {
        self.tokenFile = tokenFile
        self.role = role
        self.session = session
        self.environment = environment
        let host = "sts.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")"
        endpoint = environment["AWS_ENDPOINT_URL_STS"] ?? environment["AWS_ENDPOINT_URL"] ?? "https://\(host)"
    }

    /// Fetches credentials.
    func credentials() throws(HTTPError) -> TemporaryCredentials {
        let body = Self.form([
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", session), ("WebIdentityToken", try token()),
        ])
        var settings = HTTPSettings()
        settings.certificates = environment.certificates
        var policy = RetryPolicy()
        policy.milliseconds = 10_000
        let response = try HTTPClient(settings).perform(policy) { () throws(HTTPError) in
            let fields = [("Content-Type", "application/x-www-form-urlencoded")]
            var request = HTTPRequest(.post, "\(endpoint)/", fields: fields, responseLimit: Self.tokenLimit)
            request.body = body
            request.followsRedirects = false
            return request
        }
        guard response.status == 200, let temporary = TemporaryCredentials(xml: response.body) else {
            throw AWSCredentialProvider.failure("the token service answers \(response.status)")
        }
        return temporary
    }

    private func token() throws(HTTPError) -> String {
        do throws(SystemError) {
            guard let bytes = try SmallFile.bytes(of: tokenFile, atMost: Self.tokenLimit) else {
                throw SystemError("open", tokenFile, code: 2)
            }
            return String(String(decoding: bytes, as: UTF8.self)[...].trimmingSpaces)
        } catch {
            throw HTTPError(.lasting, "there are no credentials: the token cannot be read", cause: error)
        }
    }

    private static func form(_ values: [(name: String, value: String)]) -> [UInt8] {
        Array(
            values.map { "\($0.name)=\(PercentEncoding.encoded($0.value))" }.joined(separator: "&").utf8)
    }
}
