import Importing
import Recordings
import Zarr

/// A store whose recordings a command changes.
struct StoreEditing {
    let editor: RecordingEditor
    private let opened: OpenStore

    /// Opens what `address` names, which must be there.
    init(_ address: StoreAddress) throws(CommandError) {
        try StoreCatalogue.checkIsWritable(address)
        opened = try OpenStore(address)
        editor = RecordingEditor(try StoreCatalogue.writable(opened.store, address))
    }

    /// The path in the store of the recording that `name` means: its path, or that of its WAV file in a mount. It need not be readable.
    func path(of name: String) throws(CommandError) -> String {
        let wanted = name.trimmingSlashes
        if StoredSource(of: wanted, in: opened.store) != nil { return wanted }
        return try opened.recording(wanted).path
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
