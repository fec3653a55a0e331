import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// The built program, with a store without recordings: these tests are about the beginning and the end of a mount.
    @Suite(.timeLimit(.minutes(3))) struct `The mount command` {
        @Test func `zarrwlr-mount returns once the mount answers, and fusermount3 -u ends it`() throws {
            try withStore { store in
                let mountpoint = try MountedStore.with(store) { mounted in
                    #expect(FileManager.default.fileExists(atPath: mounted.file(".zarrwlr/recordings.csv").path))
                    let process = try #require(try MountProcesses(of: store)?.monitor)
                    #expect(kill(process, 0) == 0)
                    try #expect(run("fusermount3", "-u", mounted.mountpoint.path).status == 0)
                    #expect(MountProcesses.hasEnded(process))
                    return mounted.mountpoint
                }
                #expect(!MountedVolume.isMounted(mountpoint))
            }
        }

        @Test func `a mount keeps what it learned at the path it is given, or nowhere`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                let blob = try MountedStore.fixture("coded/mono16.flac")
                try store.addRecording("0", codec: "flac", blob: blob)
                let cache = directory.appending(path: "cache")
                func kept() -> [String] {
                    (try? FileManager.default.subpathsOfDirectory(atPath: cache.path)) ?? []
                }
                let environment = ["XDG_CACHE_HOME": cache.path]
                func read(_ options: [String]) throws -> [UInt8] {
                    try MountedStore.with(store.directory.path, options, environment: environment) { mount in
                        // It is complete once everything was examined.
                        #expect(try mount.text(".zarrwlr/recordings.csv").contains("source.wav"))
                        return try mount.bytes("source.wav")
                    }
                }
                let bytes = try read(["-o", "catalogue=off"])
                #expect(kept().isEmpty)
                let file = directory.appending(path: "here.sqlite").path
                for _ in 0..<2 { #expect(try read(["-o", "catalogue=\(file)"]) == bytes) }
                #expect(FileManager.default.fileExists(atPath: file))
                #expect(kept().isEmpty)
                for _ in 0..<2 { #expect(try read([]) == bytes) }
                #expect(kept().contains { $0.hasPrefix("zarrwlr/s.zarr-") && $0.hasSuffix(".sqlite") })
            }
        }

        @Test func `a mount with noxattr has no extended attributes`() throws {
            try withStore { store in
                let attributes = try ExtendedAttributes()
                func size(_ options: [String]) throws -> (Int, Int32) {
                    try MountedStore.with(store, options) { mount in
                        errno = 0
                        return (attributes.get(mount.mountpoint.path, "user.zarrwlr.path", nil, 0), errno)
                    }
                }
                #expect(try size([]) == (1, 0))
                #expect(try size(["-o", "noxattr"]) == (-1, EOPNOTSUPP))
            }
        }

        @Test(arguments: [SIGTERM, SIGINT])
        func `a mount ends on SIGTERM and SIGINT`(signal: Int32) throws {
            try withStore { store in
                try MountedStore.with(store) { mounted in
                    let process = try #require(try MountProcesses(of: store)?.monitor)
                    #expect(kill(process, signal) == 0)
                    #expect(MountProcesses.hasEnded(process))
                    #expect(!MountedVolume.isMounted(mounted.mountpoint))
                }
            }
        }

        @Test func `a mount in the background has left its terminal and closed its output`() throws {
            try withStore { store in
                // `$(...)` returns only once no process holds the pipe any more.
                try MountedVolume.withMountpoint { mountpoint in
                    defer { MountedVolume.unmount(mountpoint) }
                    let program = MountedStore.program.path
                    let result = try run(
                        "sh", "-c", "x=$(\"$0\" \"$1\" \"$2\" 2>&1) && echo \"[$x]\"", program, store, mountpoint.path)
                    #expect(result.text == "[]")
                    let process = try #require(try MountProcesses(of: store)?.monitor)
                    #expect(getsid(process) == process)
                    try #expect(run("readlink", "/proc/\(process)/cwd").text == "/")
                }
            }
        }

        @Test func `a mount in the background keeps nothing open that its command inherited`() throws {
            try withStore { store in
                try MountedVolume.withMountpoint { mountpoint in
                    defer { MountedVolume.unmount(mountpoint) }
                    // The descriptors 5 and 9 are a file and the pipe; `$(...)` returns only when nothing holds the pipe any more.
                    let script = "x=$(\"$0\" \"$1\" \"$2\" 5<\"$0\" 9>&1) && echo \"[$x]\""
                    let result = try run("sh", "-c", script, MountedStore.program.path, store, mountpoint.path)
                    #expect(result.text == "[]")
                    let process = try #require(try MountProcesses(of: store)?.monitor)
                    let open = try run("find", "/proc/\(process)/fd", "-lname", "*/zarrwlr-mount")
                    #expect(open.status == 0)
                    #expect(open.text.isEmpty)
                }
            }
        }

        @Test func `zarrwlr-mount accepts relative paths`() throws {
            try withStore { store in
                try MountedVolume.withMountpoint { mountpoint in
                    defer { MountedVolume.unmount(mountpoint) }
                    let result = try run(
                        "sh", "-c", "cd \"$1\" && \"$0\" \"$2\" \"$3\"", MountedStore.program.path,
                        mountpoint.deletingLastPathComponent().path, store, mountpoint.lastPathComponent)
                    #expect(result.status == 0)
                    #expect(MountedVolume.isMounted(mountpoint))
                }
            }
        }

        @Test func `mount tables show the source and the type that options give`() throws {
            try withStore { store in
                try MountedStore.with(store) { mounted in
                    let shown = try run("findmnt", "-n", "-o", "SOURCE,FSTYPE", mounted.mountpoint.path).text
                    #expect(shown.split(separator: " ") == [store[...], "fuse.zarrwlr"])
                }
                try MountedStore.with(store, ["-o", "fsname=my\\,birds,subtype=wlr,noexec,umask=077,uid=3"]) {
                    mounted in
                    let shown = try run("findmnt", "-n", "-o", "SOURCE,FSTYPE,OPTIONS", mounted.mountpoint.path).text
                    #expect(shown.hasPrefix("my,birds fuse.wlr ro,"))
                    #expect(shown.contains("noexec"))
                    try #expect(run("stat", "-c", "%a %u", mounted.mountpoint.path).text == "700 3")
                }
            }
        }

        @Test(arguments: [
            "dev", "nodev", "suid", "nosuid", "exec", "noexec", "sync", "async", "dirsync", "noatime", "atime",
            "allow_other", "allow_root", "default_permissions", "auto_unmount", "ro",
        ])
        func `a store can be mounted with every option that has no value`(option: String) throws {
            try withStore { store in try MountedStore.with(store, ["-o", option]) { _ in } }
        }

        @Test func `a mountpoint that is in use is refused with advice`() throws {
            try withStore { store in
                try MountedStore.with(store) { mounted in
                    let path = mounted.mountpoint.path
                    let again = try run(MountedStore.program, [store, path])
                    #expect(again.status == 1)
                    #expect(
                        again.errors
                            == "zarrwlr-mount: cannot mount at \(path): busy, something is mounted there already\n")
                }
            }
        }

        @Test func `a mountpoint that was left by a killed mount is taken over, even if a file of it is open`() throws {
            try withStore { store in
                try MountedStore.with(store) { mounted in
                    let open = try FileHandle(forReadingFrom: mounted.file(".zarrwlr/metrics"))
                    let process = try #require(try MountProcesses(of: store)?.monitor)
                    #expect(kill(process, SIGKILL) == 0)
                    #expect(MountProcesses.hasEnded(process))
                    try #expect(run("ls", mounted.mountpoint.path).status == 2)
                    let again = try run(MountedStore.program, [store, mounted.mountpoint.path])
                    #expect(again.status == 0, "\(again.errors)")
                    try #expect(run("ls", "-a", mounted.mountpoint.path).text.contains(".zarrwlr"))
                    try open.close()
                }
            }
        }

        @Test func `zarrwlr-mount --unmount unmounts, and a mount whose process was killed, too`() throws {
            try withStore { store in
                for isKilled in [false, true] {
                    try MountedStore.with(store) { mounted in
                        let process = try #require(try MountProcesses(of: store)?.monitor)
                        if isKilled { kill(process, SIGKILL) } else { try Self.expectBusy(mounted) }
                        if isKilled { #expect(MountProcesses.hasEnded(process)) }
                        let result = try run(MountedStore.program, ["--unmount", mounted.mountpoint.path])
                        #expect(result.status == 0, "\(result.errors)")
                        #expect(!MountedVolume.isMounted(mounted.mountpoint))
                        #expect(MountProcesses.hasEnded(process))
                    }
                }
            }
        }

        private static func expectBusy(_ mounted: MountedStore) throws {
            let open = try FileHandle(forReadingFrom: mounted.file(".zarrwlr/metrics"))
            let path = mounted.mountpoint.path
            let result = try run(MountedStore.program, ["--unmount", path])
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("zarrwlr-mount: cannot unmount \(path): busy, a file in it is open"))
            try open.close()
        }

        @Test(.enabled(if: OtherUser.canMount, "needs root, setpriv and a /dev/fuse that is open to all"))
        func `a user other than root unmounts, and takes over what a killed mount has left`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr")).directory.path
                let mountpoint = directory.appending(path: "mnt")
                try FileManager.default.createDirectory(at: mountpoint, withIntermediateDirectories: true)
                chmod(directory.path, 0o755)
                try runChecked(["chown", "-R", "65534:65534", store, mountpoint.path])
                defer { MountedVolume.unmount(mountpoint) }
                let mount =
                    OtherUser.command + [
                        MountedStore.program.path, store, mountpoint.path, "-o", "catalogue=off",
                    ]
                try runChecked(mount)
                let process = try #require(try MountProcesses(of: store)?.monitor)
                kill(process, SIGKILL)
                #expect(MountProcesses.hasEnded(process))
                try runChecked(mount)
                try runChecked(OtherUser.command + [MountedStore.program.path, "--unmount", mountpoint.path])
                #expect(!MountedVolume.isMounted(mountpoint))
            }
        }

        @Test func `info finds the store and the recording behind a mounted file`() throws {
            try MountedStore.with { store in
                try store.addRecording("0", codec: "flac", blob: MountedStore.fixture("coded/mono16.flac"))
            } _: { mounted in
                try Self.expectInfo(of: mounted.file("source.wav").path)
                let root = try run(Imports.program, ["info", mounted.mountpoint.path])
                #expect(root.status == 2)
                #expect(
                    root.errors.hasSuffix(
                        ": is no recording in a mount of zarrwlr-mount; give a store and a recording: STORE RECORDING\n"
                    ))
            }
            try MountedStore.with(["-o", "noxattr"]) { store in
                try store.addRecording("0", codec: "flac", blob: MountedStore.fixture("coded/mono16.flac"))
            } _: { mounted in
                try Self.expectInfo(of: mounted.file("source.wav").path)
                let other = try run(Imports.program, ["info", "/etc/passwd"])
                #expect(other.status == 2)
                #expect(
                    other.errors == "zarrwlr info: /etc/passwd: is no recording in a mount of zarrwlr-mount; "
                        + "give a store and a recording: STORE RECORDING\n")
            }
        }

        private static func expectInfo(of file: String) throws {
            let result = try run(Imports.program, ["info", "--json", file])
            #expect(result.status == 0, "\(result.errors)")
            let info = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
            let recording = try #require(info["recording"] as? [String: Any])
            #expect(recording["path"] as? String == "0")
            #expect(recording["codec"] as? String == "flac")
        }

        @Test func `a mount with noreports has no .zarrwlr`() throws {
            try withStore { store in
                try MountedStore.with(store, ["-o", "noreports"]) { mounted in
                    try #expect(run("ls", "-A", mounted.mountpoint.path).text.isEmpty)
                    #expect(access(mounted.file(".zarrwlr").path, F_OK) != 0)
                }
            }
        }

        @Test func `the log goes to a file, and with -d it has every request`() throws {
            try withStore { store in
                try TestFiles.withTemporaryDirectory { scratch in
                    let log = scratch.appending(path: "mount.log")
                    try MountedStore.with(store, ["-o", "log=\(log.path)"]) { _ in }
                    let text = try String(contentsOf: log, encoding: .utf8)
                    #expect(text.contains("info: \(store) is mounted at"))
                    #expect(!text.contains("LOOKUP"))
                }
                try MountedVolume.withMountpoint { mountpoint in
                    let script = """
                        "$0" -d "$1" "$2" 2>&1 & process=$!
                        until [ -d "$2/.zarrwlr" ]; do sleep 0.05; done
                        fusermount3 -u "$2"; wait $process; echo "status $?"
                        """
                    let result = try run("sh", "-c", script, MountedStore.program.path, store, mountpoint.path)
                    #expect(result.text.contains("debug: unique: "))
                    #expect(result.text.contains("LOOKUP"))
                    #expect(result.text.hasSuffix("status 0"))
                }
            }
        }

        @Test(.enabled(if: OtherUser.canMount, "needs root, setpriv and a /dev/fuse that is open to all"))
        func `a user other than root can mount and read`() throws {
            try withStore { store in
                try TestFiles.withTemporaryDirectory { scratch in
                    let mountpoint = scratch.appending(path: "mnt")
                    try FileManager.default.createDirectory(at: mountpoint, withIntermediateDirectories: true)
                    chmod(scratch.path, 0o755)
                    let setpriv = URL(filePath: "/usr/bin/setpriv")
                    let asNobody = Array(OtherUser.command.dropFirst())
                    let command = asNobody + [MountedStore.program.path, store, mountpoint.path]
                    let refused = try run(setpriv, command)
                    #expect(refused.status == 1)
                    #expect(refused.errors.split(separator: "\n").count == 1)
                    chown(mountpoint.path, 65_534, 65_534)
                    let result = try run(setpriv, command)
                    #expect(result.status == 0, "\(result.errors)")
                    let listed = try run(setpriv, asNobody + ["/bin/ls", "-a", mountpoint.path])
                    #expect(listed.text.contains(".zarrwlr"))
                    try #expect(run(setpriv, asNobody + ["/usr/bin/fusermount3", "-u", mountpoint.path]).status == 0)
                }
            }
        }

        /// Calls `body` with the path of a store without recordings.
        private func withStore(_ body: (String) throws -> Void) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let metadata = #"{"zarr_format": 3, "node_type": "group", "attributes": {}}"#
                try Data(metadata.utf8).write(to: directory.appending(path: "zarr.json"))
                try body(directory.path)
            }
        }
    }
}
