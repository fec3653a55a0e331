import Support

/// `zarrwlr-mount`: mounts a store, and serves it until it is unmounted.
public struct MountCommand: Sendable {
    /// Takes text to be written as it is.
    public typealias Output = @Sendable (String) -> Void

    static let name = "zarrwlr-mount"

    private let output: Output
    private let errors: Output
    private let cacheFolder: String?

    /// A command that writes what was asked for to `output` and why it failed to `errors`. What it learns of a store is kept in the user's
    /// folder for caches.
    public init(output: @escaping Output, errors: @escaping Output) {
        self.init(output: output, errors: errors, cacheFolder: CatalogueLocation.userFolder)
    }

    /// As above, with the folder for `CatalogueLocation.standard`; nil if nothing is to be kept there.
    init(output: @escaping Output, errors: @escaping Output, cacheFolder: String?) {
        self.output = output
        self.errors = errors
        self.cacheFolder = cacheFolder
    }

    /// Does what `arguments` (without the program's name) say and returns the exit status: 0, or 1 with one line in `errors`.
    ///
    /// Unless it is to stay in the foreground, it returns as soon as the mount answers, and a copy of the process goes
    /// on; it must then be called while the process has no other thread.
    public func run(_ arguments: [String]) -> Int32 {
        do throws(CommandError) {
            switch try MountInvocation(arguments) {
            case .help: output(MountHelp.text)
            case .version: output(versionText(of: Self.name))
            case .mount(let configuration): try mount(configuration)
            case .unmount(let directory): try Unmounting.run(directory)
            }
            return 0
        } catch {
            errors("\(Self.name): \(error.description.escapingControlCharacters)\n")
            return 1
        }
    }

    private func mount(_ configuration: MountConfiguration) throws(CommandError) {
        var configuration = configuration
        configuration.store = configuration.address.absolutePath
        configuration.mountpoint = FilePath.absolute(configuration.mountpoint)
        configuration.logFile = configuration.logFile.map(FilePath.absolute)
        configuration.blockFolder = configuration.blockFolder.map(FilePath.absolute)
        RemoteAccess.makePathsAbsolute()
        if case .file(let path) = configuration.catalogue { configuration.catalogue = .file(FilePath.absolute(path)) }
        let monitor = MountMonitor(configuration, cacheFolder: cacheFolder)
        if configuration.isForeground {
            try monitor.run(onReady: {})
        } else {
            try BackgroundProcess.run { begun throws(CommandError) in try monitor.run(onReady: begun) }
        }
    }
}
