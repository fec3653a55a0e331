import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr spectrogram` {
    /// Where the columns and lines of levels are in a picture of 700 by 400 pixels.
    private static let panel = (width: 560, height: 304, x: 60, y: 54)

    private func draw(_ store: SmallStore, _ arguments: String...) -> Zarrwlr {
        Zarrwlr.run(["spectrogram", store.path, "--catalogue", "off"] + arguments)
    }

    @Test func `a picture is written as a PNG file of the size that was asked for`() throws {
        try SmallStore.with { store in
            for (recording, arguments) in [
                ("pond/0", [String]()),
                ("pond/night.wav", ["--width", "400", "--height", "300", "--colours", "magma"]),
                ("pond/1", ["--from", "0.1", "--to", "0.2", "--max-hz", "4000", "--colors", "grey"]),
            ] {
                let file = store.file("a.png")
                let result = Zarrwlr.run(
                    ["spectrogram", store.path, recording, "-o", file, "--catalogue", "off"] + arguments)
                #expect(result.status == 0, "\(result.errors)")
                #expect(result.errors.isEmpty)
                let shape = try runChecked([
                    "ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", file,
                ]).text
                #expect(shape == (arguments.first == "--width" ? "png,400,300" : "png,1280,720"))
            }
        }
    }

    @Test func `standard output gets the same bytes, and an old file is replaced`() throws {
        try SmallStore.with { store in
            let file = store.file("a.png")
            try Data("old".utf8).write(to: URL(filePath: file))
            #expect(draw(store, "pond/0", "-o", file).status == 0)
            let output = draw(store, "pond/0", "-o", "-")
            #expect(output.status == 0)
            let isSame = try store.bytes(file) == output.output
            #expect(isSame)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: store.directory.path).sorted() == [
                    "a.png", "a.zarr",
                ])
        }
    }

    @Test(arguments: [
        (["pond/0"], "say where to write: -o FILE"), (["pond/9", "-o", "-"], "there is no recording 'pond/9'"),
        (["pond/2", "-o", "-"], "the recording cannot be read"),
        (["pond/0", "-o", "-", "--from", "1:00:00"], "is behind the end of the recording"),
        (["pond/0", "-o", "-", "--to", "1:00:00"], "are not all in the recording"),
        (["pond/0", "-o", "-", "--from", "0.1", "--to", "0.1"], "there are no samples between --from and --to"),
        (["pond/0", "-o", "-", "--from", "5s"], "write 48000smp for samples"),
        (["pond/0", "-o", "-", "--max-hz", "0"], "'0' is not a number above zero"),
        (["pond/0", "-o", "-", "--max-hz", "nan"], "'nan' is not a number above zero"),
        (["pond/0", "-o", "-", "--width", "10"], "'10' is not a number from 240 to 4096"),
        (["pond/0", "-o", "-", "--height", "99999999999999999999"], "is not a number from 160 to 4096"),
        (["pond/0", "-o", "-", "--colours", "rainbow"], "'rainbow' is none of viridis, magma, grey"),
    ])
    func `what cannot be drawn is refused with a reason`(arguments: [String], reason: String) throws {
        try SmallStore.with(broken: true) { store in
            let result = Zarrwlr.run(["spectrogram", store.path, "--catalogue", "off"] + arguments)
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            #expect(result.errors.contains(reason), "\(result.errors)")
        }
    }

    @Test func `a picture resembles that of sox`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let (wave, store) = (directory.appending(path: "a.wav").path, directory.appending(path: "a.zarr").path)
            try runChecked(
                ["sox", "-R", "-n", "-r", "48000", "-b", "16", wave, "synth", "12", "sine", "500:20000", "gain", "-6"])
            #expect(Zarrwlr.run("import", store, wave).status == 0)
            let (own, other) = (directory.appending(path: "own.png").path, directory.appending(path: "sox.png").path)
            let drawn = Zarrwlr.run(
                "spectrogram", store, "0", "-o", own, "--colours", "grey", "--width", "700", "--height", "400",
                "--catalogue", "off")
            #expect(drawn.status == 0)
            try runChecked([
                "sox", wave, "-n", "spectrogram", "-r", "-m", "-l", "-z", "100", "-w", "Hann", "-x", "560", "-y", "257",
                "-o", other,
            ])
            let crop = "crop=\(Self.panel.width):\(Self.panel.height):\(Self.panel.x):\(Self.panel.y),"
            let (left, right) = (try pixels(own, crop), try pixels(other, ""))
            try #require(left.count == right.count)
            #expect(correlation(left, right) > 0.9)
        }
    }

    /// The grey levels of the picture at `path`, made smaller.
    private func pixels(_ path: String, _ filter: String) throws -> [Double] {
        try runChecked([
            "ffmpeg", "-v", "error", "-i", path, "-vf", "\(filter)format=gray,scale=190:104:flags=area", "-f",
            "rawvideo",
            "-pix_fmt", "gray", "-",
        ]).output.map(Double.init)
    }

    private func correlation(_ left: [Double], _ right: [Double]) -> Double {
        let count = Double(left.count)
        let (meanLeft, meanRight) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
        var (both, squaresLeft, squaresRight) = (0.0, 0.0, 0.0)
        for (x, y) in zip(left, right) {
            both += (x - meanLeft) * (y - meanRight)
            squaresLeft += (x - meanLeft) * (x - meanLeft)
            squaresRight += (y - meanRight) * (y - meanRight)
        }
        return both / (squaresLeft * squaresRight).squareRoot()
    }
}
