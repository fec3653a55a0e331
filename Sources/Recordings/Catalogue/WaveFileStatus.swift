public import Support
import WaveFile

/// The size and the time of a recording's WAV file.
public struct WaveFileStatus: Sendable, Equatable {
    /// Bytes of the file.
    public let byteCount: UInt64
    /// Its time: when the recording began, or if that is not known, when the store wrote it.
    public let modified: Timestamp

    fileprivate init(byteCount: UInt64, modified: Timestamp) {
        self.byteCount = byteCount
        self.modified = modified
    }

    /// The status of the WAV file of the recording of which `facts` were packed; nil if no file can be that large.
    init?(packed facts: ArraySlice<UInt8>) {
        guard let file = RecordingFacts.file(packed: facts), let extent = file.outline.waveExtent else { return nil }
        byteCount = extent.fileSize
        modified = file.time
    }
}

extension RecordingFacts {
    /// The status of its WAV file; nil if no file can be that large.
    public var waveFileStatus: WaveFileStatus? {
        waveExtent.map { WaveFileStatus(byteCount: $0.fileSize, modified: fileTime) }
    }

    /// Bytes of the WAV file. Throws if no file can be that large.
    func waveByteCount() throws(RecordingError) -> UInt64 {
        guard let extent = waveExtent else {
            throw RecordingError("its WAV file would be too large to exist", recording: path)
        }
        return extent.fileSize
    }
}
