import Recordings
import Support
import Synchronization
import WaveFile

/// A file that somebody has open: where its bytes come from.
final class OpenFile: Sendable {
    /// Where it is below the mountpoint.
    let path: String
    /// How many bytes there are before, of and after the samples.
    private let extent: WaveExtent
    /// The recording whose samples lie between head and tail; nil for a text.
    let recording: Recording?
    /// Who decodes ahead of this file's reader, if anybody.
    private let prefetcher: Prefetcher?
    private let reader: Prefetcher.Reader?
    /// The bytes around the samples, read when they are asked for: the kernel may have them.
    private let ends = SingleFlight<Ends>()
    private let readEnds: @Sendable () throws(RecordingError) -> Ends

    private struct Ends: Sendable {
        let head: Block, tail: Block
    }

    /// The WAV file of `recording`, at `path`. Nil where it would be too large to exist.
    init?(_ recording: Recording, path: String, prefetcher: Prefetcher?) {
        guard let extent = recording.waveExtent else { return nil }
        self.path = path
        self.extent = extent
        self.recording = recording
        self.prefetcher = prefetcher
        reader = prefetcher?.reader(of: recording)
        readEnds = { () throws(RecordingError) in
            guard let layout = try recording.waveLayout() else {
                throw RecordingError("its WAV file would be too large to exist", recording: recording.path)
            }
            return Ends(head: Block(layout.head), tail: Block(layout.tail))
        }
    }

    /// A file of no more than `text`, at `path`.
    init?(_ text: Block, path: String) {
        guard let extent = WaveExtent(headByteCount: UInt64(text.count), dataByteCount: 0, tailByteCount: 0) else {
            return nil
        }
        self.path = path
        self.extent = extent
        recording = nil
        prefetcher = nil
        reader = nil
        readEnds = { Ends(head: text, tail: Block([])) }
    }

    /// The `size` bytes from `offset` on, fewer only where the file ends.
    func read(offset: UInt64, size: UInt64) throws(RecordingError) -> [BlockSlice] {
        let parts = extent.parts(offset: offset, size: size)
        var slices: [BlockSlice] = []
        if !parts.head.isEmpty { slices.append(BlockSlice(try ends.get(make: readEnds).head, parts.head)) }
        if let recording, !parts.data.isEmpty {
            if let reader { prefetcher?.note(parts.data, by: reader) }
            let data = try recording.samples.read(bytes: parts.data)
            // A reply that is short or long would put the bytes after it in the wrong place of the kernel's page cache.
            guard data.reduce(0, { $0 + $1.count }) == parts.data.count else {
                throw RecordingError(
                    "the decoder gave another number of samples than it was asked for", recording: recording.path,
                    samples: recording.samples(of: parts.data))
            }
            slices += data
        }
        if !parts.tail.isEmpty { slices.append(BlockSlice(try ends.get(make: readEnds).tail, parts.tail)) }
        return slices
    }

    /// Says that nobody has the file open any more.
    func close() {
        reader?.end()
    }
}

extension Recording {
    /// The samples that `bytes` of the `data` chunk belong to.
    fileprivate func samples(of bytes: Range<UInt64>) -> Range<UInt64> {
        let blockAlign = UInt64(facts.format.blockAlign)
        return bytes.lowerBound / blockAlign..<(bytes.upperBound - 1) / blockAlign + 1
    }
}

/// The open files of a volume, by their handles.
final class OpenFiles: Sendable {
    private struct State {
        var files: [UInt64: OpenFile] = [:]
        var lastHandle: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Keeps `file` until its handle is released.
    func add(_ file: OpenFile) -> UInt64 {
        state.withLock { state in
            state.lastHandle += 1
            state.files[state.lastHandle] = file
            return state.lastHandle
        }
    }

    /// The file with `handle`.
    func file(_ handle: UInt64) throws(VirtualFSError) -> OpenFile {
        guard let file = state.withLock({ $0.files[handle] }) else { throw .badHandle }
        return file
    }

    /// Forgets `handle`.
    func remove(_ handle: UInt64) throws(VirtualFSError) {
        guard let file = state.withLock({ $0.files.removeValue(forKey: handle) }) else { throw .badHandle }
        file.close()
    }

    /// How many files are open.
    var count: Int { state.withLock { $0.files.count } }
}
