import Glibc
import Recordings
import Support
import SyntheticRecordings
import Testing

@testable import VirtualFS

@Suite struct `The attributes of a file` {
    @Test(arguments: [
        (UInt64(0), UInt64(44), UInt64(1)), (234, 512, 1), (235, 514, 2), (3_000_000_000, 6_000_000_080, 11_718_751),
    ])
    func `have its exact size and blocks`(samples: UInt64, size: UInt64, blocks: UInt64) throws {
        let volume = Volume([.synthetic("0", source: "a.flac", sampleCount: samples)])
        let attributes = try volume.attributes(at: "a.wav")
        #expect(attributes.size == size)
        #expect(attributes.blockCount == blocks)
        #expect(attributes.linkCount == 1)
    }

    @Test func `have the start of the recording as their time, else the store's`() throws {
        let start = Timestamp(seconds: 5_000, nanoseconds: 7)
        let volume = Volume([
            .synthetic("0", source: "a", start: start, modified: Timestamp(seconds: 9_000)),
            .synthetic("1", source: "b", modified: Timestamp(seconds: 3_000)),
        ])
        #expect(try volume.attributes(at: "a.wav").modified == start)
        #expect(try volume.attributes(at: "b.wav").modified == Timestamp(seconds: 3_000))
    }

    @Test func `of the root, and of what the volume adds, have the time that it was told`() throws {
        var options = VolumeOptions()
        options.modified = Timestamp(seconds: 77)
        let volume = Volume([.synthetic("0", source: "x", modified: Timestamp(seconds: 100))], options: options)
        #expect(try volume.attributes(of: .root).modified == Timestamp(seconds: 77))
        #expect(try volume.attributes(at: ".zarrwlr").modified == Timestamp(seconds: 77))
        #expect(try volume.attributes(at: ".zarrwlr/recordings.csv").modified == Timestamp(seconds: 77))
    }

    @Test func `say of a directory that its directories are not counted`() throws {
        let volume = Volume([.synthetic("a/x/0", source: "1"), .synthetic("a/0", source: "1")])
        #expect(try volume.attributes(of: .root).linkCount == 1)
        #expect(try volume.attributes(at: "a").linkCount == 1)
    }

    @Test func `have owner, group and umask as told`() throws {
        var options = VolumeOptions()
        options.owner = 12
        options.ownerGroup = 34
        options.umask = 0o027
        let volume = Volume([.synthetic("0", source: "a")], options: options)
        let file = try volume.attributes(at: "a.wav")
        #expect((file.owner, file.group) == (12, 34))
        #expect(file.permissions == 0o440)
        #expect(try volume.attributes(of: .root).permissions == 0o550)
    }

    @Test func `have the same inode in every mount, whatever else the store holds`() throws {
        let one = Volume([.synthetic("pond/0", source: "a")])
        let two = Volume([
            .synthetic("0", source: "b"), .synthetic("pond/0", source: "renamed"), .synthetic("pond/1", source: "a"),
        ])
        #expect(try one.attributes(at: "pond/a.wav").inode == two.attributes(at: "pond/renamed.wav").inode)
        #expect(try one.attributes(at: "pond").inode == two.attributes(at: "pond").inode)
        #expect(try one.attributes(at: ".zarrwlr").inode == two.attributes(at: ".zarrwlr").inode)
    }

    @Test func `have an inode of their own`() throws {
        let volume = Volume((0..<1_000).map { .synthetic("g/\($0)", source: "\($0)") })
        var inodes: Set<Inode> = [.root]
        try volume.forEachEntry(of: volume.attributes(at: "g").inode, from: 1) { entry in
            inodes.insert(entry.attributes.inode)
            return true
        }
        #expect(inodes.count == 1_001)
        #expect(inodes.allSatisfy { $0.rawValue > 0 && $0.rawValue <= Int64.max })
    }

    @Test func `of the whole say that all is used`() {
        let volume = Volume([.synthetic("0", source: "a", sampleCount: 4_096)])
        volume.learn()
        #expect(volume.statistics.byteCount > 8_192)
        #expect(volume.statistics.blockCount == 3)
        #expect(volume.statistics.fileCount == 7)
    }
}
