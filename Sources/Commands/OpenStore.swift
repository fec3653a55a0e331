import Recordings
import Support
import VirtualFS
import WaveFile
import Zarr

/// A store that a command has opened: its recordings, and the files that a mount would show them as.
struct OpenStore: Sendable {
    /// A recording, and the path of its file below a mount of the store.
    struct Entry: Sendable {
        let recording: Recording
        let file: String
    }

    /// All that a store has.
    struct Contents: Sendable {
        /// The paths of the directories that show groups below a mount of the store, each before those in it.
        let directories: [String]
        let entries: [Entry]
        /// Recordings that cannot be served and nodes that cannot be read, and why.
        let problems: [RecordingError]

        /// Prints the problems to `streams`, a line each.
        func printProblems(_ streams: CommandStreams, as name: String) {
            for problem in problems {
                streams.errors("zarrwlr \(name): \(problem.description.escapingControlCharacters)\n")
            }
        }
    }

    /// The budget of the cache.
    private static let cacheByteCount = 64 << 20

    let address: StoreAddress
    let store: any Store
    let cache: BlockCache
    private let catalogue: Catalogue
    private let volume: Volume
    /// Keeps what is learned; nil if nothing is kept.
    private let file: CatalogueFile?

    /// Opens what `address` names as `access` says, without examining any recording, and keeps nothing. What is noticed about recordings
    /// later is logged in `log`.
    init(
        _ address: StoreAddress, _ access: StoreAccess = StoreAccess(), log: Log = .silent
    ) throws(CommandError) {
        try self.init(address, access, metadata: .all, log: log) { nil }
    }

    /// Opens what `address` names for the command `name`, without examining any recording. What is known is taken from the catalogue at
    /// `location`, and what is learned is kept there; the store is read as `access` says. `metadata` are shown of recordings' metadata. If that is not possible, nothing is kept, and `streams` have a line about a catalogue that the user has named.
    init(
        _ address: StoreAddress, catalogue location: CatalogueLocation, _ access: StoreAccess,
        metadata: MetadataSelection = .all, _ streams: CommandStreams, as name: String
    ) throws(CommandError) {
        try self.init(address, access, metadata: metadata, log: .silent) {
            let log =
                location == .standard
                ? Log.silent
                : Log(minimum: .warning) { streams.errors("zarrwlr \(name): \($1)\n") }
            return location.open(store: access.remote.identity(of: address), folder: streams.cacheFolder, log: log)
        }
    }

    /// `openFile` is called once it is known that there is a store.
    private init(
        _ address: StoreAddress, _ access: StoreAccess, metadata: MetadataSelection, log: Log,
        openFile: () -> CatalogueFile?
    ) throws(CommandError) {
        self.address = address
        store = try StoreCatalogue.open(address, access)
        cache = BlockCache(budget: Self.cacheByteCount)
        file = openFile()
        catalogue = try StoreCatalogue.catalogue(
            of: store, address, cache: cache, file: file, metadata: metadata, log: log)
        volume = Volume(catalogue, log: log)
    }

    /// Lists all groups and learns all recordings, whose files are called as `kind` says.
    func learn(files kind: RecordingFileKind = .wave) -> Contents {
        var entries: [Entry] = []
        // In the catalogue's order, where 10 comes after 9.
        volume.forEachRecording(files: kind) { entries.append(Entry(recording: $0, file: $1)) }
        file?.save()
        var directories: [String] = []
        volume.forEachDirectory(files: kind) { directories.append($0) }
        var problems: [RecordingError] = []
        volume.forEachProblem { problems.append($0) }
        return Contents(directories: directories, entries: entries, problems: problems)
    }

    /// The recording that `name` means: its path in the store, or its WAV file's path in a mount. No other is opened.
    func recording(_ name: String) throws(CommandError) -> Recording {
        let wanted = name.trimmingSlashes
        do throws(RecordingError) {
            if let recording = try catalogue.recording(at: wanted) { return recording }
            if let listed = volume.recording(ofFile: wanted) {
                // What the store's catalogue says of it may be stale.
                return catalogue.mayBeStale ? try catalogue.recording(at: listed.path) ?? listed : listed
            }
        } catch {
            throw CommandError("the recording cannot be read", cause: error)
        }
        var isSomethingWrong = false
        volume.forEachProblem { _ in isSomethingWrong = true }
        guard !isSomethingWrong else {
            throw CommandError(
                "there is no recording '\(wanted)' among those of \(address.path) that can be read; zarrwlr list shows what is wrong with "
                    + "others")
        }
        throw CommandError("there is no recording '\(wanted)' in \(address.path); zarrwlr list shows what there is")
    }

    /// The path of the WAV file of `recording` below a mount of the store.
    func file(of recording: Recording) -> String {
        volume.filePath(ofRecording: recording.path) ?? recording.path
    }

    /// Throws if nearly all of `recording` is what the store does not have, so that nobody can want a copy.
    func checkPlausible(_ recording: Recording) throws(CommandError) {
        do throws(RecordingError) {
            try recording.checkPlausible(in: store, cache: cache)
        } catch {
            throw CommandError("the recording is not copied", cause: error)
        }
    }

    /// Bytes that the store keeps of `recording`, including its index and metadata; nil if that is not known.
    func storedByteCount(of recording: Recording) -> UInt64? {
        try? store.byteCount(below: recording.path)
    }
}
