import Foundation
import TestSupport
import Testing

@testable import Spectrogram

struct PNGTests {
    /// A picture in which each pixel has another colour than those around it.
    private static func canvas(_ width: Int, _ height: Int) -> Canvas {
        var canvas = Canvas(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width { canvas.set(x, y, Ink(index: UInt8(truncatingIfNeeded: x &* 7 &+ y &* 31))) }
        }
        return canvas
    }

    @Test(arguments: [(1, 1), (240, 160), (255, 257), (1280, 720)])
    func `the size of a picture follows from its width and height`(width: Int, height: Int) {
        let bytes = PNG.bytes(of: Self.canvas(width, height), colours: Ink.table(.viridis))
        #expect(bytes.count == PNG.byteCount(width: width, height: height))
    }

    @Test func `ffmpeg reads the pixels of a picture`() throws {
        let canvas = Self.canvas(301, 223)
        let table = Ink.table(.magma)
        let expected = canvas.pixels.flatMap { pixel in [16, 8, 0].map { UInt8(table[Int(pixel)] >> $0 & 0xFF) } }
        try TestFiles.withTemporaryDirectory { directory in
            let file = directory.appending(path: "a.png")
            try Data(PNG.bytes(of: canvas, colours: table)).write(to: file)
            let read = try runChecked([
                "ffmpeg", "-v", "error", "-i", file.path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
            ])
            let isSame = Array(read.output) == expected
            #expect(isSame)
            #expect(read.errors.isEmpty)
        }
    }
}
