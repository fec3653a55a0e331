import AudioCoding
import Recordings

/// Floats as the integers that they are over a power of two.
final class IntegerSamples: SampleSource {
    let form: SampleForm
    private let source: any SampleSource
    private let scale: FloatScale
    private let bits: Int

    /// The samples of `source`, which are floats, as integers of `bits` bits by `scale`.
    init(_ source: any SampleSource, _ scale: FloatScale, bits: Int) {
        self.source = source
        self.scale = scale
        self.bits = bits
        form = source.form.asIntegers(bits: bits)
    }

    func next() throws -> SampleBuffer? {
        guard let floats = try source.next() else { return nil }
        // They all were integers when the scale was found.
        guard let integers = scale.integers(of: floats, bits: bits) else {
            throw ImportError("changed while it was read")
        }
        return integers
    }
}
