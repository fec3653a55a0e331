import Recordings
import Support

/// The coded stream of a recording as a file.
struct CodedRecordingFile: DerivedFile {
    /// The members of the recording's group.
    let contents: GroupContents
    /// The recording's number among them.
    let number: Int
    /// The sizes of the files in its directory.
    let sizes: CodedFileSizes

    var caching: NodeCaching { .lasting }
    var extendedAttributes: [(name: String, value: String)] { contents.extendedAttributes(of: number) }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        let facts = try contents.fileFacts(of: number)
        guard let byteCount = try size(facts, RecordingTags(facts)).byteCount,
            let modified = facts.waveFileStatus?.modified
        else { throw .notFound }
        return FileStatus(size: byteCount, modified: modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        let recording = try contents.fileRecording(number)
        let tags = RecordingTags(recording.facts)
        let size = try size(recording.facts, tags)
        guard let file = recording.codedFile else { throw .notFound }
        return OpenCodedFile(
            file, tags, size, of: contents, number,
            keepsContent: recording.samples.beginReading(as: inode.rawValue), as: inode, path: path, in: volume)
    }

    private func size(_ facts: RecordingFacts, _ tags: RecordingTags) throws(VirtualFSError) -> CodedFileSizes.Size {
        do {
            guard let size = try sizes.size(of: number, in: contents, facts, tags) else {
                throw VirtualFSError.notFound
            }
            return size
        } catch {
            throw error.isCancellation ? .interrupted : .notFound
        }
    }
}
