import Glibc
import Recordings
import Support
import SyntheticRecordings
import Testing

@testable import VirtualFS

struct VolumeTreeTests {
    @Test func `every group is a directory, and names have a fixed order`() throws {
        let volume = Volume([
            .synthetic("0", source: "top.flac"), .synthetic("pond/mono/0", source: "z.flac"),
            .synthetic("pond/mono/1", source: "a.flac"), .synthetic("pond/stereo/0", source: "z.flac"),
        ])
        #expect(try volume.names() == [".", "..", "pond", "top.wav"])
        #expect(try volume.names(at: "pond") == [".", "..", "mono", "stereo"])
        #expect(try volume.names(at: "pond/mono") == [".", "..", "a.wav", "z.wav"])
        #expect(
            try volume.names(at: ".zarrwlr")
                == [".", "..", "index.html", "metrics", "problems.txt", "recordings.csv", "status.json"])
        volume.learn()
        #expect(volume.counts.learned == 4)
    }

    @Test func `whoever lists a directory has no group listed in it`() throws {
        let volume = Volume([.synthetic("0", source: "top.flac"), .synthetic("pond/mono/0", source: "z.flac")])
        #expect(try volume.names() == [".", "..", "pond", "top.wav"])
        #expect(volume.counts.groups == 1)
        _ = try volume.attributes(at: "pond")
        #expect(volume.counts.groups == 1)
        #expect(try volume.names(at: "pond") == [".", "..", "mono"])
        #expect(volume.counts.groups == 2)
    }

    @Test func `the root of an empty store has the views only`() throws {
        let volume = Volume([])
        for view in View.directoryNames(VolumeOptions()) { #expect(try volume.attributes(at: view).isDirectory) }
        #expect(try volume.names() == [".", ".."])
        #expect(try volume.attributes(of: .root).isDirectory)
    }

    @Test func `a group that has only problems is an empty directory`() throws {
        let volume = Volume([], problems: [RecordingError("packet borders are lost", recording: "pond/raw/0")])
        #expect(try volume.names(at: "pond/raw") == [".", ".."])
    }

    @Test func `a recording that is called like a directory or another recording gets a number`() throws {
        let volume = Volume([
            .synthetic("3", source: "pond.wav"), .synthetic("9", source: "pond.flac"),
            .synthetic("pond.wav/0", source: "in.flac"),
        ])
        #expect(try volume.names() == [".", "..", "pond.wav", "pond~3.wav", "pond~9.wav"])
        #expect(try volume.attributes(at: "pond.wav").isDirectory)
    }

    @Test func `a group called .zarrwlr gets another name`() throws {
        let volume = Volume([.synthetic(".zarrwlr/0", source: "a.flac")])
        #expect(try volume.names() == [".", "..", ".zarrwlr~2"])
        #expect(try volume.names(at: ".zarrwlr~2") == [".", "..", "a.wav"])
    }

    @Test func `a group whose name had to be mended gives way to a group that has that name`() throws {
        let volume = Volume([
            .synthetic("a\nb/0", source: "mended.flac"), .synthetic("a_b/0", source: "plain.flac"),
        ])
        #expect(try volume.names() == [".", "..", "a_b", "a_b~2"])
        #expect(try volume.names(at: "a_b") == [".", "..", "plain.wav"])
    }

    @Test func `groups whose names differ in their bytes are two, even if Unicode calls the names equal`() throws {
        let volume = Volume([.synthetic("\u{E9}/0", source: "a"), .synthetic("e\u{301}/0", source: "b")])
        #expect(try volume.names().count == 4)
    }

    @Test func `the volume of one group has that group as its root`() throws {
        let volume = Volume(
            [
                .synthetic("0", source: "top"), .synthetic("pond/0", source: "in"),
                .synthetic("pond/a/0", source: "deep"),
                .synthetic("pondlike/0", source: "out"),
            ],
            problems: [
                RecordingError("bad", recording: "else/0"), RecordingError("bad", recording: "pond/b/1"),
            ], root: "pond")
        #expect(try volume.names() == [".", "..", "a", "b", "in.wav"])
        #expect(try volume.text(at: ".zarrwlr/problems.txt") == "/pond/b/1: bad\n")
    }

    @Test func `groups can be nested thousands deep`() throws {
        let depth = 2_000
        let path = Array(repeating: "d", count: depth).joined(separator: "/")
        let volume = Volume([.synthetic("\(path)/0", source: "deep.flac")])
        #expect(try volume.attributes(at: "\(path)/deep.wav").size == 2_044)
    }

    @Test func `a group of 100 000 recordings can be listed and searched`() throws {
        let volume = Volume((0..<100_000).map { .synthetic("big/\($0)", source: "same.flac") })
        #expect(try volume.attributes(at: "big/same~99999.wav").size == 2_044)
        #expect(try volume.names(at: "big").count == 100_002)
    }

    @Test func `a recording that no file can hold is a problem`() throws {
        let volume = Volume([.synthetic("0", source: "huge", sampleCount: .max), .synthetic("1", source: "fine")])
        #expect(try volume.names() == [".", "..", "fine.wav"])
        var problems: [String] = []
        volume.forEachProblem { problems.append($0.recording) }
        #expect(problems == ["0"])
        #expect(try volume.text(at: ".zarrwlr/problems.txt").hasPrefix("/0: "))
    }

    @Test func `a directory can be listed from any position on`() throws {
        let volume = Volume((0..<10).map { .synthetic("pond/\($0)", source: "\($0).flac") })
        let pond = try volume.attributes(at: "pond").inode
        let all = try volume.names(at: "pond")
        for start in 0...15 {
            var names: [String] = []
            try volume.forEachEntry(of: pond, from: UInt64(start)) { entry in
                names.append(String(decoding: entry.name, as: UTF8.self))
                return names.count < 3
            }
            #expect(names == Array(all.dropFirst(start).prefix(3)))
        }
        try volume.forEachEntry(of: pond, from: .max) { _ in
            Issue.record("there is nothing at the end of all positions")
            return false
        }
    }
}
