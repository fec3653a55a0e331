import Glibc
import Support
import Synchronization
import SyntheticRecordings
import TestSupport
import Testing

@testable import Recordings
@testable import VirtualFS

struct CodedDirectoryTests {
    private func volume(_ recordings: [Recording], problems: [RecordingError] = []) throws -> Volume {
        var options = VolumeOptions()
        options.views = try ViewSelection("coded")
        return Volume(recordings, problems: problems, options: options)
    }

    @Test func `coded files have the names of WAV files, ending as their codecs do`() throws {
        let volume = try volume([
            .coded("0", source: "dawn.wav", bytes: [1]), .coded("1", source: "dusk.WAV", codec: .opus, bytes: [1]),
            .coded("pond/0", source: "a.m4a", codec: .aac, bytes: [1]),
            .coded("pond/1", source: "a.mp3", codec: .mp3, bytes: [1]),
            .coded("pond/2", source: "night.2025-06-18", codec: .vorbis, bytes: [1]),
            .synthetic("pond/3", source: "samples"),
        ])
        #expect(try volume.names(at: "coded") == [".", "..", "dawn.flac", "dusk.opus", "pond"])
        #expect(try volume.names(at: "coded/pond") == [".", "..", "a.aac", "a~1.mp3", "night.2025-06-18.ogg"])
        #expect(try volume.names(at: "pond") == [".", "..", "a.wav", "a~1.wav", "night.2025-06-18.wav", "samples.wav"])
    }

    @Test func `no two coded files get the same name, and none that of a directory`() throws {
        let volume = try volume([
            .coded("0", source: "a.wav", bytes: [1]), .coded("1", source: "a.WAV", bytes: [1]),
            .coded("a.flac/0", source: "x", bytes: [1]),
        ])
        #expect(try volume.names(at: "coded") == [".", "..", "a.flac", "a~0.flac", "a~1.flac"])
        #expect(try volume.attributes(at: "coded/a.flac").isDirectory)
    }

    @Test func `a coded file has the size and the bytes of its head and its stream, in reads of any size`() throws {
        let stream = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 3) }
        let head = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let volume = try volume([
            .coded("0", source: "a", codec: .opus, form: .opusPackets, head: head, bytes: stream),
            .coded("1", source: "b", bytes: stream, start: Timestamp(seconds: 5_000)),
        ])
        #expect(try volume.contents(at: "coded/a.opus") == head + stream)
        #expect(try volume.attributes(at: "coded/a.opus").size == 1_300)
        #expect(try volume.contents(at: "coded/b.flac") == stream)
        #expect(try volume.attributes(at: "coded/b.flac").modified == Timestamp(seconds: 5_000))
        let handle = try volume.open(volume.attributes(at: "coded/a.opus").inode)
        for offset in [0, 1, 299, 300, 301, 1_299, 1_300, 2_000] {
            for size in [0, 1, 2, 300, 1_301, UInt64.max] {
                let found = try volume.read(handle, offset: UInt64(offset), size: size).flatMap { Array($0.bytes) }
                #expect(found == Array((head + stream).dropFirst(offset).prefix(Int(clamping: size))))
            }
        }
        try volume.release(handle)
    }

    @Test
    func `a coded file on another machine is asked for ahead of who reads it from front to back, until it is closed`()
        throws
    {
        let bytes = [UInt8](repeating: 7, count: 6 << 20)
        let fetched = Mutex<[Range<UInt64>]>([])
        let plain = Recording.coded("0", source: "a", bytes: bytes)
        let file = SyntheticCodedFile(bytes: bytes) { range in fetched.withLock { $0.append(range) } }
        var options = VolumeOptions()
        options.views = try ViewSelection("coded")
        let line = Prefetcher.Line(requests: 2, byteBudget: 8 << 20)
        let volume = Volume(
            Catalogue(
                recordings: [Recording(plain.facts, samples: plain.samples, codedFile: file)], problems: [], root: ""),
            options: options, prefetcher: Prefetcher(threads: 1, byteBudget: 8 << 20, line: line), log: .silent)
        let handle = try volume.open(volume.attributes(at: "coded/a.flac").inode)
        for offset in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            _ = try volume.read(handle, offset: offset, size: 128 << 10)
        }
        #expect(eventually { fetched.withLock { $0.contains { $0.lowerBound >= 2 << 20 } } })
        try volume.release(handle)
        let parts = fetched.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }

    @Test func `a coded file that is not as long as was announced cannot be read`() throws {
        var facts = Recording.coded("0", source: "a", bytes: [1, 2, 3]).facts
        facts.codedFile = CodedFileOutline(form: .stream, byteCount: 5)
        let plain = Recording.synthetic("0", source: "a")
        let volume = try volume([
            Recording(facts, samples: plain.samples, codedFile: SyntheticCodedFile(bytes: [1, 2, 3]))
        ])
        let handle = try volume.open(volume.attributes(at: "coded/a.flac").inode)
        #expect(errno { try volume.read(handle, offset: 0, size: 5) } == EIO)
        try volume.release(handle)
    }

    @Test func `coded files and their directories have inodes of their own, which stay the same`() throws {
        let recordings: [Recording] = [.coded("pond/0", source: "a", bytes: [1])]
        let (one, two) = (try volume(recordings), try volume(recordings + [.coded("b", source: "b", bytes: [1])]))
        for path in ["coded", "coded/pond", "coded/pond/a.flac"] {
            #expect(try one.attributes(at: path).inode == two.attributes(at: path).inode)
        }
        #expect(try one.attributes(at: "pond").inode != one.attributes(at: "coded/pond").inode)
        #expect(try one.attributes(at: "pond/a.wav").inode != one.attributes(at: "coded/pond/a.flac").inode)
    }

    @Test func `no group is listed before its coded directory is looked into`() throws {
        let volume = try volume([.coded("0", source: "a", bytes: [1]), .coded("pond/0", source: "b", bytes: [1])])
        #expect(volume.counts.groups == 0)
        _ = try volume.names(at: "coded")
        #expect(volume.counts.groups == 1)
        #expect(volume.counts.learned == 1)
    }

    @Test func `the coded view of an empty volume is empty, and a group of its name gets another`() throws {
        #expect(try volume([]).names(at: "coded") == [".", ".."])
        let volume = try volume([.coded("coded/0", source: "a", bytes: [1])])
        #expect(try volume.names(at: "coded") == [".", "..", "coded~2"])
        #expect(try volume.names(at: "coded/coded~2") == [".", "..", "a.flac"])
    }

    @Test func `what cannot be served has no coded file`() throws {
        let volume = try volume(
            [.coded("pond/0", source: "a", bytes: [1])],
            problems: [RecordingError("packet borders are lost", recording: "pond/1")])
        #expect(try volume.names(at: "coded/pond") == [".", "..", "a.flac"])
    }

    @Test func `extended attributes of a coded file are those of the recording`() throws {
        let volume = try volume([.coded("pond/0", source: "a", bytes: [1])])
        let file = try volume.attributes(at: "coded/pond/a.flac").inode
        #expect(try volume.extendedAttribute("user.zarrwlr.path", of: file) == Array("/pond/0".utf8))
        #expect(try volume.extendedAttribute("user.zarrwlr.codec", of: file) == Array("flac".utf8))
    }
}
