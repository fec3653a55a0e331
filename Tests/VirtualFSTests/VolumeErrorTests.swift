import Glibc
import Recordings
import Support
import SyntheticRecordings
import TestSupport
import Testing

@testable import VirtualFS

struct VolumeErrorTests {
    private let volume = Volume([.synthetic("pond/0", source: "a")])

    @Test func `a name that does not exist is ENOENT, and an inode ESTALE`() throws {
        #expect(errno { try volume.lookup(Array("b.wav".utf8), in: .root) } == ENOENT)
        #expect(errno { try volume.lookup([], in: .root) } == ENOENT)
        #expect(errno { try volume.lookup([0xFF, 0xFE], in: .root) } == ENOENT)
        for inode in [0, 2, UInt64.max] {
            #expect(errno { try volume.attributes(of: Inode(rawValue: inode)) } == ESTALE)
            #expect(errno { try volume.open(Inode(rawValue: inode)) } == ESTALE)
        }
    }

    @Test func `a name over 255 bytes is ENAMETOOLONG`() {
        #expect(errno { try volume.lookup(Array(repeating: 0x6E, count: 255), in: .root) } == ENOENT)
        #expect(errno { try volume.lookup(Array(repeating: 0x6E, count: 256), in: .root) } == ENAMETOOLONG)
    }

    @Test func `a file used as a directory is ENOTDIR`() throws {
        let file = try volume.attributes(at: "pond/a.wav").inode
        #expect(errno { try volume.lookup(Array("x".utf8), in: file) } == ENOTDIR)
        #expect(errno { _ = try volume.openDirectory(file) } == ENOTDIR)
        #expect(errno { try volume.forEachEntry(of: file, from: 0) { _ in true } } == ENOTDIR)
    }

    @Test func `a directory opened as a file is EISDIR`() throws {
        #expect(errno { try volume.open(.root) } == EISDIR)
    }

    @Test func `writing is EROFS`() throws {
        let file = try volume.attributes(at: "pond/a.wav").inode
        #expect(errno { try volume.open(file, writing: true) } == EROFS)
        #expect(errno { try volume.checkAccess(to: file, writing: true, executing: false) } == EROFS)
        #expect(errno { try volume.checkAccess(to: .root, writing: true, executing: true) } == EROFS)
    }

    @Test func `running a recording is EACCES, and entering a directory is allowed`() throws {
        let file = try volume.attributes(at: "pond/a.wav").inode
        #expect(errno { try volume.checkAccess(to: file, writing: false, executing: true) } == EACCES)
        #expect(errno { try volume.checkAccess(to: .root, writing: false, executing: true) } == 0)
        #expect(errno { try volume.checkAccess(to: file, writing: false, executing: false) } == 0)
    }

    @Test func `a read that nobody waits for is EINTR, and the log says nothing of it`() throws {
        struct Interrupted: SampleReading {
            func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
                throw RecordingError("is not decoded to its end", recording: "pond/0", cause: Cancelled())
            }
        }
        let lines = KeptLines()
        let volume = Volume(
            Catalogue(recordings: [.synthetic("pond/0", source: "a", samples: Interrupted())], problems: []),
            log: lines.log)
        let handle = try volume.open(volume.attributes(at: "pond/a.wav").inode)
        #expect(errno { try volume.read(handle, offset: 44, size: 100) } == EINTR)
        #expect(lines.all.isEmpty)
    }

    @Test func `a handle that does not exist is EBADF, and an attribute that does not exist is ENODATA`() throws {
        #expect(errno { try volume.read(99, offset: 0, size: 1) } == EBADF)
        #expect(errno { try volume.release(0) } == EBADF)
        #expect(errno { try volume.extendedAttribute("user.other", of: .root) } == ENODATA)
        #expect(errno { try volume.extendedAttribute("user.zarrwlr.other", of: .root) } == ENODATA)
    }

    @Test(arguments: ["security.selinux", "system.posix_acl_access", "trusted.user.zarrwlr.path", "user", ""])
    func `an attribute of a namespace that no file has is EOPNOTSUPP`(name: String) {
        #expect(errno { try volume.extendedAttribute(name, of: .root) } == EOPNOTSUPP)
    }

    @Test func `. and .. can be looked up, as network exports do`() throws {
        let pond = try volume.attributes(at: "pond").inode
        #expect(try volume.lookup(Array(".".utf8), in: pond).inode == pond)
        #expect(try volume.lookup(Array("..".utf8), in: pond).inode == .root)
        #expect(try volume.lookup(Array("..".utf8), in: .root).inode == .root)
    }
}
