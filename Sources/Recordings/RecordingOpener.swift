import Support
import Zarr

/// Opens the recordings of one store: to learn what they are, and to read them.
final class RecordingOpener: Sendable {
    /// Recordings that are kept open at a time.
    private static let openLimit = 128

    let openRecordings = OpenRecordings(limit: openLimit)
    private let loader: RecordingLoader

    /// An opener of what `loader` loads.
    init(_ loader: RecordingLoader) {
        self.loader = loader
    }

    /// What the recording at `node` is. Nothing of it is left open but where there is room.
    func learn(_ node: RecordingNode) throws(RecordingError) -> Recording {
        let opened = try open(node)
        let facts = RecordingFacts(opened)
        let samples = OnDemandRecording(node, announced: facts, opener: self)
        samples.keep(opened)
        return recording(node, facts, samples)
    }

    /// The recording at `node`, of which `facts` are known already.
    func recording(_ node: RecordingNode, _ facts: RecordingFacts) -> Recording {
        recording(node, facts, OnDemandRecording(node, announced: facts, opener: self))
    }

    private func recording(
        _ node: RecordingNode, _ facts: RecordingFacts, _ samples: OnDemandRecording
    ) -> Recording {
        Recording(node, facts, samples: samples) { () throws(RecordingError) in try samples.envelopeBytes() }
    }

    /// The recording at `node`, with all that reading it needs.
    func open(_ node: RecordingNode) throws(RecordingError) -> Recording {
        try loader.load(node)
    }
}
