import Recordings
import Support

/// A recording as a WAV file.
struct RecordingFile: File {
    /// The members of the recording's group.
    let contents: GroupContents
    /// The recording's number among them.
    let number: Int

    var caching: NodeCaching { .lasting }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        do {
            let status = try contents.status(of: number)
            return FileStatus(size: status.byteCount, modified: status.modified)
        } catch {
            throw error.isCancellation ? .interrupted : .notFound
        }
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        let recording: Recording
        do {
            recording = try contents.recording(number)
        } catch {
            throw error.isCancellation ? .interrupted : .notFound
        }
        guard
            let file = OpenRecording(
                recording, path: path, prefetcher: volume.prefetcher,
                onChange: { [contents, number, weak volume] in
                    contents.relearn(number)
                    volume?.invalidate(.content(inode))
                })
        else { throw .invalid }
        return file
    }

    /// What a WAV file cannot say: where the recording is in the store, and what the store knows of its source. A
    /// recording that cannot be served has only the former.
    var extendedAttributes: [(name: String, value: String)] {
        guard let facts = try? contents.facts(of: number) else { return [("path", "/\(contents.path(of: number))")] }
        return RecordingOutput.extendedAttributes.values(of: RecordingRow(facts)).map { name, value in
            // Paths are shown with the leading slash that they do not have in the store.
            let slash = if case .path = value { "/" } else { "" }
            return (name: name, value: slash + value.text)
        }
    }
}
