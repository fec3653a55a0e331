import Recordings
import Support

/// A recording as a WAV file.
struct RecordingFile: File {
    /// What is in the group of the recording.
    let contents: GroupContents
    /// Its number there.
    let number: Int

    var caching: NodeCaching { .lasting }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        do {
            let status = try contents.status(of: number)
            return FileStatus(size: status.byteCount, modified: status.modified)
        } catch {
            throw .notFound
        }
    }

    func open(in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        guard let recording = try? contents.recording(number) else { throw .notFound }
        guard let file = OpenRecording(recording, path: path, prefetcher: volume.prefetcher) else { throw .invalid }
        return file
    }

    /// What a file cannot say of its recording otherwise: where it is in the store, and what the store knows of its source. Of a
    /// recording that cannot be served, only the former.
    var extendedAttributes: [(name: String, value: String)] {
        guard let facts = try? contents.facts(of: number) else { return [("path", "/\(contents.path(of: number))")] }
        return RecordingOutput.extendedAttributes.values(of: RecordingRow(facts)).map { name, value in
            // As a path in a mount of its own, it begins at the root.
            let slash = if case .path = value { "/" } else { "" }
            return (name: name, value: slash + value.text)
        }
    }
}
