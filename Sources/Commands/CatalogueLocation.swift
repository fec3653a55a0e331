import Glibc
import Recordings
import Support

/// The place where mounts and commands keep what they have learned about a store's recordings for the next ones.
enum CatalogueLocation: Sendable, Equatable {
    /// A file per store in the user's cache folder.
    case standard
    /// This file.
    case file(String)
    /// Nowhere: it is learned again each time.
    case nowhere

    /// The value of an option: `off`, or a path.
    init(_ text: String) {
        self = text == "off" ? .nowhere : .file(text)
    }

    /// The catalogue of the store at the absolute path `store`, which is in `folder` if the location is `standard`; nil if nothing is
    /// kept, which is logged unless the user asked for it.
    func open(store: String, folder: String?, log: Log) -> CatalogueFile? {
        if self == .standard, folder == nil {
            log.say(.info, "neither XDG_CACHE_HOME nor HOME is set: what is learned of the recordings is not kept")
        }
        return path(store: store, folder: folder).map { CatalogueFile(path: $0, log: log) }
    }

    /// The path of that catalogue; nil if nothing is kept. `folder` is made if it is needed.
    func path(store: String, folder: String?) -> String? {
        switch self {
        case .nowhere: return nil
        case .file(let path): return path
        case .standard:
            guard let folder else { return nil }
            Self.make(folder)
            return "\(folder)/\(Self.name(of: FilePath.resolved(store) ?? store)).sqlite"
        }
    }

    /// `zarrwlr` in the user's cache folder. By the XDG Base Directory Specification a relative path is ignored.
    static var userFolder: String? {
        func variable(_ name: String) -> String? {
            getenv(name).map { String(fileBytes: UnsafeRawBufferPointer(start: $0, count: strlen($0))) }.flatMap {
                $0.hasPrefix("/") ? $0 : nil
            }
        }
        return (variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }).map { "\($0)/zarrwlr" }
    }

    /// Creates `folder` and its parents. Failures are ignored, since opening a file there fails as well.
    private static func make(_ folder: String) {
        var path = ""
        for component in folder.split(separator: "/") {
            path += "/\(component)"
            path.withFileName { _ = mkdir($0, 0o700) }
        }
    }

    /// A file name for the store at `path`: its name and a hash of its path.
    private static func name(of path: String) -> String {
        var hash = FNV1a()
        for byte in path.utf8 { hash.add(byte) }
        let name = path.split(separator: "/").last.map { String($0.prefix(60)) } ?? "root"
        return "\(name)-\(String(hash.value, radix: 16))"
    }
}

extension CommandOption {
    /// `--catalogue`, which sets `location`.
    static func catalogue(
        _ location: any WritableKeyPath<Configuration, CatalogueLocation> & Sendable
    ) -> CommandOption {
        CommandOption(
            "--catalogue", effect: .value("PATH|off") { $0[keyPath: location] = CatalogueLocation($1) },
            help: "where to keep what is learned about a store (~/.cache/zarrwlr)")
    }
}
