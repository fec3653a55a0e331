import Recordings
import Spectrogram
import Support

/// The spectrogram of a recording as a PNG file.
struct SpectrogramFile: File {
    /// The recording.
    let wave: RecordingFile
    let maker: SpectrogramMaker

    var caching: NodeCaching { .lasting }
    var extendedAttributes: [(name: String, value: String)] { wave.extendedAttributes }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        FileStatus(size: maker.byteCount, modified: try wave.status(in: volume).modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        let recording: Recording
        do {
            recording = try wave.contents.recording(wave.number)
        } catch {
            throw error.isCancellation ? .interrupted : .notFound
        }
        return OpenSpectrogram(
            recording, maker: maker, cache: volume.snapshot.plain.catalogue.cache ?? maker.cache, path: path,
            onChange: { [wave, weak volume] in
                wave.contents.relearn(wave.number)
                volume?.invalidate(inode)
            })
    }
}
