import Testing

@testable import VirtualFS

struct FileNameTests {
    @Test(arguments: [
        ("birdnet_sample.flac", "birdnet_sample.wav"),
        ("REC_001.WAV", "REC_001.WAV"),
        ("rec.Wav", "rec.Wav"),
        ("a.b.opus", "a.b.wav"),
        ("dawn.mp3", "dawn.wav"),
        ("dawn", "dawn.wav"),
        ("night.2025-06-18", "night.2025-06-18.wav"),
        ("site 12.5", "site 12.5.wav"),
        (".hidden", ".hidden.wav"),
        ("dot.", "dot..wav"),
        ("Grünspecht 🐦.m4a", "Grünspecht 🐦.wav"),
    ])
    func `the file name of a recording is its source's name, ending in .wav`(source: String, name: String) {
        #expect(text(FileName(source: source).bytes()) == name)
    }

    @Test(arguments: [
        ("../../etc/passwd", ".._.._etc_passwd.wav"),
        ("a/b.flac", "a_b.wav"),
        ("nul\0l.flac", "nul_l.wav"),
        ("line\r\nfeed\u{7F}\u{85}.flac", "line__feed__.wav"),
        ("", "unnamed.wav"),
        (".", "_.wav"),
        ("..", "__.wav"),
    ])
    func `a name that no file can have is mended`(source: String, name: String) {
        #expect(text(FileName(source: source).bytes()) == name)
    }

    @Test(arguments: [("", "unnamed"), (".", "_"), ("..", "__"), ("a/b", "a_b"), ("pond.flac", "pond.flac")])
    func `the name of a directory is mended and keeps its ending`(source: String, name: String) {
        #expect(text(FileName(directory: source).bytes()) == name)
    }

    @Test(arguments: 0..<4)
    func `a name over 255 bytes is cut between two characters and keeps its ending`(shift: Int) throws {
        let source = String(repeating: "x", count: shift) + String(repeating: "🐦", count: 100) + ".WAV"
        let bytes = FileName(source: source).bytes(suffix: "~7")
        #expect(bytes.count <= 255)
        #expect(bytes.count > 255 - 4)
        let name = try #require(String(validating: bytes, as: UTF8.self))
        #expect(name.hasSuffix("🐦~7.WAV"))
    }

    @Test func `a name of 255 bytes is kept whole`() {
        let name = String(repeating: "n", count: 251) + ".wav"
        #expect(text(FileName(source: name).bytes()) == name)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
