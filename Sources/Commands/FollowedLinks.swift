import Support
import Zarr

/// The folders outside of a store that symbolic links in it may lead to, as the user names them.
struct FollowedLinks: Sendable {
    /// Their absolute paths.
    private(set) var paths: [String] = []

    /// No folder.
    init() {}

    /// The value of an option: folders, with a colon between them.
    init(_ text: String) {
        paths = text.split(separator: ":").map { FilePath.absolute(String($0)) }
    }

    /// The folders, opened.
    func targets() throws(CommandError) -> LinkTargets {
        do {
            return try LinkTargets(paths)
        } catch {
            throw CommandError("option 'follow_links'", cause: error)
        }
    }
}

extension CommandOption {
    /// `--follow-links`, which sets `links`.
    static func followLinks(_ links: any WritableKeyPath<Configuration, FollowedLinks> & Sendable) -> CommandOption {
        CommandOption(
            "--follow-links", effect: .value("DIR[:DIR]") { $0[keyPath: links] = FollowedLinks($1) },
            help: "let symbolic links in the store lead to these folders (nowhere outside it)")
    }
}
