import FuseBridge
import Glibc
import Support
import VirtualFS

extension MountConfiguration {
    /// The options of the session that serves the mount.
    var sessionOptions: FuseSession.Options {
        var options = FuseSession.Options()
        options.mountOptions = allFuseOptions(store: store)
        options.maximumThreads = maximumThreads
        options.hasExtendedAttributes = hasExtendedAttributes
        options.isTracing = isTracing
        return options
    }

    /// The options of the volume that is shown.
    var volumeOptions: VolumeOptions {
        var options = VolumeOptions()
        options.owner = owner
        options.ownerGroup = ownerGroup
        options.umask = umask
        options.views = views
        options.expansion = expansion
        options.partByteCount = partByteCount
        options.hasReports = hasReports
        options.isLiving = true
        var status = stat()
        if "\(store)/zarr.json".withFileName({ stat($0, &status) }) == 0 {
            options.modified = Timestamp(
                seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
        }
        return options
    }

    /// The name under which what is learned of the store is kept.
    var storeIdentity: String { access.remote.identity(of: address) }

    /// The file in which what is learned of the store is kept; nil if it is not. `cacheFolder` is that for `CatalogueLocation.standard`.
    func cataloguePath(cacheFolder: String?) -> String? { catalogue.path(store: storeIdentity, folder: cacheFolder) }

    /// The folder in which coded bytes of the store are kept; nil if they are not. It is in `cacheFolder` if no other is given.
    func blockFolder(cacheFolder: String?) -> String? {
        guard address.isRemote, blockByteLimit > 0 else { return nil }
        return blockFolder ?? cacheFolder.map { "\($0)/blocks" }
    }

    /// Whether the log goes to standard error.
    var logsToStandardError: Bool { isForeground && logFile == nil }

    /// The log. A file is opened, and made if there is none.
    func makeLog() throws(CommandError) -> Log {
        let minimum: LogLevel = isTracing ? .debug : .info
        if let logFile { return try .file(logFile, minimum: minimum) }
        return logsToStandardError
            ? .standardError(program: MountCommand.name, minimum: minimum)
            : .system(program: MountCommand.name, minimum: minimum)
    }
}
