import Glibc
import Support

/// A profile of the files `~/.aws/config` and `~/.aws/credentials`. See "Configuration and credential file settings" in the AWS SDKs and Tools
/// Reference Guide.
struct AWSProfile: Sendable, Equatable {
    /// Its settings, by their names in lower case. One that lies in another is called `s3.addressing_style`.
    private(set) var settings: [String: String] = [:]

    /// Bytes that are read of a file.
    private static let fileLimit = 1 << 20

    subscript(name: String) -> String? { settings[name] }

    /// The profile `name` of the files that `environment` names. What both files have is that of the file of credentials. Nil if neither has
    /// it. A file that is not there has none.
    init?(_ name: String, _ environment: AWSEnvironment) throws(AWSError) {
        let configuration = try Self.sections(of: environment.configurationFile)
        let credentials = try Self.sections(of: environment.credentialsFile)[name]
        // Of two sections for the default profile, that with the longer name counts.
        let own = configuration["profile \(name)"] ?? (name == "default" ? configuration[name] : nil)
        guard own != nil || credentials != nil else { return nil }
        settings = (own ?? [:]).merging(credentials ?? [:]) { $1 }
        // The address of a service is in a section of its own, which several profiles can name.
        let services = settings["services"].flatMap { configuration["services \($0)"] }
        settings["s3.endpoint_url"] = services?["s3.endpoint_url"]
    }

    /// The sections of the file at `path`; none if there is no such file.
    private static func sections(of path: String?) throws(AWSError) -> [String: [String: String]] {
        guard let path, let text = try text(of: path) else { return [:] }
        return AWSSections.parse(text)
    }

    /// The text of the file at `path`; nil if there is none.
    private static func text(of path: String) throws(AWSError) -> String? {
        do throws(SystemError) {
            return try SmallFile.bytes(of: path, atMost: fileLimit).map { String(decoding: $0, as: UTF8.self) }
        } catch {
            throw AWSError("the settings of AWS cannot be read", cause: error)
        }
    }
}

/// Files that are read as a whole.
enum SmallFile {
    /// The first bytes, at most `limit`, of the file at `path`; nil if there is none.
    static func bytes(of path: String, atMost limit: Int) throws(SystemError) -> [UInt8]? {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SystemError("open", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < limit {
            let count = read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", path) }
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }
}

extension Substring {
    /// The text without spaces at its ends.
    var trimmingSpaces: Substring {
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }
}
