import Glibc
import Recordings
import Support
import SyntheticRecordings
import Testing
import WaveFile

@testable import VirtualFS

struct ClipTests {
    private let samples = SyntheticSamples(seed: 9)

    private func recording(_ path: String = "night/0", source: String = "a.flac", count: UInt64 = 48_000) -> Recording {
        .synthetic(
            path, source: source, sampleCount: count, start: Timestamp(iso8601: "2024-09-03T21:00:00+02:00"),
            samples: samples)
    }

    private func options(_ views: String) throws -> VolumeOptions {
        var options = VolumeOptions()
        options.views = try ViewSelection(views)
        return options
    }

    @Test func `a clip is a WAV file of its range, with the time at which that begins`() throws {
        let volume = Volume([recording()])
        for (name, range) in [
            ("a.wav@0.25-0.5.wav", 12_000..<24_000), ("a.wav@00:00:00.25+0.25s.wav", 12_000..<24_000),
            ("a.wav@s0-48000.wav", 0..<48_000), ("a.wav@s7-8.wav", 7..<8),
        ] as [(String, Range<UInt64>)] {
            let contents = try volume.contents(at: "night/\(name)")
            let layout = try #require(
                try WaveExcerpt(of: recording().facts, samples: range)?.layout(of: recording()))
            let expected = layout.head + samples.bytes(range.lowerBound * 2..<range.upperBound * 2) + layout.tail
            #expect(contents == expected, "\(name)")
            let attributes = try volume.attributes(at: "night/\(name)")
            #expect(attributes.size == UInt64(expected.count))
            #expect(!attributes.isDirectory)
        }
        #expect(
            try "\(volume.attributes(at: "night/a.wav@0.25-0.5.wav").modified)" == "2024-09-03T21:00:00.25+02:00")
    }

    @Test func `a name that is no clip of a recording in the directory does not exist`() throws {
        let volume = Volume([recording(), recording("0", source: "top.flac")])
        for name in [
            "a.wav@1-2.wav", "a.wav@0.5-0.5.wav", "a.wav@x.wav", "a.wav@0.1-0.2.flac", "b.wav@0.1-0.2.wav",
            "top.wav@0.1-0.2.wav", "a.wav@0.1-0.2.wav@0-0.01.wav",
        ] {
            #expect(errno { try volume.attributes(at: "night/\(name)") } == ENOENT, "\(name)")
        }
        #expect(errno { try volume.attributes(at: "night@0.1-0.2.wav") } == ENOENT)
        #expect(errno { try volume.attributes(at: ".zarrwlr/metrics@0.1-0.2.wav") } == ENOENT)
        #expect(volume.unlistedCount == 0)
    }

    @Test func `clips are listed nowhere`() throws {
        let volume = Volume([recording()])
        _ = try volume.attributes(at: "night/a.wav@0.25-0.5.wav")
        #expect(try volume.names(at: "night") == [".", "..", "a.wav"])
    }

    @Test func `a clip of a recording whose name looks like a clip's is one of that recording`() throws {
        let volume = Volume([
            recording("night/0", source: "a.wav@0.1-0.2.wav", count: 10_000), recording("night/1", source: "a.wav"),
        ])
        #expect(try volume.attributes(at: "night/a.wav@0.1-0.2.wav").size > 20_000)
        #expect(try volume.contents(at: "night/a.wav@0.1-0.2.wav@s5-6.wav").suffix(2) == samples.bytes(10..<12)[...])
        #expect(try volume.contents(at: "night/a.wav@0.1-0.20.wav").suffix(2) == samples.bytes(19_198..<19_200)[...])
    }

    @Test func `a clip has the same inode by all its names and in every mount, and no other file has it`() throws {
        let one = Volume([recording()])
        let two = Volume([recording(), recording("night/1", source: "other.flac"), recording("0")])
        let inode = try one.attributes(at: "night/a.wav@0.25-0.5.wav").inode
        #expect(try one.attributes(at: "night/a.wav@s12000-24000.wav").inode == inode)
        #expect(try one.attributes(at: "night/a.wav@0.25+250ms.wav").inode == inode)
        #expect(try two.attributes(at: "night/a.wav@0.25-0.5.wav").inode == inode)
        var inodes: Set<Inode> = []
        for end in 1...2_000 { inodes.insert(try two.attributes(at: "night/a.wav@s0-\(end).wav").inode) }
        for path in ["", "night", "night/a.wav", "night/other.wav", "a.wav", ".zarrwlr", "a.wav@s0-1.wav"] {
            inodes.insert(try two.attributes(at: path).inode)
        }
        #expect(inodes.count == 2_007)
    }

    @Test func `a clip is kept until all of its look-ups are forgotten, and an open one can be read after that`() throws
    {
        let volume = Volume([recording()])
        let inode = try volume.attributes(at: "night/a.wav@0.25-0.5.wav").inode
        _ = try volume.attributes(at: "night/a.wav@s12000-24000.wav")
        let handle = try volume.open(inode)
        #expect(volume.unlistedCount == 1)
        volume.forget(inode, count: 1)
        #expect(try volume.attributes(of: inode).size == 24_044)
        volume.forget(inode, count: 1)
        #expect(volume.unlistedCount == 0)
        #expect(errno { try volume.attributes(of: inode) } == ESTALE)
        #expect(try volume.read(handle, offset: 0, size: 4).flatMap { Array($0.bytes) } == Array("RIFF".utf8))
        try volume.release(handle)
    }

    @Test func `forgetting a listed file changes nothing`() throws {
        let volume = Volume([recording()])
        let inode = try volume.attributes(at: "night/a.wav").inode
        volume.forget(inode, count: 100)
        volume.forget(.root, count: .max)
        #expect(try volume.attributes(of: inode).size > 96_000)
    }

    @Test func `a hundred thousand clips that are opened and forgotten leave nothing behind`() throws {
        let volume = Volume([recording(count: 1_000_000)])
        let folder = try volume.attributes(at: "night").inode
        for first in 0..<100_000 {
            let inode = try volume.lookup(Array("a.wav@s\(first)-\(first + 7).wav".utf8), in: folder).inode
            volume.forget(inode, count: 1)
        }
        #expect(volume.unlistedCount == 0)
    }

    @Test func `there are clips unless the user turns them off`() throws {
        for (views, isThere) in [("none", false), ("none:clips", true), ("by-date", true), ("all", true)] {
            let volume = Volume([recording()], options: try options(views))
            let code = errno { try volume.attributes(at: "night/a.wav@0.1-0.2.wav") }
            #expect(code == (isThere ? 0 : ENOENT), "\(views)")
        }
    }

    @Test func `every view that has a recording has its clips, with the same samples for the same times`() throws {
        let volume = Volume([recording()], options: try options("all"))
        var inodes: Set<Inode> = []
        for path in ["night", "x10/night", "by-date/2024/2024-09-03"] {
            let contents = try volume.contents(at: "\(path)/a.wav@0.25-0.5.wav")
            #expect(contents.suffix(24_000) == samples.bytes(24_000..<48_000)[...])
            inodes.insert(try volume.attributes(at: "\(path)/a.wav@0.25-0.5.wav").inode)
        }
        #expect(inodes.count == 3)
        #expect(errno { try volume.attributes(at: "parts/night/a/a_000.wav@0.1-0.2.wav") } == ENOENT)
    }
}
