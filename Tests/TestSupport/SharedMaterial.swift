public import Foundation
public import Testing

/// Stores and recordings outside the repository, if there are any.
///
/// Suites that need them have the trait `.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment)`, so that a run without them
/// reports what was skipped.
public enum SharedMaterial {
    /// `$ZARRWLR_SHARED`, or the folder `shared` next to the repository; nil if neither exists.
    public static let directory: URL? = {
        let beside = TestFiles.repository.deletingLastPathComponent().appending(path: "shared")
        let named = ProcessInfo.processInfo.environment["ZARRWLR_SHARED"].map { URL(filePath: $0) }
        return [named, beside].compactMap(\.self).first {
            FileManager.default.fileExists(atPath: $0.appending(path: "stores/expected.json").path)
        }
    }()

    /// Whether the material exists.
    public static var isPresent: Bool { directory != nil }

    /// The comment on a skipped suite.
    public static let comment: Comment = "needs the shared stores: set ZARRWLR_SHARED to their folder"
}
