import Glibc
import Support
import VirtualFS
import WaveFile

/// The settings of `zarrwlr-mount`, by its command line.
struct MountConfiguration: Sendable {
    /// The path of the store, as given.
    var store = ""
    /// The directory to mount at, as given.
    var mountpoint = ""
    /// Whether the command stays in the foreground.
    var isForeground = false
    /// Whether every request is logged.
    var isTracing = false

    /// The store, and the part of it to show.
    var address: StoreAddress { StoreAddress(path: store, group: group) }
    /// The part of the store to show, without slashes at its ends.
    var group = ""
    /// The source that mount tables show; nil for the store's path.
    var sourceName: String?
    /// The type that mount tables show, after `fuse.`.
    var subtype = "zarrwlr"
    /// The user and group that all files belong to.
    var owner = getuid()
    var ownerGroup = getgid()
    /// Permission bits that no file has.
    var umask: UInt32 = 0
    /// The most threads that answer requests; nil for as many as the store is worth.
    var wantedThreads: Int?
    /// The most threads that answer requests. While a server does not answer, one waits for each request for it, and others must be left for
    /// what is known and for signals: the kernel reads ahead by 12 requests at once.
    var maximumThreads: Int {
        wantedThreads
            ?? (address.isRemote ? max(32, 2 * access.remote.connections) : max(4, 2 * Parallel.processorCount))
    }
    /// Bytes that all open files together may keep in memory.
    var cacheByteCount = 64 << 20
    /// The log file; nil for standard error in the foreground, and the system log otherwise.
    var logFile: String?
    /// The place to keep what is learned about the recordings.
    var catalogue = CatalogueLocation.standard
    /// How the store is read.
    var access = StoreAccess()
    /// Whether it is noticed at once what changes in the store.
    var watchesStore = true
    /// Seconds after which the store is looked at anew; nil for never.
    var reloadSeconds: Int?
    /// Whether the process that reads the store is confined.
    var isConfined = true
    /// Whether files have extended attributes.
    var hasExtendedAttributes = true
    /// What of their metadata WAV files have.
    var metadata = MetadataSelection.all
    /// Whether nothing shows where recordings were made.
    var hidesLocation = false
    /// Whether there is a directory with reports of the mount about itself.
    var hasReports = true
    /// Whether samples are decoded ahead of sequential readers.
    var decodesAhead = true
    /// What is shown beside the groups and recordings.
    var views = ViewSelection.usual
    /// How many times slower the view of slower recordings is.
    var expansion = VolumeOptions().expansion
    /// The most bytes of a file in the view of parts.
    var partByteCount = VolumeOptions().partByteCount
    /// Options that are passed on to libfuse and the kernel.
    var fuseOptions: [String] = []

    /// What the mount shows of recordings' metadata.
    var shownMetadata: MetadataSelection { hidesLocation ? metadata.subtracting(.location) : metadata }

    /// All options for libfuse, for a store at the absolute path `store`.
    func allFuseOptions(store: String) -> [String] {
        // Unless the kernel checks them, permission bits are only shown.
        let isShared = !fuseOptions.allSatisfy { $0 != "allow_other" && $0 != "allow_root" }
        let checking = isShared && !fuseOptions.contains("default_permissions") ? ["default_permissions"] : []
        return ["ro", "fsname=\(sourceName ?? store)", "subtype=\(subtype)"] + fuseOptions + checking
    }
}
