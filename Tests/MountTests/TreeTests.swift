import Foundation
import Glibc
import Recordings
import Support
import SyntheticRecordings
import TestSupport
import Testing

extension Mounts {
    @Suite(.timeLimit(.minutes(3))) struct `A mounted tree` {
        private let recordings: [Recording] = [
            .synthetic("0", source: "top.flac", start: Timestamp(iso8601: "2025-06-18T05:00:00.25Z"), sum: "abc"),
            .synthetic("pond/mono/0", source: "a.opus"), .synthetic("pond/mono/4", source: "a.opus"),
        ]

        @Test func `find lists every file and directory of a mount`() throws {
            try MountedVolume.with(recordings) { mountpoint in
                let found = try run("find", mountpoint.path, "-mindepth", "1", "-printf", "%P\n").text
                #expect(
                    found.split(separator: "\n").sorted() == [
                        ".zarrwlr", ".zarrwlr/index.html", ".zarrwlr/metrics", ".zarrwlr/problems.txt",
                        ".zarrwlr/recordings.csv",
                        ".zarrwlr/status.json", "pond", "pond/mono", "pond/mono/a.wav", "pond/mono/a~4.wav", "top.wav",
                    ])
                let table = try String(
                    contentsOf: mountpoint.appending(path: ".zarrwlr/recordings.csv"), encoding: .utf8)
                #expect(table.split(separator: "\n").count == 4)
            }
        }

        @Test func `ls lists all of five thousand files, with and without their attributes`() throws {
            let many = (0..<5_000).map { Recording.synthetic("\($0)", source: "a recording with number \($0).flac") }
            try MountedVolume.with(many) { mountpoint in
                for _ in 0..<2 {
                    try #expect(run("ls", mountpoint.path).text.split(separator: "\n").count == 5_000)
                    try #expect(run("ls", "-l", mountpoint.path).text.split(separator: "\n").count == 5_001)
                }
            }
        }

        @Test func `stat shows the attributes of files and directories`() throws {
            try MountedVolume.with(recordings) { mountpoint in
                let file = mountpoint.appending(path: "top.wav").path
                #expect(
                    try run("stat", "-c", "%F %a %s %b %h %u %g %.9Y", file).text
                        == "regular file 644 2044 4 1 0 0 1750222800.250000000")
                try #expect(run("stat", "-c", "%F %a %h", mountpoint.path).text == "directory 755 1")
                try #expect(run("stat", "-f", "-c", "%f %d %l", mountpoint.path).text == "0 0 255")
            }
        }

        @Test func `inodes are the same in the next mount`() throws {
            var found: [String] = []
            for _ in 0..<2 {
                try MountedVolume.with(recordings) { mountpoint in
                    found.append(try run("find", mountpoint.path, "-printf", "%P %i\n").text)
                }
            }
            #expect(found.count == 2)
            #expect(found.first == found.last)
        }

        @Test func `recordings have extended attributes`() throws {
            let attributes = try ExtendedAttributes()
            try MountedVolume.with(recordings) { mountpoint in
                let file = mountpoint.appending(path: "top.wav").path
                var value = [UInt8](repeating: 0, count: 100)
                #expect(attributes.get(file, "user.zarrwlr.sha256", &value, 100) == 3)
                #expect(Array(value.prefix(3)) == Array("abc".utf8))
                #expect(attributes.get(file, "user.zarrwlr.sha256", nil, 0) == 3)
                #expect(code { attributes.get(file, "user.zarrwlr.sha256", &value, 2) } == ERANGE)
                #expect(code { attributes.get(file, "user.other", &value, 100) } == ENODATA)
                #expect(code { attributes.get(file, "system.posix_acl_access", &value, 100) } == EOPNOTSUPP)
                let count = attributes.list(file, nil, 0)
                var names = [CChar](repeating: 0, count: 200)
                #expect(attributes.list(file, &names, 200) == count)
                let listed = names.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }.split(separator: 0)
                #expect(listed.contains { $0.elementsEqual("user.zarrwlr.path".utf8) })
            }
        }

        @Test func `every call that would write is refused with EROFS`() throws {
            let attributes = try ExtendedAttributes()
            try MountedVolume.with(recordings) { mountpoint in
                let file = mountpoint.appending(path: "top.wav").path
                let other = mountpoint.appending(path: "new").path
                let directory = mountpoint.appending(path: "pond").path
                #expect(code { open(file, O_WRONLY) } == EROFS)
                #expect(code { open(file, O_RDWR) } == EROFS)
                #expect(code { open(file, O_RDONLY | O_TRUNC) } == EROFS)
                #expect(code { open(other, O_CREAT | O_WRONLY, 0o644) } == EROFS)
                #expect(code { truncate(file, 0) } == EROFS)
                #expect(code { chmod(file, 0o644) } == EROFS)
                #expect(code { chown(file, 1, 1) } == EROFS)
                #expect(code { utimensat(AT_FDCWD, file, nil, 0) } == EROFS)
                #expect(code { mkdir(other, 0o755) } == EROFS)
                #expect(code { rmdir(directory) } == EROFS)
                #expect(code { unlink(file) } == EROFS)
                #expect(code { rename(file, other) } == EROFS)
                #expect(code { link(file, other) } == EROFS)
                #expect(code { symlink("x", other) } == EROFS)
                #expect(code { mkfifo(other, 0o644) } == EROFS)
                #expect(code { attributes.set(file, "user.x", "1", 1, 0) } == EROFS)
                #expect(code { attributes.remove(file, "user.zarrwlr.path") } == EROFS)
                #expect(code { access(file, W_OK) } == EROFS)
                #expect(code { access(file, X_OK) } == EACCES)
                #expect(access(file, R_OK) == 0)
                #expect(access(directory, R_OK | X_OK) == 0)
            }
        }

        @Test func `invalid calls are refused, each with its errno`() throws {
            try MountedVolume.with(recordings) { mountpoint in
                let file = mountpoint.appending(path: "top.wav").path
                var status = stat()
                #expect(code { stat("\(file)/x", &status) } == ENOTDIR)
                #expect(code { stat("\(mountpoint.path)/absent", &status) } == ENOENT)
                #expect(
                    code { stat("\(mountpoint.path)/\(String(repeating: "n", count: 256))", &status) } == ENAMETOOLONG)
                #expect(code { open(mountpoint.path, O_WRONLY | O_DIRECTORY) } == EISDIR)
                var target = [CChar](repeating: 0, count: 10)
                #expect(code { readlink(file, &target, 10) } == EINVAL)
                let descriptor = open(file, O_RDONLY)
                defer { close(descriptor) }
                #expect(code { tcgetpgrp(descriptor) } == ENOTTY)
                let directory = open(mountpoint.path, O_RDONLY)
                defer { close(directory) }
                #expect(code { read(directory, &target, 10) } == EISDIR)
            }
        }

        @Test func `open files can be read after a lazy unmount`() throws {
            try MountedVolume.with(recordings) { mountpoint in
                let descriptor = open(mountpoint.appending(path: "top.wav").path, O_RDONLY)
                defer { close(descriptor) }
                try #expect(run("fusermount3", "-uz", mountpoint.path).status == 0)
                var bytes = [UInt8](repeating: 0, count: 4)
                #expect(pread(descriptor, &bytes, 4, 0) == 4)
                #expect(bytes == Array("RIFF".utf8))
            }
        }

        /// The errno of a system call that fails; 0 if it does not.
        private func code(_ call: () -> some FixedWidthInteger) -> Int32 {
            errno = 0
            return call() < 0 ? errno : 0
        }
    }
}
