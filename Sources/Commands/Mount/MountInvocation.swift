/// A parsed command line of `zarrwlr-mount`.
enum MountInvocation {
    case help
    case version
    case mount(MountConfiguration)
    /// To unmount what is mounted at a directory.
    case unmount(String)

    /// The options with long names.
    private static let longOptions = ["--help", "--unmount", "--version"]

    /// Parses `arguments`, which do not include the name of the program.
    init(_ arguments: [String]) throws(CommandError) {
        let options = arguments.prefix { $0 != "--" }
        if options.contains(where: { $0 == "--help" || $0 == "-h" }) || arguments == ["help"] {
            self = .help
        } else if options.contains(where: { $0 == "--version" || $0 == "-V" }) {
            self = .version
        } else if arguments.first == "--unmount" {
            let operands = arguments.dropFirst().filter { $0 != "--" }
            guard let directory = operands.first, operands.count == 1 else {
                throw CommandError("give a directory to unmount: zarrwlr-mount --unmount MOUNTPOINT")
            }
            self = .unmount(directory)
        } else {
            self = .mount(try Self.configuration(arguments))
        }
    }

    private static func configuration(_ arguments: [String]) throws(CommandError) -> MountConfiguration {
        var configuration = MountConfiguration()
        var operands: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                operands += rest
                break
            } else if argument.hasPrefix("-"), argument.count > 1 {
                try readFlags(argument, rest: &rest, into: &configuration)
            } else {
                operands.append(argument)
            }
        }
        guard operands.count == 2 else {
            throw CommandError("give a store and a directory to mount it at: zarrwlr-mount STORE[::GROUP] MOUNTPOINT")
        }
        let address = StoreAddress(operands[0])
        guard address.group.isEmpty || configuration.group.isEmpty else {
            throw CommandError("give the group once: as STORE::GROUP, or by -o group=")
        }
        configuration.store = address.path
        if !address.group.isEmpty { configuration.group = address.group }
        configuration.mountpoint = operands[1]
        return configuration
    }

    /// Parses an argument such as `-f`, `-fd`, `-oro`, or `-o`, whose list is then the first element of `rest`.
    private static func readFlags(
        _ argument: String, rest: inout ArraySlice<String>, into configuration: inout MountConfiguration
    ) throws(CommandError) {
        var flags = argument.dropFirst()
        while let flag = flags.popFirst() {
            switch flag {
            case "f": configuration.isForeground = true
            case "s": configuration.wantedThreads = 1
            case "d":
                configuration.isForeground = true
                configuration.isTracing = true
            case "o":
                guard let list = flags.isEmpty ? rest.popFirst() : String(flags) else {
                    throw CommandError("-o needs a list of options: -o opt[,opt...]")
                }
                return try MountOption.apply(list, to: &configuration)
            default:
                let advice = argument.hasPrefix("--") ? NearestName.advice(for: argument, among: longOptions) : ""
                throw CommandError("unknown option '\(argument)'\(advice.isEmpty ? ";" : advice) --help lists them all")
            }
        }
    }
}
