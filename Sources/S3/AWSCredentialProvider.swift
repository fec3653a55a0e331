import FoundationEssentials
import Glibc
import HTTP
import Support
import Synchronization

/// Has the credentials of a source, and fetches them anew before they expire. Safe to use from any thread.
final class AWSCredentialProvider: Sendable {
    /// Credentials are fetched anew so many seconds before they expire.
    private static let marginSeconds: Int64 = 300
    /// Files may have other credentials later. They are read again after so many seconds.
    private static let fileSeconds: Int64 = 600
    /// If this is no machine of AWS, or has no role, it is looked again after so many seconds.
    private static let noRoleSeconds: Int64 = 600
    private static let never = Int64.max

    private struct Known {
        let credentials: AWSCredentials?
        /// When they are fetched anew, in seconds since 1970.
        var renewal: Int64
    }

    private let source: AWSCredentialSource
    private let environment: AWSEnvironment
    private let known = Mutex<Known?>(nil)
    private let fetching = SingleFlight<Bool>()
    /// What is asked on this machine or its host, and answers at once or not at all.
    private let nearClient: HTTPClient

    /// The credentials of `source`.
    init(_ source: AWSCredentialSource, _ environment: AWSEnvironment) {
        self.source = source
        self.environment = environment
        var settings = HTTPSettings()
        settings.usesProxies = false
        settings.connectMilliseconds =
            environment["AWS_METADATA_SERVICE_TIMEOUT"].flatMap { Int($0)?.multiplied(by: 1000) } ?? 1000
        settings.silenceSeconds = 2
        nearClient = HTTPClient(settings)
    }

    /// The credentials; nil if requests are not signed.
    func credentials() throws(HTTPError) -> AWSCredentials? {
        let now = Int64(time(nil))
        let current = known.withLock { $0 }
        if let current, current.renewal > now { return current.credentials }
        _ = try fetching.get { () throws(HTTPError) in
            let fetched = try fetched(after: current, now)
            known.withLock { $0 = fetched }
            return true
        }
        fetching.clear()
        return known.withLock { $0 }?.credentials
    }

    /// New credentials. If they cannot be fetched, the current ones are used as long as they are valid.
    private func fetched(after current: Known?, _ now: Int64) throws(HTTPError) -> Known {
        do throws(HTTPError) {
            let fetched = try fetch(now)
            // A service that knew this client is not asked without a signature.
            guard fetched.credentials != nil || current?.credentials == nil else {
                throw Self.failure("the machine's host has none any more")
            }
            return fetched
        } catch {
            guard var current, current.renewal.adding(Self.marginSeconds).map({ $0 > now }) == true else { throw error }
            // Another attempt in a while.
            current.renewal = now + 20
            return current
        }
    }

    private func fetch(_ now: Int64) throws(HTTPError) -> Known {
        switch source {
        case .nobody: return Known(credentials: nil, renewal: Self.never)
        case .environment:
            guard let key = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
                throw Self.failure("the environment has none any more")
            }
            let token = environment["AWS_SESSION_TOKEN"] ?? environment["AWS_SECURITY_TOKEN"]
            return Known(
                credentials: AWSCredentials(accessKey: key, secretKey: secret, sessionToken: token),
                renewal: Self.never)
        case .profile(let name): return Known(credentials: try ofProfile(name), renewal: now + Self.fileSeconds)
        case .webIdentity(let file, let role, let session, let region):
            let identity = WebIdentity(tokenFile: file, role: role, session: session, region: region, environment)
            return Self.known(try identity.credentials())
        case .container: return Self.known(try ofContainer())
        case .instance:
            guard let temporary = try ofInstance() else {
                return Known(credentials: nil, renewal: now + Self.noRoleSeconds)
            }
            return Self.known(temporary)
        }
    }

    private static func known(_ temporary: TemporaryCredentials) -> Known {
        Known(credentials: temporary.credentials, renewal: temporary.expiry.map { $0 - marginSeconds } ?? never)
    }

    private func ofProfile(_ name: String) throws(HTTPError) -> AWSCredentials {
        do throws(AWSError) {
            let profile = try AWSProfile(name, environment)
            guard let key = profile?["aws_access_key_id"], let secret = profile?["aws_secret_access_key"] else {
                throw AWSError("the profile '\(name)' has none any more")
            }
            return AWSCredentials(accessKey: key, secretKey: secret, sessionToken: profile?["aws_session_token"])
        } catch {
            throw HTTPError(.lasting, "there are no credentials", cause: error)
        }
    }

    static func failure(_ problem: String) -> HTTPError { HTTPError(.lasting, "there are no credentials: \(problem)") }

    // MARK: - Hosts

    /// Those of the container's host. See "Container credential provider" in the AWS SDKs and Tools Reference Guide.
    private func ofContainer() throws(HTTPError) -> TemporaryCredentials {
        let url =
            environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"].map { "http://169.254.170.2\($0)" }
            ?? environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] ?? ""
        var token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        if let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            token = (try? SmallFile.bytes(of: file, atMost: 16 << 10)).flatMap(\.self).map {
                String(String(decoding: $0, as: UTF8.self)[...].trimmingSpaces)
            }
        }
        let response = try ask(.get, url, token.map { [("Authorization", $0)] } ?? [])
        guard response.status == 200, let temporary = TemporaryCredentials(json: response.body) else {
            throw Self.failure("the container's host answers \(response.status)")
        }
        return temporary
    }

    /// Those of the role of this machine; nil if its host has none. See "Use the Instance Metadata Service" in the Amazon EC2 User Guide:
    /// version 2, with a token.
    private func ofInstance() throws(HTTPError) -> TemporaryCredentials? {
        let host = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
        let base = host.hasSuffix("/") ? String(host.dropLast()) : host
        let token: HTTPResponse
        do throws(HTTPError) {
            token = try ask(.put, "\(base)/latest/api/token", [("X-aws-ec2-metadata-token-ttl-seconds", "21600")])
        } catch {
            // This is no machine of AWS.
            if error.isCancellation { throw error }
            return nil
        }
        guard token.status == 200 else {
            // 403: the service is turned off.
            guard token.status < 500 else { throw Self.failure("the machine's host answers \(token.status)") }
            return nil
        }
        let field = ("X-aws-ec2-metadata-token", String(decoding: token.body, as: UTF8.self))
        let path = "\(base)/latest/meta-data/iam/security-credentials/"
        let roles = try ask(.get, path, [field])
        guard roles.status == 200 || roles.status == 404 else {
            throw Self.failure("the machine's host answers \(roles.status)")
        }
        guard roles.status == 200,
            let role = String(decoding: roles.body, as: UTF8.self).split(whereSeparator: \.isNewline).first
        else { return nil }
        let response = try ask(.get, path + PercentEncoding.encoded(String(role)), [field])
        guard response.status == 200, let temporary = TemporaryCredentials(json: response.body) else {
            throw Self.failure("the machine's host answers \(response.status)")
        }
        return temporary
    }

    private func ask(
        _ method: HTTPRequest.Method, _ url: String, _ fields: [(name: String, value: String)]
    ) throws(HTTPError) -> HTTPResponse {
        var request = HTTPRequest(method, url, fields: fields, responseLimit: 64 << 10)
        // Nobody else is to get the token.
        request.followsRedirects = false
        return try nearClient.perform(request)
    }
}
