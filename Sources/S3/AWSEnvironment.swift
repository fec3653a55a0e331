import Glibc

/// The environment variables that say how services are reached, as the AWS tools read them.
public struct AWSEnvironment: Sendable {
    private let variable: @Sendable (String) -> String?

    /// The variables of which `variable` knows the values.
    public init(_ variable: @escaping @Sendable (String) -> String?) {
        self.variable = variable
    }

    /// Those of this process.
    public static var process: AWSEnvironment {
        AWSEnvironment { name in getenv(name).map { String(cString: $0) } ?? (name == "HOME" ? userFolder : nil) }
    }

    /// The folder of this process's user, for those that have no variable that names it, such as mounts at boot. Looked for once, since a
    /// confined process could not.
    private static let userFolder: String? = {
        guard let entry = getpwuid(geteuid()), let folder = entry.pointee.pw_dir else { return nil }
        return String(cString: folder)
    }()

    /// The value of the variable `name`; nil if it is not set, or empty.
    subscript(name: String) -> String? {
        variable(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether the variable `name` says yes.
    func isTrue(_ name: String) -> Bool { self[name]?.lowercased() == "true" }

    /// The file with credentials of profiles; nil if it is not known where the user's files are.
    var credentialsFile: String? {
        path(self["AWS_SHARED_CREDENTIALS_FILE"]) ?? self["HOME"].map { "\($0)/.aws/credentials" }
    }

    /// The file with other settings of profiles.
    var configurationFile: String? { path(self["AWS_CONFIG_FILE"]) ?? self["HOME"].map { "\($0)/.aws/config" } }

    /// A file of the certificates that are trusted; nil for those of the system.
    public var certificates: String? { self["AWS_CA_BUNDLE"] ?? self["CURL_CA_BUNDLE"] ?? self["SSL_CERT_FILE"] }

    /// The variables that have the path of a file.
    public static let variablesOfPaths = [
        "AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    ]

    /// `text` with the user's folder in the place of a tilde.
    func path(_ text: String?) -> String? {
        guard let text, text.hasPrefix("~/"), let home = self["HOME"] else { return text }
        return home + text.dropFirst()
    }
}
