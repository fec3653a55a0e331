public import Recordings
import Support
import Zarr

/// A recording that is written and verified, but does not show in its group until it is published. If this is released before that,
/// nothing of the recording stays.
public final class StagedRecording: Sendable {
    /// What came of the source.
    enum Content: Sendable {
        /// It was in the group before, at this path.
        case alreadyThere(String)
        /// It is in this node.
        case new(any StagedNode, ImportedRecording, SourceIdentity)
    }

    private let content: Content
    private let group: AudioGroup
    /// The source's name without its folder.
    private let sourceName: String

    /// A recording of a source called `sourceName` that is to appear in `group`.
    init(_ content: Content, of sourceName: String, in group: AudioGroup) {
        self.content = content
        self.sourceName = sourceName
        self.group = group
    }

    /// Makes the recording appear in its group, under the next number, unless its source has been imported meanwhile.
    public func publish() throws(ImportError) -> Importer.Outcome {
        switch content {
        case .alreadyThere(let place): return .alreadyThere(place)
        case .new(let node, var recording, let source):
            do {
                let publication = try group.publish(node, source, sourceName: sourceName)
                guard case .new(let place, let hasNamesake) = publication else {
                    return .alreadyThere(publication.place)
                }
                recording.path = place
                recording.hasNamesake = hasNamesake
                return .imported(recording)
            } catch {
                throw ImportError(wrapping: error)
            }
        }
    }
}
