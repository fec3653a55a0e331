import AudioCoding
import Support

/// The tags of a recording's coded file: what its facts say, by the names that players know.
public struct RecordingTags: Sendable {
    let comments: VorbisComments

    /// Bytes of a text; a longer one, which no player shows, is left out.
    private static let textByteCountLimit = 4096

    /// The tags of the recording of which `facts` are known.
    public init(_ facts: RecordingFacts) {
        let recorder = [facts.make, facts.model, facts.serial].compactMap(\.self).joined(separator: " ")
        var place: String?
        if let latitude = facts.latitude, let longitude = facts.longitude {
            place = "\(latitude) \(longitude)"
        }
        let texts = [
            ("TITLE", facts.sourceName.displayedName), ("DATE", facts.start?.description), ("ARTIST", recorder),
            ("LOCATION", place),
        ]
        comments = VorbisComments(
            texts.compactMap { name, text in
                guard let text, !text.isEmpty, text.utf8.count <= Self.textByteCountLimit else { return nil }
                return VorbisComments.Tag(name, text)
            })
    }
}
