import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// Copies of a mount, and file systems on top of it, into which users can write.
    @Suite(.timeLimit(.minutes(3))) struct `Writing into copies of a mount, and on top of it` {
        private static let hasRsync = isInstalled("rsync")

        /// Calls `body` with a mount by another user, of a store with a recording in two groups, and with a folder of that user's.
        private func withMount(_ body: (_ mount: URL, _ folder: URL) throws -> Void) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"))
                try store.addGroup("pond")
                try store.addGroup("pond/mono", attributes: TestStore.audioGroup)
                let blob = try MountedStore.fixture("coded/mono16.flac")
                try store.addRecording("pond/mono/0", codec: "flac", blob: blob)
                let folders = ["mnt", "own"].map { directory.appending(path: $0) }
                for folder in folders {
                    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                    try runChecked(["chown", "65534:65534", folder.path])
                }
                chmod(directory.path, 0o755)
                defer { MountedVolume.unmount(folders[0]) }
                try runChecked([
                    MountedStore.program.path, store.directory.path, folders[0].path, "-o",
                    "catalogue=off,allow_other,uid=65534,gid=65534",
                ])
                try body(folders[0], folders[1])
            }
        }

        private func runAsOther(_ words: String...) throws -> ProgramResult {
            try run(URL(filePath: "/usr/bin/env"), OtherUser.command + words)
        }

        @Test(
            .enabled(if: OtherUser.canMount, "needs root, setpriv and a /dev/fuse that is open to all"),
            arguments: ["cp -a \"$0/.\" \"$1\"", "rsync -a \"$0/\" \"$1/\""])
        func `an ordinary user can write into a copy that has a mount's permissions`(command: String) throws {
            guard command.hasPrefix("cp") || Self.hasRsync else { return }
            try withMount { mount, folder in
                let copied = try runAsOther("sh", "-c", command, mount.path, folder.path)
                #expect(copied.status == 0, "\(copied.errors)")
                let name = "pond/mono/source.wav"
                let original = try Data(contentsOf: mount.appending(path: name))
                let isSame = try Data(contentsOf: folder.appending(path: name)) == original
                #expect(isSame)
                for line in ["echo a > $0/pond/mono/labels.txt", "echo a >> $0/pond/mono/source.wav"] {
                    let written = try runAsOther("sh", "-c", line, folder.path)
                    #expect(written.status == 0, "\(written.errors)")
                }
                let refused = try runAsOther("sh", "-c", "echo a > $0/pond/mono/labels.txt", mount.path)
                #expect(refused.errors.contains("Read-only file system"))
            }
        }

        @Test(.enabled(if: OtherUser.canMount, "needs root, setpriv and a /dev/fuse that is open to all"))
        func `an ordinary user can write through overlayfs in every group`() throws {
            try withMount { mount, folder in
                let folders = ["upper", "work", "both"].map { folder.appending(path: $0).path }
                for path in folders { try runChecked(OtherUser.command + ["mkdir", path]) }
                // The kernel refuses this if the folder is itself on an overlay, as in a container.
                let options = "lowerdir=\(mount.path),upperdir=\(folders[0]),workdir=\(folders[1])"
                guard try run("mount", "-t", "overlay", "overlay", "-o", options, folders[2]).status == 0 else {
                    return
                }
                defer { _ = try? run("umount", folders[2]) }
                for line in [
                    "echo a > $0/labels.txt", "echo a > $0/pond/mono/labels.txt", "mkdir $0/pond/mono/new",
                    "echo a >> $0/pond/mono/source.wav", "rm $0/pond/mono/labels.txt",
                ] {
                    let written = try runAsOther("sh", "-c", line, folders[2])
                    #expect(written.status == 0, "\(line): \(written.errors)")
                }
            }
        }

        @Test(.enabled(if: OtherUser.canMount, "needs root, setpriv and a /dev/fuse that is open to all"))
        func `allow_other has the kernel check permission bits`() throws {
            try MountedStore.with(["-o", "allow_other,umask=077"]) { store in
                try store.addRecording("0", codec: "flac", blob: MountedStore.fixture("coded/mono16.flac"))
            } _: { mounted in
                let path = mounted.file("source.wav").path
                try #expect(runAsOther("cat", path).errors.contains("Permission denied"))
                #expect(try mounted.bytes("source.wav").count > 44)
            }
            try MountedStore.with(["-o", "allow_other"]) { store in
                try store.addRecording("0", codec: "flac", blob: MountedStore.fixture("coded/mono16.flac"))
            } _: { mounted in
                let isSame =
                    try runAsOther("cat", mounted.file("source.wav").path).output
                    == Data(mounted.bytes("source.wav"))
                #expect(isSame)
            }
        }
    }
}
