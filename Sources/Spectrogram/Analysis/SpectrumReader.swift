import AudioCoding
import Glibc
import Recordings
import Support
import WaveFile

/// Reads windows of a recording and computes their spectra. Not Sendable: one thread at a time.
final class SpectrumReader {
    private let recording: Recording
    private let channels: Range<Int>
    private let transform: FourierTransform
    private let conversion: SampleConversion
    /// The weights of the samples of a window: Hann's.
    private let weights: [Double]

    /// Bytes that are read at once, at most, unless a single sample has more.
    private static let readByteCount = 1 << 20
    /// Samples are taken for no more than this, so that a power can always be computed. Full scale is 1.
    private static let limit = 1e6

    /// A reader of the first `channelCount` channels of `recording`; nil if there is too little memory.
    init?(_ recording: Recording, channelCount: Int, windowLength: Int) {
        guard let transform = FourierTransform(count: windowLength) else { return nil }
        self.recording = recording
        self.transform = transform
        channels = 0..<min(channelCount, recording.format.channels)
        conversion = SampleConversion(from: recording.format.encoding, to: .float64)
        weights = (0..<windowLength).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(windowLength)) }
    }

    /// The mean power of each frequency in the windows of `groups`, for each channel. A sine of full scale has a power of 1.
    func powers(of groups: [WindowPlan.Group]) throws(RecordingError) -> [[Double]] {
        let frequencyCount = transform.count / 2 + 1
        var powers = channels.map { _ in [Double](repeating: 0, count: frequencyCount) }
        var windowCount = 0
        for group in groups {
            guard let first = group.starts.first, let last = group.starts.last else { continue }
            let samples = try read(first..<last + Int64(transform.count))
            for (channel, samples) in zip(channels, samples) {
                for start in group.starts { add(samples[Int(start - first)...], to: &powers[channel]) }
            }
            windowCount += group.starts.count
        }
        // The weights add up to half the length, and a sine is half in the positive frequencies.
        let scale = 4 / Double(transform.count)
        let factor = scale * scale / Double(max(windowCount, 1))
        return powers.map { $0.map { $0 * factor } }
    }

    private func add(_ samples: ArraySlice<Double>, to powers: inout [Double]) {
        transform.addPowers(to: &powers) { window in
            samples.withUnsafeBufferPointer { samples in
                weights.withUnsafeBufferPointer { weights in
                    for place in 0..<min(window.count, samples.count) {
                        window[place] = samples[place] * weights[place]
                    }
                }
            }
        }
    }

    /// The samples `range` of each channel; those outside the recording are zero, and so are those that are no numbers.
    private func read(_ range: Range<Int64>) throws(RecordingError) -> [[Double]] {
        var samples = channels.map { _ in [Double](repeating: 0, count: range.count) }
        let format = recording.format
        let inside = range.clamped(to: recording.readableSamples)
        let step = Int64(max(Self.readByteCount / format.blockAlign, 1))
        for start in stride(from: inside.lowerBound, to: inside.upperBound, by: Int(step)) {
            let end = min(start + step, inside.upperBound)
            let blockAlign = UInt64(format.blockAlign)
            var bytes: [UInt8] = []
            for slice in try recording.samples.read(bytes: UInt64(start) * blockAlign..<UInt64(end) * blockAlign) {
                bytes += slice.bytes
            }
            let numbers = bytes.withUnsafeBytes { conversion.convert($0) }
            numbers.withUnsafeBytes { numbers in
                let count = min(Int(end - start), numbers.count / (format.channels * MemoryLayout<Double>.size))
                for channel in channels {
                    for place in 0..<count {
                        let offset = (place * format.channels + channel) * MemoryLayout<Double>.size
                        let bits = UInt64(littleEndian: numbers.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                        samples[channel][Int(start - range.lowerBound) + place] = Self.bounded(Double(bitPattern: bits))
                    }
                }
            }
        }
        return samples
    }

    private static func bounded(_ sample: Double) -> Double {
        sample.isNaN ? 0 : min(max(sample, -limit), limit)
    }
}
