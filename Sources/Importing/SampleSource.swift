import AudioCoding
import Recordings
import Support

/// Samples to encode, from the first to the last.
protocol SampleSource: AnyObject {
    /// The form of all of them.
    var form: SampleForm { get }

    /// The next samples, all of `form`; nil at the end.
    func next() throws -> SampleBuffer?
}

/// The samples of a stream that libavcodec decodes.
final class MediaSamples: SampleSource {
    let form: SampleForm
    private let source: MediaSource

    /// The samples of the stream that `source` reads. Throws if libavcodec has no decoder for it.
    init(_ source: MediaSource) throws(ImportError) {
        guard let format = source.stream.format else {
            throw ImportError("there is no decoder here for its \(source.stream.codec)")
        }
        self.source = source
        form = SampleForm(
            format: format, channels: source.stream.channels, sampleRate: source.stream.sampleRate)
    }

    func next() throws -> SampleBuffer? {
        try source.nextSamples()
    }
}

/// Samples at another rate.
final class ResampledSamples: SampleSource {
    let form: SampleForm
    private let source: any SampleSource
    private let resampler: Resampler
    private var isAtEnd = false

    /// The samples of `source` at `sampleRate`, as floats.
    init(_ source: any SampleSource, to sampleRate: UInt32) throws {
        self.source = source
        resampler = try Resampler(
            channels: source.form.channels, from: source.form.sampleRate, to: sampleRate)
        var form = source.form
        form.format = .float32
        form.sampleRate = sampleRate
        self.form = form
    }

    func next() throws -> SampleBuffer? {
        guard !isAtEnd else { return nil }
        if let samples = try source.next() { return try resampler.resample(samples) }
        isAtEnd = true
        return try resampler.finish()
    }
}
