/// What holds for all requests of a client.
public struct HTTPSettings: Sendable {
    /// How the client names itself.
    public var agent = "zarrwlr"
    /// The most connections that are open at once.
    public var connections = 16
    /// How long connecting may take, in milliseconds.
    public var connectMilliseconds = 10_000
    /// How long a server may send nothing, in seconds.
    public var silenceSeconds = 20
    /// Whether requests go through the proxies that the environment names.
    public var usesProxies = true
    /// A file of the certificates that are trusted; nil for those of the system.
    public var certificates: String?

    /// The usual settings.
    public init() {}
}
