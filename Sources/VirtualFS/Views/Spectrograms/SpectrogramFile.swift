import Recordings
import Spectrogram
import Support

/// The spectrogram of a recording as a PNG file.
struct SpectrogramFile: DerivedFile {
    let contents: GroupContents
    let number: Int
    let maker: SpectrogramMaker

    var caching: NodeCaching { .lasting }
    var extendedAttributes: [(name: String, value: String)] { contents.extendedAttributes(of: number) }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        let wave = RecordingFile(contents: contents, number: number)
        return FileStatus(size: maker.byteCount, modified: try wave.status(in: volume).modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        OpenSpectrogram(
            try contents.fileRecording(number), maker: maker,
            cache: volume.snapshot.plain.catalogue.cache ?? maker.cache, as: inode, path: path,
            onChange: { [contents, number, weak volume] in
                contents.relearn(number)
                volume?.invalidate(.content(inode))
            })
    }
}
