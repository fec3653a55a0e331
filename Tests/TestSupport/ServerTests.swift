import Foundation
public import Testing

/// Tests with servers that have to be installed and take long: `make test-s3` runs them.
public enum ServerTests {
    /// Whether they are wanted: `$ZARRWLR_SERVER_TESTS`.
    public static let areWanted = ProcessInfo.processInfo.environment["ZARRWLR_SERVER_TESTS"] == "1"

    /// The comment on a skipped suite.
    public static let comment: Comment = "is run by make test-s3"
}
