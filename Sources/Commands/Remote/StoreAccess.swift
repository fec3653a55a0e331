import S3

/// How a command reads the store that it was given.
struct StoreAccess: Sendable {
    /// The folders outside of the store that symbolic links in it may lead to.
    var links = FollowedLinks()
    /// How a store on another machine is reached.
    var remote = RemoteAccess()

    /// The files and folders that are read for the store at `address`.
    func readableFiles(for address: StoreAddress) -> [String] {
        address.isRemote ? RemoteAccess.readableFiles(for: address) : [address.path] + links.paths
    }
}

extension Array {
    /// Options of a command that sets the `access` to its store by them.
    static func access<Configuration>(
        _ access: any WritableKeyPath<Configuration, StoreAccess> & Sendable
    ) -> [CommandOption<Configuration>] where Element == CommandOption<Configuration> {
        [
            CommandOption(
                "--follow-links",
                effect: .value("DIR[:DIR]") { $0[keyPath: access].links = FollowedLinks($1) },
                help: "let symbolic links in the store lead to these folders (nowhere outside it)")
        ] + .remoteAccess(access)
    }

    /// Those of them that are about stores on other machines.
    static func remoteAccess<Configuration>(
        _ access: any WritableKeyPath<Configuration, StoreAccess> & Sendable
    ) -> [CommandOption<Configuration>] where Element == CommandOption<Configuration> {
        [
            CommandOption(
                "--endpoint", effect: .value("URL") { $0[keyPath: access].remote.s3.endpoint = $1 },
                help: "of s3://: the service (AWS_ENDPOINT_URL, else AWS)"),
            CommandOption(
                "--region", effect: .value("NAME") { $0[keyPath: access].remote.s3.region = $1 },
                help: "of s3://: its region (AWS_REGION, else the profile's)"),
            CommandOption(
                "--profile", effect: .value("NAME") { $0[keyPath: access].remote.s3.profile = $1 },
                help: "of s3://: whose credentials in ~/.aws (AWS_PROFILE, else default)"),
            CommandOption(
                "--anonymous", effect: .flag { $0[keyPath: access].remote.s3.isAnonymous = true },
                help: "of s3://: without credentials"),
            CommandOption(
                "--path-style", effect: .flag { $0[keyPath: access].remote.s3.isInPath = true },
                help: "of s3://: put the bucket into paths (so unless it is AWS)"),
            CommandOption(
                "--requester-pays", effect: .flag { $0[keyPath: access].remote.s3.isRequesterPaying = true },
                help: "of s3://: pay for the requests"),
            CommandOption(
                "--timeout",
                effect: .value("SECONDS") { configuration, text throws(CommandError) in
                    configuration[keyPath: access].remote.timeoutMilliseconds = try RemoteAccess.timeout(
                        text, option: "--timeout")
                },
                help: "how long to wait for a server that does not answer (60)"),
        ]
    }
}

extension RemoteAccess {
    /// The value in milliseconds of an option in seconds.
    static func timeout(_ text: String, option: String) throws(CommandError) -> Int {
        guard let seconds = Int(text), (1...86_400).contains(seconds) else {
            throw CommandError("option '\(option)': '\(text)' is not a number from 1 to 86400")
        }
        return seconds * 1000
    }
}
