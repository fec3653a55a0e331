import Foundation
import FuseBridge
import Recordings
import Support
import Synchronization
import TestSupport
import Testing
import VirtualFS

/// A volume that is mounted and served by this process.
///
/// For recordings that no store has: very long ones, and ones that fail at a given place.
enum MountedVolume {
    /// Mounts `recordings`, calls `body` with the mountpoint, and unmounts in any case.
    static func with(
        _ recordings: [Recording], threads: Int = 8, log: Log = .silent, _ body: (URL) throws -> Void
    ) throws {
        let volume = Volume(Catalogue(recordings: recordings, problems: []), log: log)
        try with(volume, threads: threads, log: log, body)
    }

    /// Mounts `volume`, calls `body` with the mountpoint, and unmounts in any case.
    static func with(
        _ volume: Volume, threads: Int = 8, log: Log = .silent, _ body: (URL) throws -> Void
    ) throws {
        try withMountpoint { mountpoint in
            var options = FuseSession.Options()
            options.mountOptions = ["ro", "fsname=synthetic", "subtype=zarrwlr"]
            options.maximumThreads = threads
            let settled = options
            let outcome = Outcome()
            let started = DispatchSemaphore(value: 0)
            let server = try WorkerThread(name: "mount") {
                do throws(FuseError) {
                    let mount = try FuseMount(at: mountpoint.path, options: settled, log: log)
                    let session = try FuseSession(
                        volume, on: mount.device, options: settled, log: log, onReady: { started.signal() })
                    try session.run(handlingSignals: false)
                } catch {
                    outcome.problem.withLock { $0 = "\(error)" }
                    started.signal()
                }
            }
            started.wait()
            let hasStarted = outcome.problem.withLock { $0 } == nil
            let result = Result { if hasStarted { try body(mountpoint) } }
            unmount(mountpoint)
            server.join()
            if let problem = outcome.problem.withLock({ $0 }) { Issue.record("the mount failed: \(problem)") }
            try result.get()
        }
    }

    private final class Outcome: Sendable {
        let problem = Mutex<String?>(nil)
    }

    /// Calls `body` with a new directory for a mount, and removes it afterwards.
    static func withMountpoint<T>(_ body: (URL) throws -> T) throws -> T {
        let mountpoint = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-mount-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: mountpoint, withIntermediateDirectories: true)
        // Not removeItem, which would delete the files of a mount that is still there.
        defer { rmdir(mountpoint.path) }
        return try body(mountpoint)
    }

    /// Unmounts whatever is mounted at `mountpoint`, if anything.
    static func unmount(_ mountpoint: URL) {
        guard isMounted(mountpoint) else { return }
        if (try? run("fusermount3", "-u", mountpoint.path))?.status != 0 {
            _ = try? run("fusermount3", "-uz", mountpoint.path)
        }
    }

    /// Whether the system lists a mount at `mountpoint`.
    static func isMounted(_ mountpoint: URL) -> Bool {
        let list = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        return list.contains(" \(mountpoint.path) ")
    }
}
