import Recordings
import Support
import WaveFile

/// What files of recordings say of them.
extension GroupContents {
    /// What identifies the recording `number`.
    func identity(of number: Int) -> NodeIdentity {
        .recording(path: path(of: number), revision: revision(of: number))
    }

    /// The facts of the recording `number`, learned now if they are not yet. Throws `notFound` if it cannot be served.
    func fileFacts(of number: Int) throws(VirtualFSError) -> RecordingFacts {
        do {
            return try facts(of: number)
        } catch {
            throw error.isCancellation ? .interrupted : .notFound
        }
    }

    /// The recording `number`, learned now if it is not yet, or not as it is now, and opened when it is read. Throws `notFound` if it cannot be
    /// served.
    func fileRecording(_ number: Int) throws(VirtualFSError) -> Recording {
        do {
            let known = try recording(number)
            guard known.samples.isRewritten else { return known }
            relearn(number)
            return try recording(number)
        } catch {
            throw error.isCancellation ? .interrupted : .notFound
        }
    }

    /// What a WAV file cannot say: where the recording `number` is in the store, and what the store knows of its source; and when
    /// the sample `first` was taken. A recording that cannot be served has only its path.
    func extendedAttributes(of number: Int, from first: UInt64 = 0) -> [(name: String, value: String)] {
        guard var facts = try? facts(of: number) else { return [("path", "/\(path(of: number))")] }
        facts.start = facts.start.map { $0.adding(samples: first, rate: facts.format.sampleRate) ?? $0 }
        return RecordingOutput.extendedAttributes.values(of: RecordingRow(facts)).map { name, value in
            // Paths are shown with the leading slash that they do not have in the store.
            let slash = if case .path = value { "/" } else { "" }
            return (name: name, value: slash + value.text)
        }
    }
}

extension CatalogueGroup {
    /// What identifies the group.
    var identity: NodeIdentity { .group(path: path, revision: revision) }
}
