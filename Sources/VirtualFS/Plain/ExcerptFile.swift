import Recordings
import WaveFile

/// A range of a recording's samples as a WAV file, perhaps slower than it was recorded.
struct ExcerptFile: File {
    let contents: GroupContents
    let number: Int
    /// The samples; nil for all of them.
    let samples: Range<UInt64>?
    let expansion: UInt32
    let caching: NodeCaching

    /// The samples `samples` of the recording `number` in `contents`, or all if they are nil, `expansion` times slower.
    init(
        of contents: GroupContents, _ number: Int, samples: Range<UInt64>? = nil, expansion: UInt32 = 1,
        caching: NodeCaching = .lasting
    ) {
        self.contents = contents
        self.number = number
        self.samples = samples
        self.expansion = expansion
        self.caching = caching
    }

    var extendedAttributes: [(name: String, value: String)] {
        contents.extendedAttributes(of: number, from: samples?.lowerBound ?? 0)
    }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        let excerpt = try excerpt(of: contents.fileFacts(of: number))
        return FileStatus(size: excerpt.extent.fileSize, modified: excerpt.modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        let recording = try contents.fileRecording(number)
        let sound = RecordingSound(recording, excerpt: try excerpt(of: recording.facts))
        return OpenRecording(
            sound, of: contents, number, as: inode, path: path, in: volume, isListed: caching != .unlisted)
    }

    /// Throws `notFound` if the recording does not have these samples any more.
    private func excerpt(of facts: RecordingFacts) throws(VirtualFSError) -> WaveExcerpt {
        guard let excerpt = WaveExcerpt(of: facts, samples: samples, expansion: expansion) else { throw .notFound }
        return excerpt
    }
}
