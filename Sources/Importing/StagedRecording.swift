public import Recordings
import Support
import Zarr

/// A recording that is written and verified, but does not show in its group until it is published. If this is released before that,
/// nothing of the recording stays.
public final class StagedRecording: Sendable {
    private let candidate: AudioGroup.Candidate
    /// What it will be; nil if the group had a recording of its source.
    private let recording: ImportedRecording?
    private let group: AudioGroup

    /// The recording of `candidate`, which is to appear in `group`.
    init(_ candidate: AudioGroup.Candidate, _ recording: ImportedRecording?, in group: AudioGroup) {
        self.candidate = candidate
        self.recording = recording
        self.group = group
    }

    /// Makes the recording appear in its group, under the next number, unless its source has been imported meanwhile.
    public func publish() throws(ImportError) -> Importer.Outcome {
        try Self.publish([self])[0].get()
    }

    /// Makes `recordings` appear in their groups, in their order, and returns what became of each: sooner than by publishing one after
    /// the other, since the disk is waited for once for many.
    ///
    /// What is imported or already there would survive a power cut when this returns.
    public static func publish(_ recordings: [StagedRecording]) -> [Result<Importer.Outcome, ImportError>] {
        var results = sync(recordings)
        let synced = recordings.indices.filter { results[$0] == nil }
        for (_, indices) in Dictionary(grouping: synced, by: { ObjectIdentifier(recordings[$0].group) }) {
            guard let group = indices.first.map({ recordings[$0].group }) else { continue }
            do throws(ImportError) {
                let publications = try group.publish(indices.map { recordings[$0].candidate })
                for (index, publication) in zip(indices, publications) {
                    results[index] = recordings[index].result(of: publication)
                }
            } catch {
                for index in indices { results[index] = .failure(error) }
            }
        }
        return results.compactMap(\.self)
    }

    /// Waits until `recordings` would survive a power cut; returns why each cannot be imported if it would not.
    private static func sync(_ recordings: [StagedRecording]) -> [Result<Importer.Outcome, ImportError>?] {
        var results = [Result<Importer.Outcome, ImportError>?](repeating: nil, count: recordings.count)
        let written = recordings.indices.filter { recordings[$0].candidate.node != nil }
        // All are of one store.
        guard let store = written.first.map({ recordings[$0].group.store }) else { return results }
        let errors = store.sync(written.compactMap { recordings[$0].candidate.node })
        for (index, error) in zip(written, errors) {
            if let error { results[index] = .failure(ImportError(wrapping: error)) }
        }
        return results
    }

    private func result(of publication: AudioGroup.Publication) -> Result<Importer.Outcome, ImportError> {
        switch publication {
        case .new(let place, let namesake):
            guard var recording else { return .success(.alreadyThere(place)) }
            recording.facts.path = place
            recording.namesake = namesake
            return .success(.imported(recording))
        case .old(let place): return .success(.alreadyThere(place))
        case .vanished:
            return .failure(ImportError("was there already, but its recording is gone meanwhile; import it once more"))
        }
    }
}
