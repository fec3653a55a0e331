import AudioCoding
import Foundation
import Support
import TestSupport
import Testing

@testable import Recordings

struct NoiseSubstitutionTests {
    /// The samples of the first channel in `bytes`, 16 bits, stereo.
    private func firstChannel(_ bytes: [UInt8]) -> [Double] {
        stride(from: 0, to: bytes.count - 3, by: 4).map { index in
            Double(Int16(truncatingIfNeeded: Int(bytes[index]) | Int(bytes[index + 1]) << 8))
        }
    }

    /// What ffmpeg decodes: one decoder over all frames. That it is ffmpeg's, the fixture's digest says.
    private func decodedFromStart(_ fixture: StreamFixture) throws -> [UInt8] {
        let bytes = try fixture.bytes
        let decoder = try AACDecoder()
        var decoded: [UInt8] = []
        var frame = [UInt8](repeating: 0, count: AACDecoder.maximumOutputByteCount)
        for row in try fixture.indexRows {
            let coded = bytes[Int(row[0])..<Int(row[0] + row[1])]
            let samples = try frame.withUnsafeMutableBytes { output in
                try Array(coded).withUnsafeBytes { try decoder.decode($0, into: output) }
            }
            decoded += frame[..<(samples * 4)]
        }
        #expect(try Digest.sha256(decoded) == fixture.decodedSHA256)
        return decoded
    }

    /// The energy of `signal` below and above `hertz`, by the discrete Fourier transform of windows of 512 samples.
    private func energies(of signal: [Double], below hertz: Double, rate: Double) -> (low: Double, high: Double) {
        let size = 512
        var (low, high) = (0.0, 0.0)
        for start in stride(from: 0, to: signal.count - size, by: size * 4) {
            let windowed = (0..<size).map { index in
                signal[start + index] * (0.5 - 0.5 * cos(2 * .pi * Double(index) / Double(size)))
            }
            for bin in 0..<size / 2 {
                let step = 2 * .pi * Double(bin) / Double(size)
                var (real, imaginary) = (0.0, 0.0)
                for (index, sample) in windowed.enumerated() {
                    real += sample * cos(step * Double(index))
                    imaginary += sample * sin(step * Double(index))
                }
                let energy = real * real + imaginary * imaginary
                if Double(bin) * rate / Double(size) < hertz { low += energy } else { high += energy }
            }
        }
        return (low, high)
    }

    @Test func `AAC with noise substitution decodes as by ffmpeg outside the bands of noise`() throws {
        let fixture = try StreamFixture.named("noise.aac")
        let whole = try decodedFromStart(fixture)
        let served = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        #expect(served.count == whole.count)
        let difference = zip(firstChannel(served), firstChannel(whole)).map { $0 - $1 }
        // ffmpeg's encoder substitutes noise above 4 kHz only.
        let energy = energies(of: difference, below: 3_500, rate: 44_100)
        let sound = energies(of: firstChannel(whole), below: 3_500, rate: 44_100)
        #expect(energy.high > 0, "the fixture has noise")
        #expect(energy.low < sound.low * 1e-6)
    }
}
