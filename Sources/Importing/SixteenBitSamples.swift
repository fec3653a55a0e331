import AudioCoding
import Recordings

/// Samples as integers of 16 bits: those that a mount shows of a lossy codec.
final class SixteenBitSamples: SampleSource {
    let form: SampleForm
    private let source: any SampleSource

    /// The samples of `source`, rounded and clipped.
    init(_ source: any SampleSource) {
        self.source = source
        form = source.form.asIntegers(bits: 16)
    }

    func next() throws -> SampleBuffer? {
        try source.next()?.sixteenBit()
    }
}
