/// A parsed command line of `zarrwlr-mount`.
enum MountInvocation {
    case help
    case version
    case mount(MountConfiguration)

    /// Parses `arguments`, which do not include the name of the program.
    init(_ arguments: [String]) throws(CommandError) {
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
            self = .help
        } else if arguments.contains(where: { $0 == "--version" || $0 == "-V" }) {
            self = .version
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
            throw CommandError("give a store and a directory to mount it at: zarrwlr-mount STORE MOUNTPOINT")
        }
        configuration.store = operands[0]
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
            case "s": configuration.maximumThreads = 1
            case "d":
                configuration.isForeground = true
                configuration.isTracing = true
            case "o":
                guard let list = flags.isEmpty ? rest.popFirst() : String(flags) else {
                    throw CommandError("-o needs a list of options: -o opt[,opt...]")
                }
                return try MountOption.apply(list, to: &configuration)
            default:
                throw CommandError("unknown option '\(argument)'; --help lists them all")
            }
        }
    }
}
