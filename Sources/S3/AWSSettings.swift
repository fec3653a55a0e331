import HTTP
import Support

/// How S3 is reached and by which credentials: what the user says, else the environment, else the files of the AWS tools.
public struct AWSSettings: Sendable {
    /// The scheme and host of the service, without a slash at its end.
    public let endpoint: String
    /// The region of the service.
    public let region: String
    /// Whether the endpoint is one of AWS.
    public let isAmazon: Bool
    /// Whether buckets are in paths; nil for what suits the service.
    private let isInPath: Bool?
    /// Where credentials come from.
    let source: AWSCredentialSource
    let environment: AWSEnvironment

    /// What the user says; nil for what the environment or the files say.
    public struct Wishes: Sendable, Equatable {
        /// The scheme and host of the service.
        public var endpoint: String?
        /// The region of the service.
        public var region: String?
        /// The name of the profile whose settings and credentials count.
        public var profile: String?
        /// Whether buckets are in paths rather than in hosts' names; nil for what suits the service.
        public var isInPath: Bool?
        /// Whether the one who asks pays.
        public var isRequesterPaying = false
        /// Whether requests are not signed.
        public var isAnonymous = false

        /// Nothing.
        public init() {}
    }

    private let wishes: Wishes

    /// Settings by `wishes` and `environment`. Reads the files of the profile, and connects to nothing.
    public init(_ wishes: Wishes, _ environment: AWSEnvironment = .process) throws(AWSError) {
        self.wishes = wishes
        self.environment = environment
        let name = wishes.profile ?? environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
        let profile = try Self.profile(name, environment)
        region =
            wishes.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? profile?["region"]
            ?? "us-east-1"
        guard region.utf8.allSatisfy({ $0.isNameByte }) else { throw AWSError("'\(region)' is no region") }
        let named =
            wishes.endpoint ?? environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"]
            ?? profile?["s3.endpoint_url"] ?? profile?["endpoint_url"]
        if let named {
            endpoint = try Self.checked(named)
        } else {
            endpoint = "https://s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")"
        }
        isInPath = wishes.isInPath ?? Self.isInPath(profile?["s3.addressing_style"])
        let host = endpoint.drop { $0 != "/" }.dropFirst(2).prefix { $0 != ":" }
        isAmazon = host.hasSuffix(".amazonaws.com") || host.hasSuffix(".amazonaws.com.cn")
        source =
            wishes.isAnonymous
            ? .nobody
            : try AWSCredentialSource(
                profile, named: name ?? "default", isExplicit: wishes.profile != nil, environment, region: region)
    }

    /// Where the bucket `name` is.
    public func location(of name: String) throws(AWSError) -> S3Location {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0.isNameByte || $0 == UInt8(ascii: "_") }) else {
            throw AWSError("'\(name.withoutSecrets)' is no name of a bucket")
        }
        // A name with dots is not covered by the service's certificate.
        let fitsHost = isAmazon && !name.contains(".") && !name.contains("_") && name == name.lowercased()
        return S3Location(
            endpoint: endpoint, region: region, bucket: name, isInPath: isInPath ?? !fitsHost)
    }

    /// The bucket `name`. Nothing is connected yet.
    public func bucket(_ name: String) throws(AWSError) -> S3Bucket {
        let provider = AWSCredentialProvider(source, environment)
        return S3Bucket(try location(of: name), isRequesterPaying: wishes.isRequesterPaying) {
            () throws(HTTPError) in try provider.credentials()
        }
    }

    /// The files and folders that may be read for credentials, at any time.
    public static func readableFiles(_ environment: AWSEnvironment = .process) -> [String] {
        [environment.credentialsFile, environment.configurationFile, environment.certificates].compactMap(\.self)
            // Tokens are replaced by moving links in their folder.
            + [environment["AWS_WEB_IDENTITY_TOKEN_FILE"], environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]]
            .compactMap { path in
                path.flatMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } }
            }
    }

    /// The profile `name`; if that is nil, the one called default, if there is one.
    private static func profile(_ name: String?, _ environment: AWSEnvironment) throws(AWSError) -> AWSProfile? {
        let profile = try AWSProfile(name ?? "default", environment)
        if let name, profile == nil {
            throw AWSError(
                "there is no profile '\(name)' in \(environment.configurationFile ?? "~/.aws/config") or "
                    + "\(environment.credentialsFile ?? "~/.aws/credentials")")
        }
        return profile
    }

    /// Whether buckets are in paths, by the setting `addressing_style`; nil if it says nothing of it.
    private static func isInPath(_ style: String?) -> Bool? {
        switch style?.lowercased() {
        case "path": true
        case "virtual": false
        default: nil
        }
    }

    private static func checked(_ endpoint: String) throws(AWSError) -> String {
        let endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where endpoint.prefix(scheme.count).lowercased() == scheme {
            var host = endpoint.dropFirst(scheme.count)
            // No client sends the usual port, which would therefore not be signed.
            if host.hasSuffix(port) { host = host.dropLast(port.count) }
            if !host.isEmpty, host.utf8.allSatisfy({ $0.isNameByte || $0 == 0x3A || $0 == 0x5B || $0 == 0x5D }) {
                return scheme + host
            }
        }
        throw AWSError(
            "the endpoint '\(endpoint.withoutSecrets)' is not the address of a host, such as https://s3.example.org")
    }
}

extension UInt8 {
    /// Whether it is a letter, a digit, a dot or a hyphen.
    fileprivate var isNameByte: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"): true
        default: false
        }
    }
}
