import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// Properties of every mount, whatever the store and the options.
    @Suite(.timeLimit(.minutes(3))) struct `Promises of a mount` {
        private func write(_ store: TestStore) throws {
            let names = ["fixed.flac", "exact.aac", "noise.aac", "celt.opus", "silk.opus", "clicks.ogg"]
            for (number, name) in names.enumerated() {
                let suffix = name.split(separator: ".").last.map(String.init) ?? ""
                let codec = suffix == "ogg" ? "vorbis" : suffix
                try store.addRecording(
                    "\(number)", codec: codec, blob: MountedStore.fixture("recordings/\(name)"), fileName: name,
                    attributes: ["first_sample_time_stamp": "2025-06-18T05:00:00\(number == 0 ? "" : "+02:00")"])
            }
        }

        @Test func `files have the same bytes with any mount options`() throws {
            let options = [[], ["-s"], ["-o", "cache_mb=0"], ["-o", "cache_mb=1,max_threads=2,uid=5,umask=077"]]
            let sums = try options.map { options in
                try MountedStore.with(options, write: write) { mount in
                    try run("sh", "-c", "cd \"$0\" && sha256sum *.wav", mount.mountpoint.path).text
                }
            }
            #expect(sums[0].split(separator: "\n").count == 6)
            for other in sums.dropFirst() { #expect(other == sums[0]) }
        }

        @Test func `sizes are exact before the first read, and stay the same`() throws {
            try MountedStore.with(write: write) { mount in
                func sizes() throws -> String {
                    try run("sh", "-c", "cd \"$0\" && stat -c '%n %s' *.wav", mount.mountpoint.path).text
                }
                let before = try sizes()
                #expect(before.split(separator: "\n").count == 6)
                let counts = try run(
                    "sh", "-c", "cd \"$0\" && for f in *.wav; do echo $f $(cat $f | wc -c); done", mount.mountpoint.path
                )
                #expect(counts.text == before)
                try #expect(sizes() == before)
            }
        }

        @Test func `mounting and reading do not change the store`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                try write(store)
                func state() throws -> String {
                    try run(
                        "sh", "-c",
                        "cd \"$0\" && find . -printf '%p %s %T@ %C@\\n' | sort; find . -type f | sort | xargs sha256sum",
                        store.directory.path
                    ).text
                }
                let before = try state()
                try MountedStore.with(store.directory.path) { mount in
                    _ = try runChecked(["sh", "-c", "cat \"$0\"/*.wav >/dev/null", mount.mountpoint.path])
                }
                try #expect(state() == before)
            }
        }

        @Test func `file times are the start of the recording, in UTC if the store names no zone`() throws {
            try MountedStore.with(write: write) { mount in
                func times(_ name: String) throws -> String {
                    try run("stat", "-c", "%X %Y %Z", mount.file(name).path).text
                }
                try #expect(times("fixed.wav") == "1750222800 1750222800 1750222800")
                try #expect(times("noise.wav") == "1750215600 1750215600 1750215600")
            }
        }

        @Test func `owner, group and mode of files follow uid, gid and umask`() throws {
            try MountedStore.with(["-o", "uid=1000,gid=1001,umask=027"], write: write) { mount in
                try #expect(run("stat", "-c", "%u %g %a", mount.file("fixed.wav").path).text == "1000 1001 640")
                try #expect(run("stat", "-c", "%u %g %a", mount.mountpoint.path).text == "1000 1001 750")
            }
            try MountedStore.with(write: write) { mount in
                try #expect(
                    run("stat", "-c", "%u %g %a", mount.file("fixed.wav").path).text == "\(getuid()) \(getgid()) 644")
            }
        }

        @Test func `system calls on an open file answer as on a read-only disk`() throws {
            try MountedStore.with(write: write) { mount in
                let path = mount.file("fixed.wav").path
                let descriptor = open(path, O_RDONLY)
                defer { close(descriptor) }
                #expect(fsync(descriptor) == 0)
                #expect(flock(descriptor, LOCK_SH | LOCK_NB) == 0)
                #expect(flock(descriptor, LOCK_UN) == 0)
                #expect(posix_fadvise(descriptor, 0, 0, POSIX_FADV_WILLNEED) == 0)
                var byte: UInt8 = 0
                #expect(code(Glibc.write(descriptor, &byte, 1)) == EBADF)
                #expect(code(pread(descriptor, &byte, 1, -1)) == EINVAL)
                #expect(code(ftruncate(descriptor, 0)) == EINVAL)
                #expect(code(open(path, O_RDONLY | O_DIRECTORY)) == ENOTDIR)
                #expect(code(open(path, O_CREAT | O_EXCL | O_RDONLY, 0o600)) == EEXIST)
                #expect(mmap(nil, 100, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) == MAP_FAILED)
                #expect(errno == EACCES)
                try #expect(run("sh", "-c", "exec \"$0\"", path).status == 126)
            }
        }

        @Test func `an open file prevents unmounting, but not the end by a signal`() throws {
            try MountedStore.with(write: write) { mount in
                let descriptor = open(mount.file("celt.wav").path, O_RDONLY)
                defer { close(descriptor) }
                let refused = try run("fusermount3", "-u", mount.mountpoint.path)
                #expect(refused.status == 1)
                #expect(refused.errors.contains("busy"))
                var bytes = [UInt8](repeating: 0, count: 4)
                #expect(pread(descriptor, &bytes, 4, 0) == 4)

                let processes = try #require(try MountProcesses(matching: " \(mount.mountpoint.path)$"))
                #expect(kill(processes.monitor, SIGTERM) == 0)
                #expect(eventually { !MountedVolume.isMounted(mount.mountpoint) })
                // No process is left to serve what is not in the page cache.
                #expect(code(pread(descriptor, &bytes, 4, 1_000_000)) == ENOTCONN)
            }
        }

        /// The errno of a system call that failed; 0 if it did not.
        private func code(_ result: @autoclosure () -> some FixedWidthInteger) -> Int32 {
            errno = 0
            return result() < 0 ? errno : 0
        }
    }
}
