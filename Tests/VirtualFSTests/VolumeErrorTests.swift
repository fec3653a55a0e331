import Glibc
import Recordings
import Support
import SyntheticRecordings
import Testing

@testable import VirtualFS

@Suite struct `A volume refuses` {
    private let volume = Volume([.synthetic("pond/0", source: "a")])

    @Test func `names and inodes that are not there with ENOENT`() throws {
        #expect(errno { try volume.lookup(Array("b.wav".utf8), in: .root) } == ENOENT)
        #expect(errno { try volume.lookup([], in: .root) } == ENOENT)
        #expect(errno { try volume.lookup([0xFF, 0xFE], in: .root) } == ENOENT)
        for inode in [0, 2, UInt64.max] {
            #expect(errno { try volume.attributes(of: Inode(rawValue: inode)) } == ENOENT)
            #expect(errno { try volume.open(Inode(rawValue: inode)) } == ENOENT)
        }
    }

    @Test func `names over 255 bytes with ENAMETOOLONG`() {
        #expect(errno { try volume.lookup(Array(repeating: 0x6E, count: 255), in: .root) } == ENOENT)
        #expect(errno { try volume.lookup(Array(repeating: 0x6E, count: 256), in: .root) } == ENAMETOOLONG)
    }

    @Test func `a file as a directory with ENOTDIR`() throws {
        let file = try volume.attributes(at: "pond/a.wav").inode
        #expect(errno { try volume.lookup(Array("x".utf8), in: file) } == ENOTDIR)
        #expect(errno { try volume.openDirectory(file) } == ENOTDIR)
        #expect(errno { try volume.forEachEntry(of: file, from: 0) { _ in true } } == ENOTDIR)
    }

    @Test func `a directory as a file with EISDIR`() throws {
        #expect(errno { try volume.open(.root) } == EISDIR)
    }

    @Test func `writing with EROFS`() throws {
        let file = try volume.attributes(at: "pond/a.wav").inode
        #expect(errno { try volume.open(file, writing: true) } == EROFS)
        #expect(errno { try volume.checkAccess(to: file, writing: true, executing: false) } == EROFS)
        #expect(errno { try volume.checkAccess(to: .root, writing: true, executing: true) } == EROFS)
    }

    @Test func `running a recording with EACCES, but not entering a directory`() throws {
        let file = try volume.attributes(at: "pond/a.wav").inode
        #expect(errno { try volume.checkAccess(to: file, writing: false, executing: true) } == EACCES)
        #expect(errno { try volume.checkAccess(to: .root, writing: false, executing: true) } == 0)
        #expect(errno { try volume.checkAccess(to: file, writing: false, executing: false) } == 0)
    }

    @Test func `handles and attributes that are not there with EBADF and ENODATA`() throws {
        #expect(errno { try volume.read(99, offset: 0, size: 1) } == EBADF)
        #expect(errno { try volume.release(0) } == EBADF)
        #expect(errno { try volume.extendedAttribute("user.other", of: .root) } == ENODATA)
        #expect(errno { try volume.extendedAttribute("user.zarrwlr.other", of: .root) } == ENODATA)
    }

    @Test(arguments: ["security.selinux", "system.posix_acl_access", "trusted.user.zarrwlr.path", "user", ""])
    func `attributes of a kind that no file has with EOPNOTSUPP`(name: String) {
        #expect(errno { try volume.extendedAttribute(name, of: .root) } == EOPNOTSUPP)
    }

    @Test func `nothing of . and .., which are looked up for network exports`() throws {
        let pond = try volume.attributes(at: "pond").inode
        #expect(try volume.lookup(Array(".".utf8), in: pond).inode == pond)
        #expect(try volume.lookup(Array("..".utf8), in: pond).inode == .root)
        #expect(try volume.lookup(Array("..".utf8), in: .root).inode == .root)
    }
}
