import AudioCoding
import Recordings

/// The samples of a FLAC file, however damaged.
final class FLACSamples: SampleSource {
    let form: SampleForm
    private let salvage: FLACSalvage

    /// The samples of `salvage`.
    init(_ salvage: FLACSalvage) {
        self.salvage = salvage
        form = SampleForm(salvage)
    }

    func next() throws -> SampleBuffer? { try salvage.nextSamples() }
}

extension SampleForm {
    /// The form of the samples of `salvage`.
    init(_ salvage: FLACSalvage) {
        self.init(format: salvage.format, channels: salvage.channels, sampleRate: salvage.sampleRate)
    }
}
