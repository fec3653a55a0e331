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
