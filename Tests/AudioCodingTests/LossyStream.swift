import Foundation
import TestSupport
import Testing

/// A stream that ffmpeg encodes when the tests run.
struct LossyStream: CustomTestStringConvertible, CustomStringConvertible {
    /// Random places that are tried in each.
    static let unitCount = 100

    let encoder: String
    private let suffix: String
    private let sampleRate: Int
    private let channels: Int
    private let options: [String]

    /// A stream of `encoder` with ffmpeg's `options`, in a file whose name ends with `suffix`.
    init(encoder: String, suffix: String, _ sampleRate: Int, _ channels: Int, _ options: [String]) {
        self.encoder = encoder
        self.suffix = suffix
        self.sampleRate = sampleRate
        self.channels = channels
        self.options = options
    }

    var description: String {
        "\(encoder), \(sampleRate) Hz, \(channels) channels, \(options.joined(separator: " "))"
    }
    var testDescription: String { description }

    /// Whether ffmpeg has the encoder.
    var canBeMade: Bool { Self.encoders.contains(encoder) }

    private static let encoders: Set<String> = {
        let list = (try? runChecked(["ffmpeg", "-hide_banner", "-encoders"]).text) ?? ""
        return Set(
            list.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
    }()

    /// The stream, and what ffmpeg decodes it to.
    func encoded(seconds: Int) throws -> (bytes: [UInt8], samples: [UInt8]) {
        try TestFiles.withTemporaryDirectory { directory in
            let file = directory.appending(path: "stream.\(suffix)")
            let form = ["-f", "s16le", "-ar", "\(sampleRate)", "-ac", "\(channels)", "-i", "-"]
            try runChecked(
                ["ffmpeg", "-v", "error", "-y"] + form + ["-c:a", encoder] + options + [file.path],
                input: sound(sampleCount: seconds * sampleRate))
            return ([UInt8](try Data(contentsOf: file)), try ReferenceDecode.samples(of: file))
        }
    }

    /// Tones over noise that come and go every few milliseconds to seconds, with clicks and silence: what makes encoders save
    /// bits and spend them, and change their windows.
    private func sound(sampleCount: Int) -> Data {
        var random = RepeatableRandom(seed: UInt64(sampleRate * channels))
        var bytes = Data(capacity: sampleCount * channels * 2)
        var (left, level, period) = (0, 0.0, 100)
        for index in 0..<sampleCount {
            if left == 0 {
                left = Int.random(in: sampleRate / 200...sampleRate / 2, using: &random)
                level = [0, 0.01, 0.1, 0.5, 1][Int.random(in: 0..<5, using: &random)]
                period = Int.random(in: 4...sampleRate / 100, using: &random)
            }
            left -= 1
            for channel in 0..<channels {
                let phase = Double(index % (period + channel)) / Double(period + channel)
                let noise = Double(Int16(truncatingIfNeeded: random.next())) / 32_768
                let isClick = left == 7
                let value = isClick ? 0.9 : level * (0.6 * (1 - 4 * abs(phase - 0.5)) + 0.3 * noise)
                let sample = Int16(value * 32_000).littleEndian
                withUnsafeBytes(of: sample) { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }
}
