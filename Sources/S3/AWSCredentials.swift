/// What a request to S3 is signed with. Never printed: there is no description of it.
public struct AWSCredentials: Sendable, Equatable, CustomStringConvertible {
    /// The name of the key, which is sent.
    public let accessKey: String
    /// The key itself, which is not.
    let secretKey: String
    /// What goes with a key that is valid for a time, and is sent.
    let sessionToken: String?

    /// Credentials as the AWS tools keep them.
    public init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }

    /// Nothing of what must stay secret.
    public var description: String { "credentials" }
}
