import Foundation
import TestSupport
import Testing

/// Tests mount-helpers/mount.zarrwlr with a replacement of zarrwlr-mount that prints its arguments.
@Suite struct `mount.zarrwlr` {
    @Test(arguments: [
        ([], "ro"),
        (["-o", "rw"], "ro"),
        (["-o", "ro,allow_other,umask=022"], "ro,allow_other,umask=022"),
        (["-n", "-v", "-s", "-o", "rw,noauto,user,noexec,nosuid,nodev", "-t", "zarrwlr"], "ro,noexec,nosuid,nodev"),
        (
            ["-o", "defaults,nofail,_netdev,x-systemd.automount,X-mount.mkdir,comment=a b,auto,users,owner,nouser"],
            "ro"
        ),
        (["-o", "group", "-o", "group=pond/mono"], "ro,group=pond/mono"),
        (["-o", #"fsname=a\,rw\,b,uid=3"#], #"ro,fsname=a\,rw\,b,uid=3"#),
        (["-o", #"fsname=a\\,rw,gid=3"#], #"ro,fsname=a\\,gid=3"#),
        (["-o", #"fsname=a\"#], #"ro,fsname=a\"#),
        (["-o", ",,uid=3,,"], "ro,uid=3"),
        (["-o", "log=/a *$(touch x)`y`"], "ro,log=/a *$(touch x)`y`"),
    ])
    func `mount.zarrwlr passes on all options but those for mount alone`(arguments: [String], options: String) throws {
        let (status, output) = try runHelper(["/a store.zarr", "/mnt/a b"] + arguments)
        #expect(status == 0)
        #expect(output == "[/a store.zarr][/mnt/a b][-o][\(options)]")
    }

    @Test(arguments: [
        ("/s::a", [], "ro,fsname=/s::a"),
        (#"/s::a,b\c"#, ["-o", "uid=3"], #"ro,fsname=/s::a\,b\\c,uid=3"#),
        // The last counts.
        ("/s::a", ["-o", "fsname=x"], "ro,fsname=/s::a,fsname=x"),
    ])
    func `mount.zarrwlr has mount tables show the store with its group, unless told otherwise`(
        store: String, arguments: [String], options: String
    ) throws {
        let (status, output) = try runHelper([store, "/m"] + arguments)
        #expect(status == 0)
        #expect(output == "[\(store)][/m][-o][\(options)]")
    }

    @Test func `mount.zarrwlr mounts nothing with -f`() throws {
        let (status, output) = try runHelper(["/s", "/m", "-f", "-o", "ro"])
        #expect(status == 0)
        #expect(output.isEmpty)
    }

    @Test(arguments: [["/s"], [], ["/s", "/m", "-N", "ns"], ["/s", "/m", "-q"], ["/s", "/m", "extra"]])
    func `mount.zarrwlr refuses options that it does not support`(arguments: [String]) throws {
        let (status, output) = try runHelper(arguments)
        #expect(status == 1)
        #expect(output.isEmpty)
    }

    /// Runs the helper as it is installed: through a link in another directory, with the program in `bin` of the prefix.
    private func runHelper(_ arguments: [String]) throws -> (status: Int32, output: String) {
        try TestFiles.withTemporaryDirectory { prefix in
            let files = FileManager.default
            for name in ["bin", "sbin", "link"] {
                try files.createDirectory(at: prefix.appending(path: name), withIntermediateDirectories: true)
            }
            let program = prefix.appending(path: "bin/zarrwlr-mount")
            try Data("#!/bin/sh\nprintf '[%s]' \"$@\"\n".utf8).write(to: program)
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
            let helper = prefix.appending(path: "sbin/mount.zarrwlr")
            try files.copyItem(at: TestFiles.repository.appending(path: "mount-helpers/mount.zarrwlr"), to: helper)
            let link = prefix.appending(path: "link/mount.zarrwlr")
            try files.createSymbolicLink(at: link, withDestinationURL: helper)

            let process = Process()
            let output = Pipe()
            process.executableURL = link
            process.arguments = arguments
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let printed = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: printed, as: UTF8.self))
        }
    }
}

/// Tests the systemd units in mount-helpers.
@Suite struct `The systemd units` {
    @Test(.enabled(if: isInstalled("systemd-analyze"), "NEEDS SYSTEMD: THE UNITS ARE NOT VERIFIED"))
    func `systemd finds nothing wrong with the units, for a store with a space in its name`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            for name in ["zarrwlr-check@.service", "zarrwlr-check@.timer", "zarrwlr-mount@.service"] {
                let unit = TestFiles.repository.appending(path: "mount-helpers/\(name)")
                // Whether the program is installed is not the question.
                let text = try String(contentsOf: unit, encoding: .utf8).replacing(
                    "/usr/local/bin/zarrwlr-mount", with: "/bin/true"
                ).replacing("/usr/local/bin/zarrwlr", with: "/bin/true")
                try Data(text.utf8).write(to: directory.appending(path: name))
            }
            let instance = try run("systemd-escape", "--path", "/srv/my pond.zarr").text
            for unit in ["check@\(instance).service", "check@\(instance).timer", "mount@\(instance).service"] {
                let result = try run(
                    "systemd-analyze", "verify", "--man=no", directory.appending(path: "zarrwlr-\(unit)").path)
                #expect(result.status == 0 && result.errors.isEmpty, "\(unit): \(result.errors)")
            }
        }
    }

    @Test(
        .enabled(if: isInstalled("systemd-analyze"), "NEEDS SYSTEMD: THE EXAMPLES ARE NOT VERIFIED"),
        arguments: ["srv-audio.mount", "srv-audio.automount"])
    func `systemd finds nothing wrong with the examples`(name: String) throws {
        let unit = TestFiles.repository.appending(path: "mount-helpers/examples/\(name)")
        let result = try run("systemd-analyze", "verify", "--man=no", unit.path)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    }

    @Test(.enabled(if: isInstalled("findmnt"), "NEEDS FINDMNT"))
    func `findmnt reads all lines of the example of fstab`() throws {
        let file = TestFiles.repository.appending(path: "mount-helpers/examples/fstab")
        let result = try run("findmnt", "--tab-file", file.path, "--types", "zarrwlr", "-n", "-l", "-o", "TARGET")
        #expect(result.text.split(separator: "\n") == ["/srv/pond", "/srv/meadow", "/srv/marsh", "/srv/heath"])
    }

    @Test func `the service checks the store that its name says, a part at a time`() throws {
        let unit = TestFiles.repository.appending(path: "mount-helpers/zarrwlr-check@.service")
        let text = try String(contentsOf: unit, encoding: .utf8)
        #expect(text.contains("\nExecStart=/usr/local/bin/zarrwlr check --deep --for 2h %f\n"))
    }
}
