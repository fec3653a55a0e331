import Glibc
import Support

/// The place in a store where checks with `--for` go on: a file in the cache folder with the path of the recording that was checked last.
struct CheckBookmark {
    private static let maximumByteCount = 64 << 10

    private let file: String

    /// That of deep checks of what `address` names, or of those that are not deep. Nil if `folder` is nil.
    init?(of address: StoreAddress, isDeep: Bool, folder: String?) {
        let store = FilePath.resolved(address.path) ?? address.absolutePath
        let name = address.group.isEmpty ? store : "\(store)::\(address.group)"
        guard let catalogue = CatalogueLocation.standard.path(store: name, folder: folder) else { return nil }
        file = "\(catalogue)\(isDeep ? ".deep" : "").check"
    }

    /// The folder that it is in.
    var folder: String { FilePath.folder(of: file) }

    /// The recording; nil if there is none, so that a check begins with the first.
    var recording: String? {
        let descriptor = file.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumByteCount)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Puts it at `recording`. Throws if that cannot be kept.
    func put(_ recording: String) throws(CommandError) {
        let descriptor = file.withFileName { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        guard Array(recording.utf8).withUnsafeBytes({ descriptor.writeAll($0) }) else { throw failure("write") }
    }

    private func failure(_ call: String) -> CommandError {
        CommandError("where the check goes on cannot be kept", cause: SystemError(call, file))
    }
}
