import AudioCoding
import Foundation
import Support
import TestSupport
import Testing

@testable import Recordings

/// Recordings whose units are decoded by new decoders and by used ones, as their frames allow.
struct AACUnitTests {
    private static func frames(_ fixture: String) throws -> [[UInt8]] {
        let bytes = Array(try Data(contentsOf: TestFiles.fixtures.appending(path: fixture)))
        var scanner = ADTSScanner(samplesPerFrame: 1024)
        let frames = try bytes.withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
        return frames.map { Array(bytes[Int($0.offset)..<Int($0.offset) + $0.byteCount]) }
    }

    private static func repeated(_ fixture: String, _ count: Int) throws -> [[UInt8]] {
        let frames = try frames(fixture)
        return (0..<count).flatMap { _ in frames }
    }

    /// `frame` with a block of noise behind its own, which has no end: a decoder decodes it without an error, and gives no samples of it.
    private static func withHiddenNoise(_ frame: [UInt8]) -> [UInt8] {
        // A single_channel_element of twenty bands, all of one section of noise.
        var frame = frame + [0x00, 0xF0, 0x0A, 0x36, 0x90, 0x00, 0x00, 0x00, 0x00]
        frame[4] = UInt8(frame.count >> 3)
        frame[5] = frame[5] & 0x1F | UInt8(frame.count << 5 & 0xE0)
        return frame
    }

    /// Streams of every kind, by their names.
    private static func streams() throws -> [String: [[UInt8]]] {
        let exact = try frames("recordings/exact.aac")
        let noise = try frames("recordings/noise.aac")
        let mono = try repeated("coded/mono.aac", 10)
        return [
            "mono": mono,
            "pair": exact,
            "noise": noise,
            // Units of both kinds, and units with both kinds of frames.
            "mixed": zip(exact, noise).enumerated().map { $0 / 40 % 2 == 0 ? $1.0 : $1.1 },
            "hidden": mono.enumerated().map { $0 % 50 == 20 ? withHiddenNoise($1) : $1 },
            "sbr": try repeated("coded/highefficiency.aac", 6),
            "four": try repeated("coded/pce4.aac", 6),
        ]
    }

    /// What every unit decodes to by a decoder of its own.
    private static func expected(_ frames: [[UInt8]], _ name: String) throws -> [UInt8] {
        let output = UnsafeMutableRawBufferPointer.allocate(
            byteCount: AACDecoder.maximumOutputByteCount, alignment: 16)
        defer { output.deallocate() }
        return try stride(from: 0, to: frames.count, by: 16).flatMap { start -> [UInt8] in
            let decoder = try AACDecoder()
            if ["sbr", "four"].contains(name), start > 0 {
                try frames[0].withUnsafeBytes { try decoder.setUp(by: $0) }
            }
            let preRollCount = min(start, name == "sbr" ? 8 : 1)
            return try (start - preRollCount..<min(start + 16, frames.count)).flatMap { number -> [UInt8] in
                let count = try frames[number].withUnsafeBytes { try decoder.decode($0, into: output) }
                return number < start ? [] : Array(output[..<(count * 2 * (decoder.format?.channels ?? 0))])
            }
        }
    }

    @Test func `every unit has the samples that a decoder of its own gives, whatever was read before`() throws {
        let streams = try Self.streams()
        let expected = try Dictionary(
            uniqueKeysWithValues: streams.map { ($0, try Self.expected($1, $0)) })
        try OpenedRecording.with(budget: 0) { store in
            for (name, frames) in streams { try store.addRecording(name, codec: "aac", blob: frames.flatMap(\.self)) }
        } _: { opened in
            let recordings = opened.catalogue.recordings
            #expect(recordings.count == streams.count)
            for recording in recordings {
                let bytes = try recording.allBytes()
                #expect(bytes == expected[recording.path], "\(recording.path)")
            }
            Parallel.forEach(count: 400, threads: 4) { index in
                var random = RepeatableRandom(seed: UInt64(index))
                guard let recording = recordings.randomElement(using: &random),
                    let whole = expected[recording.path]
                else { return }
                let range = random.range(within: recording.dataByteCount, longest: 50_000)
                let bytes = try? recording.bytes(range)
                let isSame = bytes?.elementsEqual(whole[Int(range.lowerBound)..<Int(range.upperBound)])
                #expect(isSame == true, "\(recording.path) \(range)")
            }
        }
    }

    @Test func `a decoder is used again for frames without noise, unless it has failed`() throws {
        let decoders = AACDecoders()
        let frames = try Self.frames("coded/mono.aac")
        let form = try #require(
            frames[0].withUnsafeBytes { AACNoiselessForm(of: CollectionOfOne($0)) })
        var used: AACDecoder?
        try decoders.withDecoder(for: form) { used = $0 }
        try decoders.withDecoder(for: form) { #expect($0 === used) }
        #expect(throws: AudioCodingError.self) {
            try decoders.withDecoder(for: form) { decoder in
                #expect(decoder === used)
                throw AudioCodingError(.aac, "")
            }
        }
        try decoders.withDecoder(for: form) { #expect($0 !== used) }
        #expect(try decoders.fresh() !== decoders.fresh())
    }
}
