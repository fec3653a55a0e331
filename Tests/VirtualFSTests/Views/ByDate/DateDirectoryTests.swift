import Glibc
import Recordings
import Support
import SyntheticRecordings
import Testing

@testable import VirtualFS

struct DateDirectoryTests {
    private func volume(_ recordings: [Recording], problems: [RecordingError] = []) throws -> Volume {
        var options = VolumeOptions()
        options.views = try ViewSelection("by-date")
        options.modified = Timestamp(seconds: 77)
        return Volume(recordings, problems: problems, options: options)
    }

    private func recording(
        _ path: String, _ source: String, start: String?, count: UInt64 = 1_000
    ) -> Recording {
        .synthetic(path, source: source, sampleCount: count, start: start.flatMap { Timestamp(iso8601: $0) })
    }

    @Test func `recordings are in the directory of the day on which they begin, by their own clocks`() throws {
        let volume = try volume([
            recording("a/0", "x.flac", start: "2024-09-03T23:59:59.999+02:00"),
            recording("a/1", "y.flac", start: "2024-09-04T00:00:00+02:00"),
            recording("b/0", "z.flac", start: "2024-09-03T01:00:00-10:00"),
            recording("b/1", "w.flac", start: "2024-12-31T23:30:00"), recording("c/0", "v.flac", start: nil),
            recording("0", "u.flac", start: "1969-12-31T12:00:00Z"),
        ])
        #expect(try volume.names(at: "by-date") == [".", "..", "1969", "2024", "unknown"])
        #expect(try volume.names(at: "by-date/2024") == [".", "..", "2024-09-03", "2024-09-04", "2024-12-31"])
        #expect(try volume.names(at: "by-date/2024/2024-09-03") == [".", "..", "x.wav", "z.wav"])
        #expect(try volume.names(at: "by-date/2024/2024-09-04") == [".", "..", "y.wav"])
        #expect(try volume.names(at: "by-date/1969/1969-12-31") == [".", "..", "u.wav"])
        #expect(try volume.names(at: "by-date/unknown") == [".", "..", "v.wav"])
        #expect(try volume.contents(at: "by-date/2024/2024-09-03/z.wav") == volume.contents(at: "b/z.wav"))
        #expect(try volume.attributes(at: "by-date/2024").modified == Timestamp(seconds: 77))
        #expect(
            try volume.attributes(at: "by-date/2024/2024-09-03/z.wav").modified
                == volume.attributes(at: "b/z.wav").modified)
    }

    @Test func `equal names of one day get numbers, first those that come first in the store`() throws {
        let volume = try volume([
            recording("a/7", "x.flac", start: "2024-09-03T12:00:00Z", count: 1),
            recording("a/9", "x.wav", start: "2024-09-03T11:00:00Z", count: 2),
            recording("b/3", "x.flac", start: "2024-09-03T10:00:00Z", count: 3),
            recording("c/7", "x.opus", start: "2024-09-03T11:00:00Z", count: 4),
            recording("d/7", "x.opus", start: "2024-09-03T09:00:00Z", count: 5),
        ])
        let found = try volume.names(at: "by-date/2024/2024-09-03").dropFirst(2)
        #expect(Array(found) == ["x.wav", "x~3.wav", "x~7.wav", "x~7~2.wav", "x~9.wav"])
        let sizes = try found.map { try volume.attributes(at: "by-date/2024/2024-09-03/\($0)").size }
        #expect(sizes.map { ($0 - sizes[0]) / 2 } == [0, 2, 3, 4, 1])
    }

    @Test func `a volume without recordings has an empty directory of dates`() throws {
        #expect(try volume([]).names(at: "by-date") == [".", ".."])
    }

    @Test func `a recording that cannot be served is on no day`() throws {
        let absurd = Recording.synthetic(
            "0", source: "huge.flac", sampleCount: .max, start: Timestamp(iso8601: "2024-01-01T00:00:00Z"))
        let volume = try volume(
            [absurd, recording("1", "a.flac", start: "2024-01-01T00:00:00Z")],
            problems: [RecordingError("is damaged", recording: "2")])
        #expect(try volume.names(at: "by-date/2024/2024-01-01") == [".", "..", "a.wav"])
        #expect(errno { try volume.attributes(at: "by-date/2024/2024-01-01/huge.wav") } == ENOENT)
    }

    @Test func `nothing is listed before the view is looked into`() throws {
        let volume = try volume([recording("a/b/0", "x.flac", start: nil)])
        _ = try volume.attributes(at: "by-date")
        // The root, in which the view was looked up.
        #expect(volume.counts.groups == 1)
        _ = try volume.names(at: "by-date")
        #expect(volume.counts.groups == 3)
    }

    @Test func `inodes are those of no other file, and the same in the next volume`() throws {
        let recordings = [
            recording("a/0", "x.flac", start: "2024-09-03T10:00:00Z"), recording("a/1", "y.flac", start: nil),
        ]
        let paths = [
            "by-date", "by-date/2024", "by-date/2024/2024-09-03", "by-date/2024/2024-09-03/x.wav", "by-date/unknown",
            "by-date/unknown/y.wav", "a", "a/x.wav", "a/y.wav",
        ]
        let found = try (0..<2).map { _ in
            let volume = try volume(recordings)
            return try paths.map { try volume.attributes(at: $0).inode }
        }
        #expect(found[0] == found[1])
        #expect(Set(found[0]).count == paths.count)
    }

    @Test func `a group that is called like the view gets another name`() throws {
        let volume = try volume([recording("by-date/0", "x.flac", start: nil)])
        #expect(try volume.names() == [".", "..", "by-date", "by-date~2"])
        #expect(try volume.names(at: "by-date/unknown") == [".", "..", "x.wav"])
    }

    @Test func `fifty thousand recordings are sorted into their days`() throws {
        let begin = try #require(Timestamp(iso8601: "2024-01-01T00:00:00Z"))
        let volume = try volume(
            (0..<50_000).map { index in
                .synthetic(
                    "g/\(index)", source: "\(index).flac",
                    start: Timestamp(seconds: begin.seconds + Int64(index) * 600, offsetMinutes: 0))
            })
        #expect(try volume.names(at: "by-date/2024").count == 2 + 348)
        #expect(try volume.names(at: "by-date/2024/2024-03-01").count == 2 + 144)
        #expect(try volume.attributes(at: "by-date/2024/2024-03-01/8640.wav").size == 2_044)
    }
}
