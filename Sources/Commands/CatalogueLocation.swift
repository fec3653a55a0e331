import Glibc
import Recordings
import Support

/// Where what is learned of a store's recordings is kept from mount to mount.
enum CatalogueLocation: Sendable, Equatable {
    /// A file for each store, below the user's folder for caches.
    case standard
    /// This file.
    case file(String)
    /// Nowhere: it is learned anew every time.
    case nowhere

    /// The catalogue of the store at the absolute path `store`; nil where nothing is kept, which `log` then tells unless it was
    /// asked for.
    func open(store: String, log: Log) -> CatalogueFile? {
        switch self {
        case .nowhere: return nil
        case .file(let path): return CatalogueFile(path: path, log: log)
        case .standard:
            guard let folder = Self.standardFolder else {
                log.say(.info, "neither XDG_CACHE_HOME nor HOME is set: what is learned of the recordings is not kept")
                return nil
            }
            Self.make(folder)
            return CatalogueFile(path: "\(folder)/\(Self.name(of: store)).sqlite", log: log)
        }
    }

    /// See the XDG Base Directory Specification: a relative path counts as none.
    private static var standardFolder: String? {
        func variable(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        return (variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }).map { "\($0)/zarrwlr" }
    }

    /// Makes `folder` and those around it; whether that succeeded shows when a file is opened there.
    private static func make(_ folder: String) {
        var path = ""
        for component in folder.split(separator: "/") {
            path += "/\(component)"
            mkdir(path, 0o700)
        }
    }

    /// A file name for the store at `path`: its own name, and a hash of where it is.
    private static func name(of path: String) -> String {
        var hash = FNV1a()
        for byte in path.utf8 { hash.add(byte) }
        let name = path.split(separator: "/").last.map { String($0.prefix(60)) } ?? "root"
        return "\(name)-\(String(hash.value, radix: 16))"
    }
}
