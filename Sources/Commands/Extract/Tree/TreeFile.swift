import Glibc
import Recordings
import Support
import VirtualFS

/// A file of a copy of a tree: that of one recording.
struct TreeFile: Sendable {
    private enum Content: Sendable {
        case wave(Recording)
        case source(ExtractedSource)
    }

    /// The path of the recording in the store.
    let recording: String
    /// The file's path below the folder of the copy.
    let path: String
    let byteCount: UInt64
    /// The time that it is given.
    let modified: Timestamp
    private let content: Content

    /// The file of `entry` of `store`, of that `kind`. Throws if the recording cannot be had as one.
    init(_ entry: OpenStore.Entry, as kind: RecordingFileKind, in store: OpenStore) throws(CommandError) {
        recording = entry.recording.path
        path = entry.file
        guard let wave = entry.recording.waveFileStatus else {
            throw CommandError("its WAV file would be too large to exist")
        }
        switch kind {
        case .wave:
            try store.checkPlausible(entry.recording)
            content = .wave(entry.recording)
            byteCount = wave.byteCount
            modified = wave.modified
        case .source:
            let source = try ExtractedSource(of: entry.recording, in: store)
            content = .source(source)
            byteCount = source.byteCount
            modified = entry.recording.sourceModified ?? wave.modified
        }
    }

    /// Hands its bytes to `write`, in order.
    func write(to write: OutputFile.Writer) throws(CommandError) {
        switch content {
        case .wave(let recording): try Excerpt(whole: recording).write(to: write)
        case .source(let source): try source.write(to: write)
        }
    }

    /// Whether the file at `place`, whose size and time are right, has the right bytes at its ends and at some places between: another recording of
    /// that length that begins at the same time has others. Nil if that is not enough: a source is proved.
    func seemsSame(as place: String) throws(CommandError) -> Bool? {
        guard case .wave(let recording) = content else { return nil }
        let excerpt = try Excerpt(whole: recording)
        return try OutputFile.holds(place, try excerpt.probes())
    }

    /// Whether a file of this `status` has its size and time.
    func fits(_ status: stat) -> Bool {
        UInt64(exactly: status.st_size) == byteCount && Int64(status.st_mtim.tv_sec) == modified.seconds
            // Some file systems keep whole seconds.
            && [0, modified.nanoseconds].contains(Int64(status.st_mtim.tv_nsec))
    }

    /// Whether the file at `place` has its bytes. `progress` is called for each piece, and may end this by an error.
    func isSame(
        as place: String, progress: () throws(CommandError) -> Void
    ) throws(CommandError) -> Bool {
        if case .source(let source) = content { return try source.isSame(as: place, progress: progress) }
        return try OutputFile.holds(place, byteCount: byteCount) { compare throws(CommandError) in
            try write { bytes throws(CommandError) in
                try progress()
                try compare(bytes)
            }
        }
    }
}
