public import Foundation
public import Testing

/// Stores and recordings that are kept beside the repository rather than in it, where there are any.
///
/// A suite that needs them says `.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment)`, so that a run without them
/// names what it left out.
public enum SharedMaterial {
    /// `$ZARRWLR_SHARED`, else the folder `shared` beside the repository; nil where neither is there.
    public static let directory: URL? = {
        let beside = TestFiles.repository.deletingLastPathComponent().appending(path: "shared")
        let named = ProcessInfo.processInfo.environment["ZARRWLR_SHARED"].map { URL(filePath: $0) }
        return [named, beside].compactMap(\.self).first {
            FileManager.default.fileExists(atPath: $0.appending(path: "stores/expected.json").path)
        }
    }()

    /// Whether the material is there.
    public static var isPresent: Bool { directory != nil }

    /// What a skipped suite says.
    public static let comment: Comment = "needs the shared stores: set ZARRWLR_SHARED to their folder"
}
