import Confinement
import Glibc
import Support
import Zarr

/// The confinement of a command: once it knows what it was told to do, it renounces everything else.
///
/// A measure that the system lacks is left out without a word, since a command then does what it does anyway.
enum CommandConfinement {
    /// The environment variable that turns it off, with the value `off`.
    static let variable = "ZARRWLR_SANDBOX"

    /// Confines this process, unless the user does not want that.
    static func apply(_ policy: ConfinementPolicy) {
        if let value = getenv(variable), strcmp(value, "off") == 0 { return }
        _ = Confinement.apply(policy)
    }
}

extension CommandStreams {
    /// Confines the process, if these are its streams. It may read below `readable`, change files below `changeable`, change, make and remove
    /// files and folders below `managed`, and remove empty folders in `cleared`. It may connect to other machines if it `hasNetwork`.
    func confine(
        reading readable: [String], changing changeable: [String] = [], managing managed: [String] = [],
        clearing cleared: [String] = [], hasNetwork: Bool = false
    ) {
        guard let confinement else { return }
        ProcessIdentity.learn()
        confinement(
            ConfinementPolicy(
                readableFolders: readable, changeableFolders: changeable, managedFolders: managed,
                clearedFolders: cleared, hasNetwork: hasNetwork))
    }

    /// Confines the process as above to reading `stores` as `access` says, besides what is below `readable`. What is learned of the first may be
    /// kept at `catalogue`.
    func confine(
        toStores stores: [StoreAddress], _ access: StoreAccess, reading readable: [String] = [],
        changing changeable: [String] = [], managing managed: [String] = [], catalogue: CatalogueLocation? = nil
    ) {
        guard confinement != nil, let store = stores.first else { return }
        let file = catalogue.flatMap { $0.path(store: access.remote.identity(of: store), folder: cacheFolder) }
        let folder = file.map { FilePath.folder(of: FilePath.resolved($0) ?? $0) }
        confine(
            reading: stores.flatMap { access.readableFiles(for: $0) } + readable,
            changing: changeable + (folder.map { [$0] } ?? []), managing: managed,
            hasNetwork: stores.contains(where: \.isRemote))
    }
}
