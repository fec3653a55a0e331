import Recordings
import Support

/// The coded stream of a recording as a file.
struct CodedRecordingFile: File {
    /// The members of the recording's group.
    let contents: GroupContents
    /// The recording's number among them.
    let number: Int
    /// The sizes of the files in its directory.
    let sizes: CodedFileSizes

    var caching: NodeCaching { .lasting }

    var extendedAttributes: [(name: String, value: String)] {
        RecordingFile(contents: contents, number: number).extendedAttributes
    }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        let (_, facts) = try described()
        let size = try reading { () throws(RecordingError) in
            try sizes.size(of: number, in: contents, facts, RecordingTags(facts))
        }
        guard let byteCount = size?.byteCount, let modified = facts.waveFileStatus?.modified else { throw .notFound }
        return FileStatus(size: byteCount, modified: modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        let (recording, facts) = try described()
        let tags = RecordingTags(facts)
        let size = try reading { () throws(RecordingError) in
            try sizes.size(of: number, in: contents, facts, tags)
        }
        guard let file = recording.codedFile, let size else { throw .notFound }
        return OpenCodedFile(
            file, recording: facts.path, tags, size, path: path,
            onChange: { [contents, number, weak volume] in
                contents.relearn(number)
                volume?.invalidate(inode)
            })
    }

    private func described() throws(VirtualFSError) -> (Recording, RecordingFacts) {
        let recording = try reading { () throws(RecordingError) in try contents.recording(number) }
        return (recording, recording.facts)
    }

    /// What `body` returns. What cannot be read is not there.
    private func reading<T>(_ body: () throws(RecordingError) -> T) throws(VirtualFSError) -> T {
        do {
            return try body()
        } catch {
            throw error.isCancellation ? .interrupted : .notFound
        }
    }
}
