import Foundation
import FuseBridge
import Testing

/// Every test that mounts. They need /dev/fuse; where there is none they are skipped, and `MountRequirement` says so, loudly
/// or, with `ZARRWLR_REQUIRE_MOUNT=1`, as a failure.
///
/// One after the other: libfuse has one log for the whole process.
@Suite(.serialized, .enabled(if: MountRequirement.isPossible || MountRequirement.isRequired, "needs FUSE"))
struct Mounts {}

@Suite struct MountRequirement {
    /// Whether a mount can be made here.
    static var isPossible: Bool { reasonAgainst == nil }

    /// Whether a run without mounts is a failure.
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
