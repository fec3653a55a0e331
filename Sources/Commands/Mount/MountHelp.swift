/// The text of `zarrwlr-mount --help`.
enum MountHelp {
    /// The options that are not mount options.
    static let flags = [
        ("-f", "stay in the foreground, log to standard error"),
        ("-d", "the same, and log every request"),
        ("-s", "answer requests on one thread"),
        ("-o opt[,opt...]", "mount options, see below"),
        ("--unmount DIR", "unmount what is mounted there"),
        ("--help", "print this"),
        ("--version", "print the version"),
    ]

    /// The text, made from the table of options.
    static var text: String {
        let options = MountOption.all.map { ($0.usage, $0.help) }
        return """
            usage: zarrwlr-mount STORE[::GROUP] MOUNTPOINT [-f] [-d] [-s] [-o opt[,opt...]]

            Mounts a Zarr store of coded recordings, so that each of them is a WAV file.
            Unmount with: zarrwlr-mount --unmount MOUNTPOINT

            \(HelpText.rows(flags))

            mount options (defaults in parentheses):
            \(HelpText.rows(options))

            """
    }
}
