import Importing
import Recordings
import Zarr

/// A store whose recordings a command changes.
struct StoreEditing {
    let editor: RecordingEditor
    private let opened: OpenStore
    private let store: any WritableStore

    /// Opens what `address` names, which must be there, as `access` says.
    init(_ address: StoreAddress, _ access: StoreAccess = StoreAccess()) throws(CommandError) {
        try StoreCatalogue.checkIsWritable(address)
        opened = try OpenStore(address, access)
        store = try StoreCatalogue.writable(opened.store, address)
        editor = RecordingEditor(store)
    }

    /// The path in the store of the recording that `name` means: its path, or that of its WAV file in a mount. It need not be readable.
    func path(of name: String) throws(CommandError) -> String {
        let wanted = name.trimmingSlashes
        if StoredSource(of: wanted, in: opened.store) != nil { return wanted }
        return try opened.recording(wanted).path
    }

    /// The paths in the store of all recordings of the group that was named, and how many cannot be read, each of which is named as by the
    /// command `name`.
    func allPaths(_ streams: CommandStreams, as name: String) -> (paths: [String], unreadCount: Int) {
        let contents = opened.learn()
        contents.printProblems(streams, as: name)
        return (contents.entries.map(\.recording.path), contents.problems.count)
    }

    /// Has the store's catalogue, if it keeps one, say what is at `changed` now, and that nothing is at `gone`.
    func record(changed: [String] = [], gone: [String] = [], _ streams: CommandStreams, as name: String) {
        CatalogueUpdate.record(changed: changed, gone: gone, in: store, streams, as: name)
    }

    /// Makes a change; its error is the command's.
    static func change<T>(_ body: () throws(EditError) -> T) throws(CommandError) -> T {
        do {
            return try body()
        } catch {
            throw CommandError(error.summary, cause: error.cause)
        }
    }
}
