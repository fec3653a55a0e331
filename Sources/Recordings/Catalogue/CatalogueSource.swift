/// Where a catalogue has its groups and recordings from. Asked from any thread.
protocol CatalogueSource: Sendable {
    /// What lies directly in `group`. What cannot be listed has a problem in it and nothing else.
    func contents(of group: CatalogueGroup) -> GroupContents

    /// The facts of the recording at `node`.
    func learn(_ node: RecordingNode) throws(RecordingError) -> RecordingFacts

    /// Gives back what was kept for learning: all is learned that was to be.
    func endLearning()

    /// The recording of which `facts` are known, opened when it is read.
    func recording(_ facts: RecordingFacts) -> Recording

    /// The recording at `path`, opened without looking at any other; nil if listing the groups on the way, from the one at
    /// `root` on, would show none there.
    func recording(at path: String, below root: String) throws(RecordingError) -> Recording?
}
