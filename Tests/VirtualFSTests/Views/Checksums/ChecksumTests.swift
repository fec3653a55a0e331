import Foundation
import Glibc
import Support
import SyntheticRecordings
import TestSupport
import Testing

@testable import Recordings
@testable import VirtualFS

struct ChecksumTests {
    private static let sums = (0..<4).map { String(repeating: "\($0)abcdef0", count: 8) }

    private func volume(_ recordings: [Recording], views: String = "coded") throws -> Volume {
        var options = VolumeOptions()
        options.views = try ViewSelection(views)
        return Volume(recordings, options: options)
    }

    private func restoring(_ path: String, _ source: String, sum: String?) -> Recording {
        Recording.synthetic(path, source: source, sum: sum).restoringSource
    }

    @Test func `SHA256SUMS has a line for each WAV file that is its source, in the order of names`() throws {
        let volume = try volume([
            restoring("pond/0", "b.wav", sum: Self.sums[0]),
            restoring("pond/1", "a.WAV", sum: Self.sums[1].uppercased()),
            .synthetic("pond/2", source: "decoded.wav", sum: Self.sums[2]),
            restoring("pond/3", "unknown.wav", sum: nil),
            restoring("pond/4", "odd.wav", sum: "abc"),
        ])
        let text = "\(Self.sums[1])  a.WAV\n\(Self.sums[0])  b.wav\n"
        #expect(try volume.text(at: "pond/SHA256SUMS") == text)
        #expect(try volume.attributes(at: "pond/SHA256SUMS").size == UInt64(text.utf8.count))
        #expect(
            try volume.names(at: "pond")
                == [".", "..", "SHA256SUMS", "a.WAV", "b.wav", "decoded.wav", "odd.wav", "unknown.wav"])
    }

    @Test func `names with backslashes and names that are no UTF-8 are as sha256sum writes them`() throws {
        let latin = String(fileBytes: Array("caf".utf8) + [0xE9] + Array(".wav".utf8))
        let volume = try volume([
            restoring("0", "back\\slash\\.wav", sum: Self.sums[0]), restoring("1", latin, sum: Self.sums[1]),
        ])
        let lines = try volume.contents(at: "SHA256SUMS")
        #expect(
            lines == Array("\\\(Self.sums[0])  back\\\\slash\\\\.wav\n\(Self.sums[1])  caf".utf8) + [0xE9]
                + Array(".wav\n".utf8))
    }

    @Test func `a directory without byte-exact recordings has no SHA256SUMS`() throws {
        let volume = try volume([
            .synthetic("pond/0", source: "a"), .synthetic("lake/0", source: "b", sum: Self.sums[0]),
            restoring("sea/0", "c", sum: "abc"),
        ])
        for path in ["", "pond", "lake", "sea"] {
            #expect(try !volume.names(at: path).contains("SHA256SUMS"))
            #expect(errno { try volume.attributes(at: "\(path)/SHA256SUMS") } == ENOENT)
        }
    }

    @Test func `a group called SHA256SUMS gets another name, and each directory a list of its own`() throws {
        let volume = try volume([
            restoring("SHA256SUMS/0", "a.wav", sum: Self.sums[0]), restoring("1", "b.wav", sum: Self.sums[1]),
        ])
        #expect(try volume.names().filter { $0 != "coded" } == [".", "..", "SHA256SUMS", "SHA256SUMS~2", "b.wav"])
        #expect(try volume.text(at: "SHA256SUMS") == "\(Self.sums[1])  b.wav\n")
        #expect(try volume.text(at: "SHA256SUMS~2/SHA256SUMS") == "\(Self.sums[0])  a.wav\n")
    }

    @Test func `the coded view lists the files that are sources`() throws {
        let volume = try volume([
            .coded("0", source: "a.flac", form: .source, bytes: [1], sum: Self.sums[0]),
            .coded("1", source: "b.wav", form: .flacFrames, bytes: [1], sum: Self.sums[1]),
            .coded("2", source: "c.mp3", codec: .mp3, form: .source, bytes: [1], sum: Self.sums[2]),
        ])
        #expect(
            try volume.text(at: "coded/SHA256SUMS") == "\(Self.sums[0])  a.flac\n\(Self.sums[2])  c.mp3\n")
        #expect(try !volume.names().contains("SHA256SUMS"))
    }

    @Test func `every line is in place however many there are, and inodes stay the same`() throws {
        let recordings = (0..<1_000).map { restoring("\($0)", "\($0 % 500) \($0).wav", sum: Self.sums[$0 % 4]) }
        let (one, two) = (try volume(recordings), try volume(Array(recordings.dropLast())))
        let whole = try one.contents(at: "SHA256SUMS")
        #expect(String(decoding: whole, as: UTF8.self).split(separator: "\n").count == 1_000)
        #expect(try one.attributes(at: "SHA256SUMS").inode == two.attributes(at: "SHA256SUMS").inode)
        let handle = try one.open(one.attributes(at: "SHA256SUMS").inode)
        for (offset, size) in [(0, 1), (17, 40_000), (whole.count - 3, 10), (whole.count, 1)] {
            let part = try one.read(handle, offset: UInt64(offset), size: UInt64(size)).flatMap { Array($0.bytes) }
            let isSame = part == Array(whole.dropFirst(offset).prefix(size))
            #expect(isSame)
        }
        try one.release(handle)
        let names = try one.names().filter { $0.hasSuffix(".wav") }
        for name in [names[0], names[500], names[999]] {
            #expect(try one.attributes(at: name).inode != one.attributes(at: "SHA256SUMS").inode)
        }
    }

    @Test func `without the view there is no SHA256SUMS`() throws {
        let volume = try volume([restoring("0", "a.wav", sum: Self.sums[0])], views: "none")
        #expect(try volume.names() == [".", "..", "a.wav"])
        #expect(errno { try volume.attributes(at: "SHA256SUMS") } == ENOENT)
    }

    @Test(.enabled(if: isInstalled("sha256sum"), "needs sha256sum"))
    func `sha256sum reads the lines`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let names = ["plain.wav", "back\\slash.wav", " blanks .wav"]
            let recordings = try names.enumerated().map { index, name in
                try restoring("\(index)", name, sum: Digest.sha256(Array(name.utf8)))
            }
            let lines = try volume(recordings).contents(at: "SHA256SUMS")
            for name in names { try Data(name.utf8).write(to: directory.appending(path: name)) }
            try Data(lines).write(to: directory.appending(path: "SHA256SUMS"))
            let result = try run("sh", "-c", "cd '\(directory.path)' && sha256sum -c --strict --quiet SHA256SUMS")
            #expect(result.status == 0, "\(result.errors)")
        }
    }
}
