import Recordings
import Support
import WaveFile

/// The two lines above a spectrogram.
struct PictureTitle: Equatable {
    /// The name of the source.
    let name: String
    /// When and by what it was recorded, as far as that is known, and how.
    let facts: String

    /// The title of the recording of which `facts` are known, with a panel for each of the first `panelCount` channels.
    init(_ facts: RecordingFacts, panelCount: Int) {
        name = facts.sourceName.escapingControlCharacters
        let device = [facts.make, facts.model, facts.serial].compactMap(\.self).joined(separator: " ")
        let channels = facts.format.channels
        self.facts =
            [
                facts.start?.description.replacing("T", with: " "), device.isEmpty ? nil : device,
                "\(facts.format.sampleRate) Hz",
                channels > panelCount ? "channels 1 to \(panelCount) of \(channels)" : nil,
            ].compactMap(\.self).joined(separator: ", ").escapingControlCharacters
    }
}
