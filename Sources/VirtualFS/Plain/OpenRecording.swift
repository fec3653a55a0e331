import Recordings
import Support
import WaveFile

/// The open WAV file of a recording.
final class OpenRecording: OpenFile {
    let path: String
    /// How many bytes come before the samples, belong to them, and come after them.
    private let extent: WaveExtent
    private let recording: Recording
    /// Decodes ahead of this file's reader; nil if nothing is to be decoded ahead.
    private let prefetcher: Prefetcher?
    private let reader: Prefetcher.Reader?
    /// The bytes around the samples. They are read when they are first asked for, since the kernel may have them
    /// already.
    private let ends = SingleFlight<Ends>()

    private struct Ends: Sendable {
        let head: Block, tail: Block
    }

    /// Is called if the recording turns out to be rewritten.
    private let onChange: @Sendable () -> Void
    let keepsContent: Bool

    /// The WAV file of `recording`, at `path`; nil if no file can be that large. `onChange` is called if it turns out to be rewritten.
    init?(
        _ recording: Recording, path: String, prefetcher: Prefetcher?, onChange: @escaping @Sendable () -> Void = {}
    ) {
        guard let extent = recording.waveExtent else { return nil }
        self.path = path
        self.extent = extent
        self.recording = recording
        self.prefetcher = prefetcher
        reader = prefetcher?.reader(of: recording)
        self.onChange = onChange
        keepsContent = recording.samples.beginReading()
    }

    var isRecording: Bool { true }

    func read(offset: UInt64, size: UInt64) throws(RecordingError) -> [BlockSlice] {
        let parts = extent.parts(offset: offset, size: size)
        var slices: [BlockSlice] = []
        if !parts.head.isEmpty { slices.append(BlockSlice(try readEnds().head, parts.head)) }
        if !parts.data.isEmpty {
            if let reader { prefetcher?.note(parts.data, by: reader) }
            let data = try recording.samples.read(bytes: parts.data)
            // If a reply were too short or too long, the bytes after it would be in the wrong place of the kernel's
            // page cache.
            guard data.reduce(0, { $0 + $1.count }) == parts.data.count else {
                throw RecordingError(
                    "the decoder gave another number of samples than it was asked for", recording: recording.path,
                    samples: recording.samples(of: parts.data))
            }
            slices += data
        }
        if !parts.tail.isEmpty { slices.append(BlockSlice(try readEnds().tail, parts.tail)) }
        return slices
    }

    func noticeChange() {
        onChange()
    }

    func close() {
        reader?.end()
    }

    private func readEnds() throws(RecordingError) -> Ends {
        try ends.get { () throws(RecordingError) in
            guard let layout = try recording.waveLayout() else {
                throw RecordingError("its WAV file would be too large to exist", recording: recording.path)
            }
            return Ends(head: Block(layout.head), tail: Block(layout.tail))
        }
    }
}

extension Recording {
    /// The samples that `bytes` of the `data` chunk, which must not be empty, belong to.
    fileprivate func samples(of bytes: Range<UInt64>) -> Range<UInt64> {
        let blockAlign = UInt64(facts.format.blockAlign)
        return bytes.lowerBound / blockAlign..<(bytes.upperBound - 1) / blockAlign + 1
    }
}
