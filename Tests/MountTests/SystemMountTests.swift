import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// Stores that mount(8) mounts, and a service manager.
    @Suite(.timeLimit(.minutes(3))) struct `Mounts by the system` {
        /// Runs a script in a mount namespace in which the helper and the program are installed, with the paths of a folder and of a store in it,
        /// which has a FLAC recording.
        private func run(_ script: String) throws -> ProgramResult {
            try TestFiles.withTemporaryDirectory { directory in
                let files = FileManager.default
                for name in ["programs", "mnt", "cache"] {
                    try files.createDirectory(at: directory.appending(path: name), withIntermediateDirectories: true)
                }
                let programs = directory.appending(path: "programs")
                try files.copyItem(
                    at: TestFiles.repository.appending(path: "mount-helpers/mount.zarrwlr"),
                    to: programs.appending(path: "mount.zarrwlr"))
                try files.createSymbolicLink(
                    atPath: programs.appending(path: "mount.fuse.zarrwlr").path, withDestinationPath: "mount.zarrwlr")
                try files.createSymbolicLink(
                    at: programs.appending(path: "zarrwlr-mount"), withDestinationURL: MountedStore.program)
                let store = try TestStore(
                    at: directory.appending(path: "a pond.zarr"), attributes: TestStore.audioGroup)
                try store.addRecording("0", codec: "flac", blob: MountedStore.fixture("coded/mono16.flac"))
                let prepared = """
                    set -eu
                    mount -t overlay overlay -o "lowerdir=$1/programs:/usr/sbin" /usr/sbin
                    export XDG_CACHE_HOME="$1/cache"
                    cd "$1"
                    \(script)
                    """
                return try TestSupport.run(
                    URL(filePath: "/usr/bin/unshare"), ["--mount", "sh", "-c", prepared, "sh", directory.path])
            }
        }

        private static let canOverlay =
            getuid() == 0 && Namespaces.arePossible
            && (try? String(contentsOfFile: "/proc/filesystems", encoding: .utf8))?.contains("overlay") == true

        @Test(.enabled(if: canOverlay, "NEEDS ROOT AND OVERLAYFS: NOTHING IS MOUNTED BY FSTAB"))
        func `a line of fstab with options of systemd mounts a store with a space in its name`() throws {
            let result = try run(
                #"""
                cat > fstab << END
                $1/a\040pond.zarr $1/mnt zarrwlr allow_other,nofail,_netdev,x-systemd.requires-mounts-for=/net,umask=027 0 0
                END
                mount -T fstab "$1/mnt"
                findmnt -n -o SOURCE,FSTYPE "$1/mnt"
                find mnt -name '*.wav' -printf '%P %m\n'
                cat mnt/*.wav | wc -c
                umount mnt
                ls mnt | wc -l
                mount -a -T fstab
                umount mnt
                """#)
            #expect(result.status == 0, "\(result.errors)")
            let lines = result.text.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines.first?.hasSuffix("/a pond.zarr fuse.zarrwlr") == true)
            #expect(lines.last == "0")
        }

        @Test(.enabled(if: canOverlay, "NEEDS ROOT AND OVERLAYFS: NOTHING IS REMOUNTED"))
        func `a mount is remounted, and fuse.zarrwlr is a type of mount`() throws {
            let result = try run(
                #"""
                cat > fstab << END
                $1/a\040pond.zarr $1/mnt fuse.zarrwlr nofail,cache_mb=8 0 0
                END
                mount -T fstab "$1/mnt"
                findmnt -n -o FSTYPE "$1/mnt"
                findmnt -n -o OPTIONS "$1/mnt" | grep -c noexec || true
                mount -o remount,noexec "$1/mnt"
                findmnt -n -o OPTIONS "$1/mnt" | grep -c "^ro,.*noexec" || true
                cat mnt/*.wav | wc -c
                umount mnt
                """#)
            #expect(result.status == 0, "\(result.errors)")
            let lines = result.text.split(separator: "\n")
            #expect(lines.prefix(3) == ["fuse.zarrwlr", "0", "1"])
            #expect(try #require(lines.last.flatMap { Int($0) }) > 44)
        }

        @Test(.enabled(if: canOverlay, "NEEDS ROOT AND OVERLAYFS: NOTHING IS MOUNTED BY MOUNT"))
        func `mount reports why a store cannot be mounted`() throws {
            let result = try run(#"mount -t zarrwlr "$1/none.zarr" "$1/mnt""#)
            #expect(result.status != 0)
            #expect(result.errors.contains("none.zarr"))
        }

        @Test func `a service manager is notified when the mount answers, and when it ends`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                _ = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                let store = directory.appending(path: "s.zarr").path
                let socket = try NotifySocket(directory.appending(path: "notify").path)
                try MountedVolume.withMountpoint { mountpoint in
                    defer { MountedVolume.unmount(mountpoint) }
                    let process = Process()
                    process.executableURL = MountedStore.program
                    process.arguments = ["-f", "-o", "catalogue=off", "--", store, mountpoint.path]
                    process.environment = ProcessInfo.processInfo.environment.merging(["NOTIFY_SOCKET": socket.name]) {
                        $1
                    }
                    process.standardError = FileHandle.nullDevice
                    try process.run()
                    #expect(socket.next() == ["READY=1", "STATUS=\(store) is mounted at \(mountpoint.path)"])
                    #expect(FileManager.default.fileExists(atPath: mountpoint.appending(path: ".zarrwlr").path))
                    process.terminate()
                    #expect(socket.next() == ["STOPPING=1", "STATUS=\(mountpoint.path) is being unmounted"])
                    process.waitUntilExit()
                    #expect(process.terminationStatus == 0)
                }
            }
        }

        @Test func `a mount in the background notifies no service manager, whose process it is not`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                _ = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                let socket = try NotifySocket("@\(directory.path)")
                try MountedStore.with(
                    directory.appending(path: "s.zarr").path, environment: ["NOTIFY_SOCKET": socket.name]
                ) { _ in }
                #expect(!socket.hasMessage)
            }
        }
    }
}
