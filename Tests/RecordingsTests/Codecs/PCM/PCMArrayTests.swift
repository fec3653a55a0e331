import Support
import TestSupport
import Testing
import WaveFile

@testable import Recordings

struct PCMArrayTests {
    private func littleEndian<T: FixedWidthInteger>(_ numbers: [T]) -> [UInt8] {
        numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    }

    private func opened<T>(
        shape: [Int], type: String, bytes: [UInt8]?, attributes: [String: Any] = ["sample_rate": 1_000],
        dimensionNames: [String]? = nil, _ body: (Catalogue) throws -> T
    ) throws -> T {
        try OpenedRecording.with { store in
            try store.addArray(
                "sound", shape: shape, type: type, bytes: bytes, attributes: attributes, dimensionNames: dimensionNames)
        } _: { opened in
            try body(opened.catalogue)
        }
    }

    @Test func `a numeric array with a sample rate is a recording with the name of the array`() throws {
        try opened(shape: [3], type: "int16", bytes: littleEndian([Int16(1), -2, 300])) { catalogue in
            let recording = try #require(catalogue.recordings.first)
            #expect(recording.path == "sound")
            #expect(recording.sourceName == "sound")
            #expect(recording.number == nil)
            #expect(recording.codec == .pcm)
            #expect(recording.format == WaveFormat(sampleRate: 1_000, channels: 1, encoding: .integer16))
            #expect(try recording.allBytes() == [1, 0, 0xFE, 0xFF, 0x2C, 1])
        }
    }

    @Test(arguments: [[:], ["sample_rate": "48 kHz"], ["rate": 5]] as [[String: any Sendable]])
    func `a numeric array without a sample rate is no recording`(attributes: [String: any Sendable]) throws {
        try opened(shape: [3], type: "int16", bytes: nil, attributes: attributes) { catalogue in
            #expect(catalogue.recordings.isEmpty)
            #expect(catalogue.problems.isEmpty)
        }
    }

    @Test func `a numeric array becomes the samples that WAV has for its type`() throws {
        let cases: [(type: String, bytes: [UInt8], attributes: [String: Any], SampleEncoding, wave: [UInt8])] = [
            ("uint8", [0, 128, 255], [:], .unsigned8, [0, 128, 255]),
            ("int8", [0x80, 0, 0x7F], [:], .unsigned8, [0, 128, 255]),
            ("int32", littleEndian([Int32(-2), 5]), [:], .integer32, [0xFE, 0xFF, 0xFF, 0xFF, 5, 0, 0, 0]),
            ("int32", littleEndian([Int32(-2), 5]), ["bits_per_sample": 24], .integer24, [0xFE, 0xFF, 0xFF, 5, 0, 0]),
            ("float32", littleEndian([Float(0.5).bitPattern]), [:], .float32, [0, 0, 0, 0x3F]),
            ("float64", littleEndian([Double(-1).bitPattern]), [:], .float64, [0, 0, 0, 0, 0, 0, 0xF0, 0xBF]),
        ]
        for (type, bytes, attributes, encoding, wave) in cases {
            let count = bytes.count / (["uint8": 1, "int8": 1, "float64": 8][type] ?? 4)
            let attributes = attributes.merging(["sample_rate": 96_000.0]) { $1 }
            try opened(shape: [count], type: type, bytes: bytes, attributes: attributes) { catalogue in
                let recording = try #require(catalogue.recordings.first, "\(type)")
                #expect(recording.format.encoding == encoding)
                #expect(try recording.allBytes() == wave, "\(type)")
            }
        }
    }

    @Test(arguments: ["int64", "uint16", "uint32"])
    func `a numeric array of a type that no WAV has is a problem that names the type`(type: String) throws {
        try opened(shape: [3], type: type, bytes: nil) { catalogue in
            #expect(catalogue.recordings.isEmpty)
            #expect(catalogue.problems.first?.description.contains(type) == true)
        }
    }

    @Test func `a numeric array has its channels in the dimension that its dimension names, attributes or shape say`()
        throws
    {
        let samples = littleEndian((0..<6).map { Int16($0) })
        let transposed = littleEndian([0, 3, 1, 4, 2, 5].map { Int16($0) })
        let cases: [(shape: [Int], names: [String]?, channels: Int?, expectedChannels: Int, wave: [UInt8])] = [
            ([3, 2], nil, nil, 2, samples),
            ([2, 3], nil, nil, 2, transposed),
            ([2, 3], ["time", "channel"], nil, 3, samples),
            ([2, 3], ["channels", "samples"], nil, 2, transposed),
            ([2, 3], nil, 3, 3, samples),
            ([2, 3], nil, 2, 2, transposed),
            ([6, 1], nil, nil, 1, samples),
            ([1, 6], nil, nil, 1, samples),
        ]
        for (shape, names, channels, expectedChannels, wave) in cases {
            var attributes: [String: Any] = ["sample_rate": 8_000]
            attributes["nb_channels"] = channels
            try opened(shape: shape, type: "int16", bytes: samples, attributes: attributes, dimensionNames: names) {
                catalogue in
                let recording = try #require(catalogue.recordings.first)
                #expect(recording.format.channels == expectedChannels, "\(shape), \(names ?? [])")
                #expect(try recording.allBytes() == wave, "\(shape), \(names ?? [])")
                #expect(try recording.bytes(3..<8) == Array(wave[3..<8]), "\(shape), \(names ?? [])")
            }
        }
    }

    @Test func `a numeric array of 24 hours whose chunks are missing is silence, and costs nothing`() throws {
        try OpenedRecording.with { store in
            try store.addArray(
                "sound", shape: [86_400 * 96_000], type: "int16", bytes: nil, chunks: [96_000],
                attributes: ["sample_rate": 96_000])
        } _: { opened in
            let recording = try opened.recording
            #expect(recording.dataByteCount == 16_588_800_000)
            #expect(try recording.bytes(16_588_790_001..<16_588_800_000) == [UInt8](repeating: 0, count: 9_999))
        }
    }
}
