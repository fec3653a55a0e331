import Recordings
import Support
import VirtualFS
import Zarr

/// A store that a command has opened to look at: its recordings, and the files that a mount would show them as.
struct OpenStore: Sendable {
    /// A recording, and the path of its WAV file below a mount of the store.
    struct Entry: Sendable {
        let recording: Recording
        let file: String
    }

    /// What is decoded and kept meanwhile.
    private static let cacheByteCount = 64 << 20

    let address: StoreAddress
    let store: any Store
    let cache: BlockCache
    let entries: [Entry]
    let problems: [RecordingError]

    /// Opens what `address` names. What the recordings have to say about themselves goes to `log`.
    init(_ address: StoreAddress, log: Log = .silent) throws(CommandError) {
        self.address = address
        store = try StoreCatalogue.open(path: address.path)
        cache = BlockCache(budget: Self.cacheByteCount)
        let catalogue = try StoreCatalogue.load(path: address.path, group: address.group, cache: cache, log: log)
        var options = VolumeOptions()
        options.group = address.group
        let volume = Volume(catalogue, options: options, log: log)
        let files = Dictionary(
            volume.recordingFiles.map { ($0.recording.path, $0.path) }, uniquingKeysWith: { first, _ in first })
        // In the catalogue's order, where 10 comes after 9.
        entries = catalogue.recordings.compactMap { recording in
            files[recording.path].map { Entry(recording: recording, file: $0) }
        }
        problems = volume.problems
    }

    /// The recording that `name` means: its path in the store, or its WAV file's path in a mount.
    func entry(_ name: String) throws(CommandError) -> Entry {
        let wanted = name.trimmingSlashes
        if let entry = entries.first(where: { $0.recording.path == wanted || $0.file == wanted }) { return entry }
        if let problem = problems.first(where: { $0.recording == wanted }) {
            throw CommandError("the recording cannot be read", cause: problem)
        }
        throw CommandError("there is no recording '\(wanted)' in \(address.path); zarrwlr list shows what there is")
    }

    /// Bytes that the store keeps of `recording`, its index and metadata among them; 0 where that cannot be told.
    func storedByteCount(of recording: Recording) -> UInt64 {
        (try? store.byteCount(below: recording.path)) ?? 0
    }

    /// Tells `streams` what could not be made a recording, a line each.
    func tellProblems(_ streams: CommandStreams, as name: String) {
        for problem in problems {
            streams.errors("zarrwlr \(name): \(problem.description.escapingControlCharacters)\n")
        }
    }
}
