import AudioCoding
import Recordings
import TestSupport
import Testing
import WaveFile

struct FloatScaleAttributeTests {
    private func open<T>(_ scale: [String: any Sendable], _ body: (OpenedRecording) throws -> T) throws -> T {
        let fixture = try StreamFixture.named("fixed.flac")
        return try OpenedRecording.with { store in
            try store.addRecording("0", codec: "flac", blob: fixture.bytes, attributes: ["float_scale": scale])
        } _: {
            try body($0)
        }
    }

    @Test(arguments: [("float32", -15), ("float64", -20)])
    func `a FLAC stream with a float scale is mounted as floats, each the stream's integer times the power of two`(
        _ type: String, _ exponent: Int
    ) throws {
        let integers = try OpenedRecording.with { store in
            let fixture = try StreamFixture.named("fixed.flac")
            try store.addRecording("0", codec: "flac", blob: fixture.bytes)
        } _: {
            try $0.recording.allBytes()
        }.withUnsafeBytes { $0.bindMemory(to: Int16.self).map(Double.init) }
        let step = Double(sign: .plus, exponent: exponent, significand: 1)
        try open(["data_type": type, "exponent": exponent]) { opened in
            let recording = try opened.recording
            #expect(recording.format.encoding == (type == "float32" ? .float32 : .float64))
            let bytes = try recording.allBytes()
            let floats = bytes.withUnsafeBytes { bytes in
                type == "float32"
                    ? bytes.bindMemory(to: Float.self).map(Double.init) : Array(bytes.bindMemory(to: Double.self))
            }
            #expect(floats == integers.map { $0 * step })
        }
    }

    @Test(
        arguments: [
            ["data_type": "float16", "exponent": -15], ["data_type": "float32", "exponent": 1 << 40],
            ["data_type": "float32"], ["data_type": "int16", "exponent": 0],
        ] as [[String: any Sendable]])
    func `a FLAC stream with a float scale that is not supported cannot be opened, and is never mounted as integers`(
        _ scale: [String: any Sendable]
    ) throws {
        try open(scale) { opened in
            _ = #expect(throws: RecordingError.self) { try opened.recording }
        }
    }
}
