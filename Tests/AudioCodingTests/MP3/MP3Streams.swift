import Foundation
import TestSupport

@testable import AudioCoding

/// An MP3 stream with all its frames.
struct MP3Stream {
    let bytes: [UInt8]
    let layout: MP3Layout
    let frames: [CodedFrame]
    let skippedByteCount: UInt64

    init(_ bytes: [UInt8], pieces: Int = .max) throws {
        self.bytes = bytes
        layout = try MP3Layout(of: CodedStream(bytes))
        var scanner = MP3FrameScanner(layout)
        let sound = Array(bytes[Int(layout.firstFrameOffset)...])
        frames = try forEachPiece(of: sound, pieces) { try scanner.consume($0) } + scanner.finish()
        skippedByteCount = scanner.skippedByteCount
    }

    var header: MP3Header { layout.header }
    var frameByteCount: Int { header.samplesPerFrame * header.channels * 2 }

    /// The bytes to be heard, from the start of what the frames decode to.
    var heard: Range<Int> {
        get throws {
            let range = try layout.trim.heard(
                frameCount: UInt64(frames.count), samplesPerFrame: header.samplesPerFrame)
            return Int(range.lowerBound) * header.channels * 2..<Int(range.upperBound) * header.channels * 2
        }
    }

    /// The samples of the frames `range` by a fresh decoder that is given `preRoll` frames before them.
    func samples(of range: Range<Int>, preRoll: Int = 0) throws -> [UInt8] {
        let decoder = try MP3Decoder(for: header)
        let samples = try withOutput { output in
            try (range.lowerBound - preRoll..<range.upperBound).flatMap { number in
                let count = try bytes.with(frames[number]) { try decoder.decode($0, into: output) }
                return Array(output[..<(count * 2 * header.channels)])
            }
        }
        return Array(samples[(preRoll * frameByteCount)...])
    }

    /// Frames that must be decoded before the frame `number`.
    func preRoll(before number: Int) -> Int {
        Int(header.preRollCount(before: UInt64(number)) { frames[Int($0)].byteCount })
    }

    /// All samples that are to be heard.
    func heardSamples() throws -> [UInt8] {
        Array(try samples(of: 0..<frames.count)[heard])
    }
}

/// What the ffmpeg command line decodes `bytes` to, a stream of the kind that `name` ends with.
func ffmpegSamples(of bytes: [UInt8], named name: String) throws -> [UInt8] {
    try TestFiles.withTemporaryDirectory { directory in
        let file = directory.appending(path: name)
        try Data(bytes).write(to: file)
        return try ReferenceDecode.samples(of: file)
    }
}
