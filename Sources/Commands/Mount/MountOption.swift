import S3
import Support
import VirtualFS
import WaveFile

/// A mount option, for `-o`: its names, its value, its effect, and its text in `--help`, all in one place.
struct MountOption: Sendable {
    /// The effect of an option without a value, or of one with a value, which throws if the value is not valid.
    enum Effect: Sendable {
        case flag(@Sendable (inout MountConfiguration, _ name: String) throws(CommandError) -> Void)
        case value(String, @Sendable (inout MountConfiguration, String) throws(CommandError) -> Void)
    }

    /// Its names: several for options that are alike.
    let names: [String]
    let effect: Effect
    let help: String

    /// What stands for its value; nil if it has none.
    var placeholder: String? {
        guard case .value(let placeholder, _) = effect else { return nil }
        return placeholder
    }

    /// The option as `--help` shows it.
    var usage: String { names.joined(separator: ", ") + (placeholder.map { "=\($0)" } ?? "") }

    private init(_ names: String..., effect: Effect, help: String) {
        self.names = names
        self.effect = effect
        self.help = help
    }

    /// All options, in the order that `--help` shows them.
    static let all: [MountOption] = [
        MountOption("ro", effect: .flag { _, _ in }, help: "read-only, as every such mount is"),
        MountOption(
            "rw",
            effect: .flag { _, _ throws(CommandError) in
                throw CommandError("option 'rw': a store is mounted read-only; leave it out")
            },
            help: "refused"),
        MountOption(
            "group", effect: .value("PATH") { $0.group = $1.trimmingSlashes },
            help: "show only this group of the store"),
        MountOption(
            "views",
            effect: .value("NAME[:NAME]") { configuration, text throws(CommandError) in
                do {
                    configuration.views = try ViewSelection(text)
                } catch {
                    throw CommandError("option 'views'", cause: error)
                }
            },
            help: "show, too: \(ViewSelection.allNames.joined(separator: ", ")) (clips:sums)"),
        MountOption(
            "expansion",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.expansion = try number(text, "expansion", in: VolumeOptions.expansions)
            },
            help: "how many times slower the recordings in the view x10 are, which is then called xN (10)"),
        MountOption(
            "part_size",
            effect: .value("BYTES") { configuration, text throws(CommandError) in
                configuration.partByteCount = try byteCount(text, "part_size", in: VolumeOptions.partByteCounts)
            },
            help: "the largest file in the view parts; K, M and G are understood (just below 2G)"),
        MountOption(
            "uid",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.owner = try number(text, "uid", in: 0...UInt32.max)
            },
            help: "the user that all files belong to (yours)"),
        MountOption(
            "gid",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.ownerGroup = try number(text, "gid", in: 0...UInt32.max)
            },
            help: "the group that all files belong to (yours)"),
        MountOption(
            "umask",
            effect: .value("OCTAL") { configuration, text throws(CommandError) in
                configuration.umask = try number(text, "umask", in: 0...0o777, radix: 8)
            },
            help: "permission bits that no file has (0)"),
        MountOption(
            "cache_mb",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.cacheByteCount = try number(text, "cache_mb", in: 0...1 << 20) << 20
            },
            help: "MiB of decoded sound kept in memory (64)"),
        MountOption(
            "catalogue", effect: .value("PATH|off") { $0.catalogue = CatalogueLocation($1) },
            help: "where to keep what is learned about a store (~/.cache/zarrwlr)"),
        MountOption(
            "follow_links", effect: .value("DIR[:DIR]") { $0.access.links = FollowedLinks($1) },
            help: "let symbolic links in the store lead to these folders (nowhere outside it)"),
        MountOption(
            "endpoint", effect: .value("URL") { $0.access.remote.s3.endpoint = $1 },
            help: "of s3://: the service (AWS_ENDPOINT_URL, else AWS)"),
        MountOption(
            "region", effect: .value("NAME") { $0.access.remote.s3.region = $1 },
            help: "of s3://: its region (AWS_REGION, else the profile's)"),
        MountOption(
            "profile", effect: .value("NAME") { $0.access.remote.s3.profile = $1 },
            help: "of s3://: whose credentials in ~/.aws (AWS_PROFILE, else default)"),
        MountOption(
            "anonymous", effect: .flag { configuration, _ in configuration.access.remote.s3.isAnonymous = true },
            help: "of s3://: without credentials"),
        MountOption(
            "path_style", effect: .flag { configuration, _ in configuration.access.remote.s3.isInPath = true },
            help: "of s3://: put the bucket into paths (so unless it is AWS)"),
        MountOption(
            "requester_pays",
            effect: .flag { configuration, _ in configuration.access.remote.s3.isRequesterPaying = true },
            help: "of s3://: pay for the requests"),
        MountOption(
            "timeout",
            effect: .value("SECONDS") { configuration, text throws(CommandError) in
                configuration.access.remote.timeoutMilliseconds = try RemoteAccess.timeout(text, option: "timeout")
            },
            help: "how long to wait for a server that does not answer (60)"),
        MountOption(
            "connections",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.access.remote.connections = try number(text, "connections", in: 1...256)
            },
            help: "connections to a server at a time (16)"),
        MountOption(
            "cache_dir",
            effect: .value("DIR|off") { configuration, text in
                if text == "off" { configuration.blockByteLimit = 0 } else { configuration.blockFolder = text }
            },
            help: "of remote stores: where coded bytes are kept on disk (~/.cache/zarrwlr/blocks)"),
        MountOption(
            "cache_disk_mb",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.blockByteLimit = try number(text, "cache_disk_mb", in: 0...1 << 30) << 20
            },
            help: "of remote stores: MiB of coded bytes kept on disk; 0 keeps none (2048)"),
        MountOption(
            "reload",
            effect: .value("SECONDS") { configuration, text throws(CommandError) in
                configuration.reloadSeconds = try number(text, "reload", in: 1...86_400)
            },
            help: "look at the store anew so often, for changes that the system does not report (never)"),
        MountOption(
            "nowatch", effect: .flag { configuration, _ in configuration.watchesStore = false },
            help: "do not watch the store: show what has changed only after SIGHUP and with reload"),
        MountOption(
            "sandbox",
            effect: .value("on|off") { configuration, text throws(CommandError) in
                guard ["on", "off"].contains(text) else {
                    throw CommandError("option 'sandbox': '\(text)' is neither 'on' nor 'off'")
                }
                configuration.isConfined = text == "on"
            },
            help: "whether the process that reads the store may do nothing else (on)"),
        MountOption(
            "metadata",
            effect: .value("LIST") { configuration, text throws(CommandError) in
                configuration.metadata = try MetadataSelection(option: "metadata", text)
            },
            help:
                "the metadata in WAV files: all, none, or some of \(MetadataSelection.kindNames.joined(separator: ":")) (all)"
        ),
        MountOption(
            "nolocation", effect: .flag { configuration, _ in configuration.hidesLocation = true },
            help: "show nowhere where recordings were made"),
        MountOption(
            "noxattr", effect: .flag { configuration, _ in configuration.hasExtendedAttributes = false },
            help: "no extended attributes: newer 'ls -l' asks every file for them, and is faster without"),
        MountOption(
            "noreports", effect: .flag { configuration, _ in configuration.hasReports = false },
            help: "no directory .zarrwlr with reports of the mount about itself"),
        MountOption(
            "noprefetch", effect: .flag { configuration, _ in configuration.decodesAhead = false },
            help: "decode nothing ahead of sequential readers"),
        MountOption(
            "max_threads",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.wantedThreads = try number(text, "max_threads", in: 1...1024)
            },
            help: "the most threads that answer requests (2 a processor, at least 4; 32 for a remote store)"),
        MountOption(
            "log", effect: .value("FILE") { $0.logFile = $1 },
            help: "append the log to this file (stderr with -f, else the system's log)"),
        MountOption(
            "fsname", effect: .value("NAME") { $0.sourceName = $1 },
            help: "the source that mount tables show (the store's path)"),
        MountOption(
            "subtype", effect: .value("NAME") { $0.subtype = $1 },
            help: "the type that mount tables show, after 'fuse.' (zarrwlr)"),
        MountOption(
            "allow_other", effect: passedOn,
            help: "let other users in; if you are not root, needs user_allow_other in /etc/fuse.conf"),
        MountOption(
            "allow_root", effect: passedOn,
            help: "let root in, too, as permission bits say"),
        MountOption(
            "default_permissions", effect: passedOn,
            help: "let the kernel check permission bits, as with allow_other and allow_root"),
        MountOption(
            "auto_unmount", effect: passedOn,
            help: "unmount also when this program is killed"),
        MountOption(
            "dev", "nodev", "suid", "nosuid", "exec", "noexec", effect: passedOn,
            help: "as for any mount, see mount(8)"),
        MountOption(
            "sync", "async", "dirsync", "noatime", effect: passedOn,
            help: "as for any mount, see mount(8)"),
        MountOption(
            "atime", "diratime", "nodiratime", "relatime", "norelatime", "strictatime", "nostrictatime", "defaults",
            effect: .flag { _, _ in }, help: "accepted; they change nothing"),
    ]

    /// The effect of options that are passed on to libfuse and the kernel.
    private static var passedOn: Effect { .flag { $0.fuseOptions.append($1) } }

    private static let byName = Dictionary(
        all.flatMap { option in option.names.map { ($0, option) } }, uniquingKeysWith: { first, _ in first })

    /// Applies a list of options from `-o`, separated by commas; `\,` stands for a comma, and `\\` for a backslash.
    static func apply(_ list: String, to configuration: inout MountConfiguration) throws(CommandError) {
        for text in split(list) {
            let name = String(text.prefix { $0 != "=" })
            guard let option = byName[name] else {
                let advice = NearestName.advice(for: name, among: all.flatMap(\.names))
                throw CommandError("unknown option '\(text)'\(advice.isEmpty ? ";" : advice) --help lists them all")
            }
            let value = text.count > name.count ? String(text.dropFirst(name.count + 1)) : nil
            switch (option.effect, value) {
            case (.flag(let apply), nil):
                try apply(&configuration, name)
            case (.flag, .some):
                throw CommandError("option '\(name)' takes no value")
            case (.value(_, let apply), .some(let value)) where !value.isEmpty:
                try apply(&configuration, value)
            case (.value(let placeholder, _), _):
                throw CommandError("option '\(name)' needs a value: \(name)=\(placeholder)")
            }
        }
    }

    private static func split(_ list: String) -> [String] {
        var options = [""]
        var isEscaped = false
        for character in list {
            switch character {
            case "\\" where !isEscaped: isEscaped = true
            case "," where !isEscaped: options.append("")
            default:
                options[options.count - 1].append(character)
                isEscaped = false
            }
        }
        return options.filter { !$0.isEmpty }
    }

    /// A number of bytes, with `K`, `M` or `G` for 2^10, 2^20 or 2^30 of them.
    private static func byteCount(
        _ text: String, _ name: String, in range: ClosedRange<UInt64>
    ) throws(CommandError) -> UInt64 {
        let shifts: [Character: UInt64] = ["K": 10, "M": 20, "G": 30]
        let shift = text.last.flatMap { shifts[$0] }
        guard let count = UInt64(shift == nil ? text[...] : text.dropLast()),
            let byteCount = count.multiplied(by: 1 << (shift ?? 0)), range.contains(byteCount)
        else {
            throw CommandError(
                "option '\(name)': '\(text)' is not a number of bytes from \(range.lowerBound >> 10)K to "
                    + "\(range.upperBound >> 30)G")
        }
        return byteCount
    }

    private static func number<T: FixedWidthInteger>(
        _ text: String, _ name: String, in range: ClosedRange<T>, radix: Int = 10
    ) throws(CommandError) -> T {
        guard let number = T(text, radix: radix), range.contains(number) else {
            let shown = "\(String(range.lowerBound, radix: radix)) to \(String(range.upperBound, radix: radix))"
            throw CommandError(
                "option '\(name)': '\(text)' is not a number from \(shown)\(radix == 8 ? " (octal)" : "")")
        }
        return number
    }
}
