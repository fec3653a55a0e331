import Glibc
import Support

/// A profile of the files `~/.aws/config` and `~/.aws/credentials`. See "Configuration and credential file settings" in the AWS SDKs and Tools
/// Reference Guide.
struct AWSProfile: Sendable, Equatable {
    /// Its settings, by their names in lower case.
    private(set) var settings: [String: String] = [:]

    /// Bytes that are read of a file.
    private static let fileLimit = 1 << 20

    subscript(name: String) -> String? { settings[name] }

    /// The profile `name` of the files that `environment` names. What both files have is that of the file of credentials. Nil if neither has
    /// it. A file that is not there has none.
    init?(_ name: String, _ environment: AWSEnvironment) throws(AWSError) {
        let files = [
            (environment.configurationFile, name == "default" ? [name, "profile default"] : ["profile \(name)"]),
            (environment.credentialsFile, [name]),
        ]
        var isThere = false
        for case (let file?, let sections) in files {
            guard let text = try Self.text(of: file) else { continue }
            for (section, found) in Self.sections(of: text) where sections.contains(section) {
                isThere = true
                settings.merge(found) { $1 }
            }
        }
        guard isThere else { return nil }
    }

    /// The settings of each section of `text`.
    static func sections(of text: String) -> [(name: String, settings: [String: String])] {
        var sections: [(name: String, settings: [String: String])] = []
        for line in text.split(whereSeparator: \.isNewline) {
            // Lines that begin with a space belong to a setting of several lines.
            guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else { continue }
            if first == "[", let end = line.firstIndex(of: "]") {
                let words = line[line.index(after: line.startIndex)..<end].split(whereSeparator: \.isWhitespace)
                sections.append((words.joined(separator: " "), [:]))
            } else if let equals = line.firstIndex(of: "="), !sections.isEmpty {
                let name = line[..<equals].trimmingSpaces.lowercased()
                let value = String(line[line.index(after: equals)...].trimmingSpaces)
                // An empty one introduces a setting of several lines.
                if !value.isEmpty { sections[sections.count - 1].settings[name] = value }
            }
        }
        return sections
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
