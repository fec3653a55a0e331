import Glibc
public import HTTP
import Support

/// A bucket of an S3 service: makes requests to it, signed if there are credentials.
public struct S3Bucket: Sendable {
    private let location: S3Location
    /// Returns nil if requests are not signed: the bucket is public.
    private let credentials: @Sendable () throws(HTTPError) -> AWSCredentials?
    /// Whether the one who asks pays.
    private let isRequesterPaying: Bool

    /// The bucket at `location`, whose requests are signed by `credentials`; not at all if they are nil.
    public init(_ location: S3Location, credentials: AWSCredentials?, isRequesterPaying: Bool = false) {
        self.init(location, isRequesterPaying: isRequesterPaying) { () throws(HTTPError) in credentials }
    }

    /// The bucket at `location`, whose requests are signed by what `credentials` returns then.
    init(
        _ location: S3Location, isRequesterPaying: Bool,
        credentials: @escaping @Sendable () throws(HTTPError) -> AWSCredentials?
    ) {
        self.location = location
        self.credentials = credentials
        self.isRequesterPaying = isRequesterPaying
    }

    /// A request to the object `key`, or to the bucket if that is empty.
    public func request(
        _ method: HTTPRequest.Method, _ key: String, query: [(name: String, value: String)] = [],
        fields: [(name: String, value: String)] = [], body: [UInt8] = [], responseLimit: Int
    ) throws(HTTPError) -> HTTPRequest {
        var signed = AWSSignature.Request(
            method: method, host: location.host, path: location.path(of: key), query: query, fields: fields, body: body)
        if isRequesterPaying { signed.fields.append(("x-amz-request-payer", "requester")) }
        var request = HTTPRequest(
            method, location.url(signed.path, signed.encodedQuery), responseLimit: responseLimit)
        request.body = body
        request.followsRedirects = false
        request.fields = signed.fields
        if let credentials = try credentials() {
            let signature = AWSSignature(credentials: credentials, region: location.region, time: Self.now())
            guard let fields = signature.fields(of: signed) else {
                throw HTTPError(.lasting, "the request cannot be signed: libcrypto does not compute SHA-256")
            }
            request.fields = fields
        }
        return request
    }

    /// The time as signatures have it.
    private static func now() -> String {
        var (seconds, parts) = (time(nil), tm())
        gmtime_r(&seconds, &parts)
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (day, clock) = (
            [parts.tm_mon + 1, parts.tm_mday].map(padded).joined(),
            [parts.tm_hour, parts.tm_min, parts.tm_sec].map(padded).joined()
        )
        return "\(parts.tm_year + 1900)\(day)T\(clock)Z"
    }
}
