import HTTP

/// Where a bucket is, and how a client reaches it.
public struct S3Location: Sendable, Equatable {
    /// The scheme and the host of the service, without a slash at its end: `https://s3.eu-central-1.amazonaws.com`.
    public var endpoint: String
    /// The region that requests are signed for.
    public var region: String
    /// The name of the bucket.
    public var bucket: String
    /// Whether the bucket's name is in the path rather than in the host's name.
    public var isInPath: Bool

    /// A bucket of a service.
    public init(endpoint: String, region: String, bucket: String, isInPath: Bool) {
        self.endpoint = endpoint
        self.region = region
        self.bucket = bucket
        self.isInPath = isInPath
    }

    private var scheme: Substring { endpoint.prefix { $0 != ":" } }
    private var service: Substring { endpoint.dropFirst(scheme.utf8.count + 3) }

    /// The host that requests go to, with its port.
    var host: String { isInPath ? String(service) : "\(bucket).\(service)" }

    /// The encoded path of the object `key`; of the bucket if that is empty.
    func path(of key: String) -> String {
        let path = isInPath ? "/\(bucket)/\(key)" : "/\(key)"
        return PercentEncoding.encoded(path, isPath: true)
    }

    /// The address of an encoded path and an encoded query.
    func url(_ path: String, _ query: String) -> String {
        "\(scheme)://\(host)\(path)\(query.isEmpty ? "" : "?\(query)")"
    }
}
