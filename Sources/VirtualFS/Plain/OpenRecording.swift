import Recordings
import Support
import WaveFile

/// The open WAV file of a recording, or of a range of one.
final class OpenRecording: OpenFile {
    let path: String
    let keepsContent: Bool
    private let sound: RecordingSound
    /// Decodes ahead of this file's reader; nil if nothing is to be decoded ahead.
    private let prefetcher: Prefetcher?
    private let reader: Prefetcher.Reader?
    /// Is called if the recording turns out to be rewritten.
    private let onChange: @Sendable () -> Void
    /// The bytes around the samples. They are read when they are first asked for, since the kernel may have them
    /// already.
    private let ends = SingleFlight<Ends>()

    /// Bytes around the samples that are kept as long as the file is open.
    private static let endsByteCountLimit: UInt64 = 1 << 20

    private struct Ends: Sendable {
        let head: Block, tail: Block
    }

    /// The file with `sound`, that of the recording `number` in `contents`, opened as `inode` of `volume`, in which its path is `path`.
    /// Of a file that is not listed in any directory, the kernel keeps no bytes.
    init(
        _ sound: RecordingSound, of contents: GroupContents, _ number: Int, as inode: Inode, path: String,
        in volume: Volume, isListed: Bool = true
    ) {
        self.path = path
        self.sound = sound
        prefetcher = volume.prefetcher
        reader = prefetcher?.reader(of: sound.recording, upTo: sound.bytes.upperBound)
        onChange = { [weak volume] in
            contents.relearn(number)
            volume?.invalidate(.content(inode))
        }
        keepsContent = isListed && sound.recording.samples.beginReading(as: inode.rawValue)
        // The kernel may still have the size of before.
        if !keepsContent, contents.wasRelearned(number) { volume.invalidate(.content(inode)) }
    }

    var isRecording: Bool { true }

    func read(offset: UInt64, size: UInt64) throws(RecordingError) -> [BlockSlice] {
        let parts = sound.extent.parts(offset: offset, size: size)
        var slices: [BlockSlice] = []
        if !parts.head.isEmpty { slices.append(try read(.head, parts.head)) }
        if !parts.data.isEmpty {
            let first = sound.bytes.lowerBound
            let bytes = first + parts.data.lowerBound..<first + parts.data.upperBound
            if let reader { prefetcher?.note(bytes, by: reader) }
            let data = try sound.recording.samples.read(bytes: bytes)
            // If a reply were too short or too long, the bytes after it would be in the wrong place of the kernel's
            // page cache.
            guard data.reduce(0, { $0 + $1.count }) == parts.data.count else {
                throw RecordingError(
                    "the decoder gave another number of samples than it was asked for", recording: sound.recording.path,
                    samples: sound.recording.samples(of: bytes))
            }
            slices += data
        }
        if !parts.tail.isEmpty { slices.append(try read(.tail, parts.tail)) }
        return slices
    }

    func noticeChange() {
        onChange()
    }

    func close() {
        reader?.end()
    }

    /// The bytes `range` of what is around the samples. If that is much, it is read as far as it is needed.
    private func read(_ part: SourceEnvelope.Part, _ range: Range<Int>) throws(RecordingError) -> BlockSlice {
        if let envelope = sound.envelope, envelope.byteCount > Self.endsByteCountLimit {
            let bytes = try envelope.bytes(part, UInt64(range.lowerBound)..<UInt64(range.upperBound))
            guard bytes.count == range.count else {
                throw RecordingError(
                    "source_head and source_tail changed while they were in use", recording: sound.recording.path)
            }
            return BlockSlice(Block(bytes))
        }
        let ends = try readEnds()
        return BlockSlice(part == .head ? ends.head : ends.tail, range)
    }

    private func readEnds() throws(RecordingError) -> Ends {
        try ends.get { () throws(RecordingError) in
            let layout = try sound.layout()
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
