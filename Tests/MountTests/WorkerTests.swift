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

        @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
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
