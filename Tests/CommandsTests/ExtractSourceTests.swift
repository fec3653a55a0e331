import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr extract --source` {
    /// A WAV file of noise.
    private static var wave: [UInt8] {
        var random = RepeatableRandom(seed: 3)
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", (0..<9_000).flatMap { _ in WaveBuilder.littleEndian(Int16(random.next() >> 50)) })
        builder.add("junk", [1, 2, 3])
        return builder.bytes
    }

    /// Imports `bytes` as a file of that name, and calls `body` with the store, the line of the import, and the path of a new file.
    private func importing(
        _ bytes: [UInt8], _ name: String, _ options: [String] = [],
        _ body: (_ store: String, _ line: String, _ output: String) throws -> Void
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let source = directory.appending(path: name)
            try Data(bytes).write(to: source)
            let store = directory.appending(path: "a.zarr").path
            let run = Zarrwlr.run(["import", store, source.path] + options)
            #expect(run.status == 0, "\(run.errors)")
            try body(store, run.text, directory.appending(path: "out").path)
        }
    }

    private func bytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: path))) }

    @Test(arguments: ["fixed.flac", "exact.aac", "clicks.ogg"])
    func `a coded file that is stored as it is comes back byte for byte`(name: String) throws {
        let source = try SmallStore.fixture(name)
        try importing(source, name) { store, line, output in
            #expect(line.contains(", byte for byte"))
            let run = Zarrwlr.run("extract", "--source", store, "0", "-o", output)
            #expect(run.status == 0, "\(run.errors)")
            try #expect(bytes(output) == source)
            #expect(Zarrwlr.run("extract", "--source", store, "0", "-o", "-").output == source)
        }
    }

    @Test(arguments: ["flac", "pcm"])
    func `a WAV file that is kept without loss comes back byte for byte`(codec: String) throws {
        try importing(Self.wave, "a.wav", ["--codec", codec]) { store, line, output in
            #expect(line.contains(", byte for byte"))
            #expect(Zarrwlr.run("extract", "--source", store, "0", "-o", output).status == 0)
            try #expect(bytes(output) == Self.wave)
        }
    }

    @Test func `a source that was encoded anew is refused, and the import says that it is not byte for byte`() throws {
        try importing(Self.wave, "a.wav", ["--codec", "opus"]) { store, line, output in
            #expect(line.contains(", not byte for byte"))
            let run = Zarrwlr.run("extract", "--source", store, "0", "-o", output)
            #expect(run.status == 2)
            #expect(run.errors.contains("its source is not kept byte for byte, only its sound, as opus"))
            #expect(!FileManager.default.fileExists(atPath: output))
        }
    }

    @Test func `a WAV file behind an ID3 tag is not byte for byte`() throws {
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 10)
        try importing(tag + Self.wave, "a.wav") { store, line, output in
            #expect(line.contains(", not byte for byte"))
            #expect(Zarrwlr.run("extract", "--source", store, "0", "-o", output).status == 2)
        }
    }

    @Test func `a file whose SHA-256 is not the source's is not written`() throws {
        try importing(SmallStore.fixture("fixed.flac"), "fixed.flac") { store, _, output in
            let chunk = URL(filePath: "\(store)/0/audio_data_blob_array/c/0")
            var blob = try Array(Data(contentsOf: chunk))
            blob[5_000] ^= 1
            try Data(blob).write(to: chunk)
            let damaged = Zarrwlr.run("extract", "--source", store, "0", "-o", output)
            #expect(damaged.status == 2 && damaged.errors.contains("do not have their checksum"))
            // As in stores that were written before there were checksums.
            try FileManager.default.removeItem(atPath: "\(store)/0/audio_crc32c")
            for output in [output, "-"] {
                let run = Zarrwlr.run("extract", "--source", store, "0", "-o", output)
                #expect(run.status == 2)
                #expect(run.errors.contains("its SHA-256 is another"))
                #expect(run.output.isEmpty)
            }
            #expect(!FileManager.default.fileExists(atPath: output))
        }
    }

    @Test func `other options are refused`() throws {
        try importing(Self.wave, "a.wav") { store, _, output in
            for options in [["--from", "1"], ["--format", "s16"], ["--pad"], ["--table", "t"]] {
                let run = Zarrwlr.run(["extract", "--source", store, "0", "-o", output] + options)
                #expect(run.status == 2)
                #expect(run.errors.contains("leave all other options but -o out"))
            }
        }
    }
}
