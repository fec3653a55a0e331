import Foundation
import TestSupport
import Testing

extension Mounts {
    /// Mounts that come and go. `make soak` has five hundred of them.
    @Suite(.enabled(if: Namespaces.arePossible, "needs root, and unshare of util-linux")) struct MountCycles {
        @Test func `mounts that have ended, in whatever way, leave no process, mount, file or shared memory`() throws {
            let count = ProcessInfo.processInfo.environment["ZARRWLR_MOUNT_CYCLES"] ?? "25"
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                try store.addRecording(
                    "0", codec: "flac", blob: MountedStore.fixture("recordings/fixed.flac"), fileName: "a.wav")
                let sum = try MountedStore.with(store.directory.path, ["-o", "metadata=all"]) {
                    try Digest.sha256($0.bytes("a.wav"))
                }
                let script = TestFiles.fixtures.appending(path: "scripts/mount_cycles.sh").path
                let result = try run(
                    URL(filePath: "/usr/bin/env"),
                    Namespaces.command + ["sh", script, MountedStore.programs.path, store.directory.path, sum, count])
                #expect(result.status == 0, "\(result.errors)")
                #expect(result.text == "\(count) mounts left nothing")
            }
        }
    }
}
