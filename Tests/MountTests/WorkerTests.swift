import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// What becomes of a mount when one of its processes ends.
    @Suite(.timeLimit(.minutes(3))) struct `The processes of a mount` {
        @Test func `a mount whose worker is killed is unmounted, with a line in the log, and fails`() throws {
            try withForegroundMount { mount in
                #expect(kill(mount.processes.worker, SIGKILL) == 0)
                mount.program.waitUntilExit()
                #expect(mount.program.terminationStatus == 1)
                #expect(!MountedVolume.isMounted(mount.mountpoint))
                let reason = "error: the worker ended by a signal: Killed; \(mount.mountpoint.path) is unmounted\n"
                let log = try mount.log()
                #expect(log.hasSuffix(reason))
            }
        }

        @Test func `the worker of a mount in the background that is killed leaves nothing mounted`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                try MountedStore.with(store.directory.path) { mounted in
                    let processes = try #require(try MountProcesses(of: store.directory.path))
                    #expect(kill(processes.worker, SIGKILL) == 0)
                    #expect(eventually { !MountedVolume.isMounted(mounted.mountpoint) })
                    #expect(MountProcesses.hasEnded(processes.monitor))
                }
            }
        }

        @Test func `a worker ends when its monitor is killed`() throws {
            try withForegroundMount { mount in
                #expect(kill(mount.processes.monitor, SIGKILL) == 0)
                #expect(MountProcesses.hasEnded(mount.processes.worker))
            }
        }

        @Test(arguments: [SIGTERM, SIGINT])
        func `a signal to the monitor unmounts, and the exit status is 0`(signal: Int32) throws {
            try withForegroundMount { mount in
                #expect(kill(mount.processes.monitor, signal) == 0)
                mount.program.waitUntilExit()
                #expect(mount.program.terminationStatus == 0)
                #expect(!MountedVolume.isMounted(mount.mountpoint))
            }
        }

        @Test func `a worker that does not answer to a signal is killed`() throws {
            try withForegroundMount { mount in
                #expect(kill(mount.processes.worker, SIGSTOP) == 0)
                #expect(kill(mount.processes.monitor, SIGTERM) == 0)
                mount.program.waitUntilExit()
                #expect(mount.program.terminationStatus == 0)
                #expect(!MountedVolume.isMounted(mount.mountpoint))
                let log = try mount.log()
                #expect(log.contains("warning: the worker did not answer to a signal and was killed\n"))
            }
        }

        @Test func `what another program mounted meanwhile at the same place stays`() throws {
            try withForegroundMount { mount in
                try runChecked(["umount", "-l", mount.mountpoint.path])
                try runChecked(["mount", "-t", "tmpfs", "other", mount.mountpoint.path])
                kill(mount.processes.worker, SIGKILL)
                mount.program.waitUntilExit()
                #expect(MountedVolume.isMounted(mount.mountpoint))
                try runChecked(["umount", mount.mountpoint.path])
            }
        }

        @Test func `status.json says how the worker is confined, and sandbox=off turns that off`() throws {
            func levels(_ options: [String]) throws -> [String: Int] {
                try MountedStore.with(options) { _ in
                } _: { mounted in
                    let status = try JSONSerialization.jsonObject(
                        with: run("cat", mounted.file(".zarrwlr/status.json").path).output)
                    let members = try #require(status as? [String: Any])
                    return try #require(members["confinement"] as? [String: Int])
                }
            }
            let on = try levels([])
            #expect(on["no_new_privileges"] == 1)
            #expect(on["capabilities"] == 1)
            #expect(on["memory"] == 1)
            #expect(on["seccomp"] == 1)
            #expect(on.keys.sorted() == ["capabilities", "landlock", "memory", "no_new_privileges", "seccomp"])
            #expect(try levels(["-o", "sandbox=off"]).values.allSatisfy { $0 == 0 })
        }

        @Test func `the kernel reports that all threads of a worker are confined`() throws {
            try withForegroundMount { mount in
                let threads = "/proc/\(mount.processes.worker)/task"
                for thread in try FileManager.default.contentsOfDirectory(atPath: threads) {
                    let status = try String(contentsOfFile: "\(threads)/\(thread)/status", encoding: .utf8)
                    #expect(status.contains("NoNewPrivs:\t1\n"))
                    #expect(status.contains("Seccomp:\t2\n"))
                    let capabilities = geteuid() == 0 ? 4 : 0
                    #expect(status.contains("CapEff:\t000000000000000\(capabilities)\n"))
                }
            }
        }

        @Test(.enabled(if: OtherUser.canMount, "needs root, setpriv and a /dev/fuse that is open to all"))
        func `a mount of a user other than root is confined, too, and reads recordings`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                let blob = try MountedStore.fixture("coded/mono16.flac")
                try store.addRecording("0", codec: "flac", blob: blob)
                let expected = try MountedStore.with(store.directory.path) { try $0.bytes("source.wav") }
                let mountpoint = directory.appending(path: "mnt")
                let catalogue = directory.appending(path: "cache")
                for folder in [mountpoint, catalogue] {
                    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                }
                chmod(directory.path, 0o755)
                try runChecked(["chown", "-R", "65534:65534", store.directory.path, mountpoint.path, catalogue.path])
                defer { MountedVolume.unmount(mountpoint) }
                let options = "catalogue=\(catalogue.path)/kept,metadata=none"
                try runChecked(
                    OtherUser.command
                        + [MountedStore.program.path, store.directory.path, mountpoint.path, "-o", options])
                let file = mountpoint.appending(path: "source.wav").path
                let isEqual = try runChecked(OtherUser.command + ["cat", file]).output == Data(expected)
                #expect(isEqual)
                let status = mountpoint.appending(path: ".zarrwlr/status.json").path
                let text = try runChecked(OtherUser.command + ["jq", "-c", ".confinement", status]).text
                #expect(text.contains("\"capabilities\":1"))
                #expect(text.contains("\"seccomp\":1"))
                #expect(FileManager.default.fileExists(atPath: "\(catalogue.path)/kept"))
            }
        }

        private struct ForegroundMount {
            let program: Process
            let processes: MountProcesses
            let mountpoint: URL
            let logFile: URL

            func log() throws -> String { try String(contentsOf: logFile, encoding: .utf8) }
        }

        /// Mounts a store without recordings, in the foreground, calls `body` once the mount answers, and unmounts in any case.
        private func withForegroundMount(_ body: (ForegroundMount) throws -> Void) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                let log = directory.appending(path: "log")
                try MountedVolume.withMountpoint { mountpoint in
                    let program = Process()
                    program.executableURL = MountedStore.program
                    program.arguments = [
                        store.directory.path, mountpoint.path, "-f", "-o", "catalogue=off,log=\(log.path)",
                    ]
                    try program.run()
                    defer {
                        kill(program.processIdentifier, SIGTERM)
                        program.waitUntilExit()
                        MountedVolume.unmount(mountpoint)
                    }
                    let path = mountpoint.appending(path: ".zarrwlr").path
                    try #require(eventually { access(path, F_OK) == 0 })
                    let processes = try #require(try MountProcesses(of: store.directory.path))
                    #expect(processes.monitor == program.processIdentifier)
                    try body(
                        ForegroundMount(program: program, processes: processes, mountpoint: mountpoint, logFile: log))
                }
            }
        }
    }
}
