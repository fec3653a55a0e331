import Foundation
import FuseBridge
import Testing

/// All tests that mount. They need /dev/fuse; if there is none they are skipped, and `MountRequirement` reports that on standard error
/// or, with `ZARRWLR_REQUIRE_MOUNT=1`, as a failure.
///
/// They run one after another, since libfuse has one log for the whole process.
@Suite(.serialized, .enabled(if: MountRequirement.isPossible || MountRequirement.isRequired, "needs FUSE"))
struct Mounts {}

@Suite struct MountRequirement {
    /// Whether this process can mount.
    static var isPossible: Bool { reasonAgainst == nil }

    /// Whether a run without mounts counts as a failure.
    static var isRequired: Bool { ProcessInfo.processInfo.environment["ZARRWLR_REQUIRE_MOUNT"] == "1" }

    private static let reasonAgainst: String? = {
        do {
            try FuseDevice.check()
            return nil
        } catch {
            return "\(error)"
        }
    }()

    @Test func `the mount tests can run, or need not`() {
        guard let reason = Self.reasonAgainst else { return }
        let message = "THE MOUNT TESTS DID NOT RUN: \(reason)"
        FileHandle.standardError.write(Data("\n*** \(message) ***\n\n".utf8))
        if Self.isRequired { Issue.record("\(message)") }
    }
}
