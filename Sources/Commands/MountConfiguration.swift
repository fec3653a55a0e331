import Glibc
import Support

/// What `zarrwlr-mount` was asked to do.
struct MountConfiguration: Sendable {
    /// The store, as given.
    var store = ""
    /// The directory to mount at, as given.
    var mountpoint = ""
    /// Whether the command stays in the foreground.
    var isForeground = false
    /// Whether every request is logged.
    var isTracing = false

    /// The part of the store to show, without slashes at its ends.
    var group = ""
    /// What mount tables show as the source; the store's path where nil.
    var sourceName: String?
    /// What mount tables show as the type, after `fuse.`.
    var subtype = "zarrwlr"
    /// The user and group that all files belong to.
    var owner = getuid()
    var ownerGroup = getgid()
    /// Permission bits that no file has.
    var umask: UInt32 = 0
    /// The most threads that answer requests.
    var maximumThreads = max(4, 2 * Parallel.processorCount)
    /// Bytes that all open files together may keep in memory.
    var cacheByteCount = 64 << 20
    /// Where the log goes; nil for standard error in the foreground and the system's log otherwise.
    var logFile: String?
    /// Where what is learned of the recordings is kept.
    var catalogue = CatalogueLocation.standard
    /// Whether files have extended attributes.
    var hasExtendedAttributes = true
    /// Whether what a sequential reader will want is decoded ahead of it.
    var decodesAhead = true
    /// Options that libfuse and the kernel take.
    var fuseOptions: [String] = []

    /// All that libfuse is told, for a store at the absolute path `store`.
    func allFuseOptions(store: String) -> [String] {
        ["ro", "fsname=\(sourceName ?? store)", "subtype=\(subtype)"] + fuseOptions
    }
}
