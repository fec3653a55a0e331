import Glibc
import Recordings
import Support
import SyntheticRecordings
import Testing

@testable import VirtualFS

struct VolumeAttributesTests {
    @Test(arguments: [
        (UInt64(0), UInt64(44), UInt64(1)), (234, 512, 1), (235, 514, 2), (3_000_000_000, 6_000_000_080, 11_718_751),
    ])
    func `attributes have the exact size and blocks of a file`(samples: UInt64, size: UInt64, blocks: UInt64) throws {
        let volume = Volume([.synthetic("0", source: "a.flac", sampleCount: samples)])
        let attributes = try volume.attributes(at: "a.wav")
        #expect(attributes.size == size)
        #expect(attributes.blockCount == blocks)
        #expect(attributes.linkCount == 1)
    }

    @Test func `a file has the time at which its recording began, or else its source's, or else the store's`() throws {
        let start = Timestamp(seconds: 5_000, nanoseconds: 7)
        let volume = Volume([
            .synthetic(
                "0", source: "a", start: start, sourceModified: Timestamp(seconds: 8_000),
                modified: Timestamp(seconds: 9_000)),
            .synthetic("1", source: "b", modified: Timestamp(seconds: 3_000)),
            .synthetic(
                "2", source: "c", sourceModified: Timestamp(seconds: 2_000, nanoseconds: 1),
                modified: Timestamp(seconds: 3_000)),
        ])
        #expect(try volume.attributes(at: "a.wav").modified == start)
        #expect(try volume.attributes(at: "b.wav").modified == Timestamp(seconds: 3_000))
        #expect(try volume.attributes(at: "c.wav").modified == Timestamp(seconds: 2_000, nanoseconds: 1))
    }

    @Test func `the root and what a volume adds have the time that the volume is given`() throws {
        var options = VolumeOptions()
        options.modified = Timestamp(seconds: 77)
        let volume = Volume([.synthetic("0", source: "x", modified: Timestamp(seconds: 100))], options: options)
        #expect(try volume.attributes(of: .root).modified == Timestamp(seconds: 77))
        #expect(try volume.attributes(at: ".zarrwlr").modified == Timestamp(seconds: 77))
        #expect(try volume.attributes(at: ".zarrwlr/recordings.csv").modified == Timestamp(seconds: 77))
    }

    @Test func `a directory has one link, which says that the directories in it are not counted`() throws {
        let volume = Volume([.synthetic("a/x/0", source: "1"), .synthetic("a/0", source: "1")])
        #expect(try volume.attributes(of: .root).linkCount == 1)
        #expect(try volume.attributes(at: "a").linkCount == 1)
    }

    @Test func `attributes have the owner, the group and the umask that the volume is given`() throws {
        var options = VolumeOptions()
        options.owner = 12
        options.ownerGroup = 34
        options.umask = 0o027
        let volume = Volume([.synthetic("0", source: "a")], options: options)
        let file = try volume.attributes(at: "a.wav")
        #expect((file.owner, file.group) == (12, 34))
        #expect(file.permissions == 0o640)
        #expect(try volume.attributes(of: .root).permissions == 0o750)
    }

    @Test func `an inode is the same in every mount, whatever else the store holds`() throws {
        let one = Volume([.synthetic("pond/0", source: "a")])
        let two = Volume([
            .synthetic("0", source: "b"), .synthetic("pond/0", source: "renamed"), .synthetic("pond/1", source: "a"),
        ])
        #expect(try one.attributes(at: "pond/a.wav").inode == two.attributes(at: "pond/renamed.wav").inode)
        #expect(try one.attributes(at: "pond").inode == two.attributes(at: "pond").inode)
        #expect(try one.attributes(at: ".zarrwlr").inode == two.attributes(at: ".zarrwlr").inode)
    }

    @Test func `no two files have the same inode`() throws {
        let volume = Volume((0..<1_000).map { .synthetic("g/\($0)", source: "\($0)") })
        var inodes: Set<Inode> = [.root]
        try volume.forEachEntry(of: volume.attributes(at: "g").inode, from: 1) { entry in
            inodes.insert(entry.attributes.inode)
            return true
        }
        #expect(inodes.count == 1_001)
        #expect(inodes.allSatisfy { $0.rawValue > 0 && $0.rawValue <= Int64.max })
    }

    @Test func `the statistics of a volume say that all of it is used`() {
        let volume = Volume([.synthetic("0", source: "a", sampleCount: 4_096)])
        volume.learn()
        #expect(volume.statistics.byteCount > 8_192)
        #expect(volume.statistics.blockCount == 3)
        #expect(volume.statistics.fileCount == 8)
    }
}
