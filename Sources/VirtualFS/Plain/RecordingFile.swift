import Recordings
import Support

/// A recording as a WAV file.
struct RecordingFile: ClippableFile {
    let contents: GroupContents
    let number: Int

    var expansion: UInt32 { 1 }
    var caching: NodeCaching { .lasting }
    var extendedAttributes: [(name: String, value: String)] { contents.extendedAttributes(of: number) }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        do {
            let status = try contents.status(of: number)
            return FileStatus(size: status.byteCount, modified: status.modified)
        } catch {
            throw error.isCancellation ? .interrupted : .notFound
        }
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        let recording = try contents.fileRecording(number)
        guard let sound = RecordingSound(recording) else { throw .invalid }
        return OpenRecording(sound, of: contents, number, as: inode, path: path, in: volume)
    }
}
