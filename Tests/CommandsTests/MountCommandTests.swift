import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Commands

/// All of these end before anything is mounted, and stay in the foreground, since a test process cannot fork.
@Suite struct `zarrwlr-mount` {
    @Test func `zarrwlr-mount --help lists every option`() {
        let (status, output, errors) = run("--help")
        #expect(status == 0)
        #expect(errors.isEmpty)
        for option in MountOption.all {
            #expect(output.contains("  \(option.usage)"))
            #expect(output.contains(option.help))
        }
        #expect(output.split(separator: "\n").allSatisfy { $0.count <= 110 })
    }

    @Test func `zarrwlr-mount --version has its version`() {
        #expect(run("--version").output.hasPrefix("zarrwlr-mount \(version)\nlibFLAC "))
    }

    @Test(arguments: [
        ([], "give a store and a directory to mount it at: zarrwlr-mount STORE[::GROUP] MOUNTPOINT"),
        (["a"], "give a store and a directory to mount it at: zarrwlr-mount STORE[::GROUP] MOUNTPOINT"),
        (["a", "b", "c"], "give a store and a directory to mount it at: zarrwlr-mount STORE[::GROUP] MOUNTPOINT"),
        (["-x", "a", "b"], "unknown option '-x'; --help lists them all"),
        (["--foo", "a", "b"], "unknown option '--foo'; --help lists them all"),
        (["--unmout", "b"], "unknown option '--unmout', did you mean '--unmount'? --help lists them all"),
        (["--unmount"], "give a directory to unmount: zarrwlr-mount --unmount MOUNTPOINT"),
        (["--unmount", "a", "b"], "give a directory to unmount: zarrwlr-mount --unmount MOUNTPOINT"),
        (["a::x", "b", "-o", "group=y"], "give the group once: as STORE::GROUP, or by -o group="),
        (["a", "b", "-o"], "-o needs a list of options: -o opt[,opt...]"),
        (["a", "b", "-fonope"], "unknown option 'nope'; --help lists them all"),
        (
            ["a", "b", "-o", "allow_ohter"],
            "unknown option 'allow_ohter', did you mean 'allow_other'? --help lists them all"
        ),
        (["a", "b", "-o", "rw"], "option 'rw': a store is mounted read-only; leave it out"),
    ])
    func `zarrwlr-mount refuses an invalid command line with one line and status 1`(arguments: [String], reason: String)
    {
        let (status, output, errors) = run(arguments)
        #expect(status == 1)
        #expect(output.isEmpty)
        #expect(errors == "zarrwlr-mount: \(reason)\n")
    }

    @Test func `zarrwlr-mount takes options before, between and after its operands`() throws {
        for arguments in [
            ["-f", "-oumask=7", "a", "b"], ["a", "-fo", "umask=7", "b"], ["a", "b", "-f", "-o", "umask=7"],
            ["-f", "-o", "umask=7", "--", "a", "b"],
        ] {
            guard case .mount(let configuration) = try MountInvocation(arguments) else {
                Issue.record("not read as a mount: \(arguments)")
                continue
            }
            #expect((configuration.store, configuration.mountpoint) == ("a", "b"))
            #expect(configuration.isForeground)
            #expect(configuration.umask == 7)
        }
    }

    @Test(arguments: [
        ("a.zarr", "a.zarr", ""), ("a.zarr::pond/mono/", "a.zarr", "pond/mono"), ("a::b.zarr::", "a::b.zarr", ""),
    ])
    func `zarrwlr-mount takes a group behind the store`(operand: String, store: String, group: String) throws {
        guard case .mount(let configuration) = try MountInvocation([operand, "m"]) else {
            Issue.record("not read as a mount")
            return
        }
        #expect((configuration.store, configuration.group, configuration.mountpoint) == (store, group, "m"))
    }

    @Test func `zarrwlr-mount --unmount says why it does not unmount`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.path
            #expect(
                run("--unmount", path).errors == "zarrwlr-mount: cannot unmount \(path): nothing is mounted there\n")
            #expect(
                run("--unmount", "\(path)/no").errors
                    == "zarrwlr-mount: cannot unmount \(path)/no: No such file or directory\n")
            #expect(
                run("--unmount", "/proc").errors
                    == "zarrwlr-mount: cannot unmount /proc: a file system of type proc is mounted there\n")
        }
    }

    @Test func `zarrwlr-mount -d stays in the foreground, and -s has one thread`() throws {
        guard case .mount(let configuration) = try MountInvocation(["-ds", "--", "-a", "-b"]) else {
            Issue.record("not read as a mount")
            return
        }
        #expect(configuration.isForeground && configuration.isTracing)
        #expect(configuration.maximumThreads == 1)
        #expect((configuration.store, configuration.mountpoint) == ("-a", "-b"))
    }

    @Test func `zarrwlr-mount says what is wrong with a mountpoint`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let (store, file) = (directory.appending(path: "a.zarr").path, directory.appending(path: "file").path)
            try makeStore(store)
            try Data().write(to: URL(filePath: file))
            #expect(reason(store, "\(store)/absent") == "cannot mount at \(store)/absent: no such directory")
            #expect(reason(store, file) == "cannot mount at \(file): not a directory")
            #expect(reason(store, "\(file)/x") == "cannot mount at \(file)/x: Not a directory")
            #expect(reason(store, store) == "cannot mount at \(store): it lies in the store itself")
            let inside = "\(store)/sub"
            try FileManager.default.createDirectory(atPath: inside, withIntermediateDirectories: true)
            #expect(reason(store, inside) == "cannot mount at \(inside): it lies in the store itself")
            let above = directory.path
            #expect(reason(store, above) == "cannot mount at \(above): the mount would cover the store")
            #expect(reason(store, "/") == "cannot mount at /: busy, something is mounted there already")
            #expect(reason(store, "/proc") == "cannot mount at /proc: busy, something is mounted there already")
        }
    }

    @Test func `zarrwlr-mount refuses a mountpoint that would cover what it keeps`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let (store, mountpoint) = (directory.appending(path: "a.zarr").path, directory.appending(path: "mnt").path)
            try makeStore(store)
            try FileManager.default.createDirectory(atPath: mountpoint, withIntermediateDirectories: true)
            let link = directory.appending(path: "link").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: mountpoint)
            func advice(_ path: String, _ option: String) -> String {
                "cannot mount at \(mountpoint): the mount would cover \(path), which it keeps things in; "
                    + "name another folder with -o \(option)="
            }
            for path in ["\(mountpoint)/c.sqlite", "\(link)/to/be/made/c.sqlite"] {
                #expect(reason(store, mountpoint, "-o", "catalogue=\(path)") == advice(path, "catalogue"))
            }
            let server = "http://127.0.0.1:9/a.zarr"
            for path in [mountpoint, "\(link)/blocks"] {
                #expect(
                    reason(server, mountpoint, "-o", "catalogue=off,cache_dir=\(path)") == advice(path, "cache_dir"))
            }
        }
    }

    @Test func `zarrwlr-mount says what is wrong with a store`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let mountpoint = directory.appending(path: "mnt").path
            let store = directory.appending(path: "a.zarr").path
            for path in [mountpoint, store] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            #expect(reason("\(store)x", mountpoint).contains("No such file or directory"))
            #expect(reason(store, mountpoint).contains("not a Zarr v3 store"))
            try Data("{}".utf8).write(to: URL(filePath: "\(store)/.zgroup"))
            #expect(reason(store, mountpoint).contains("zarr_format 2"))
        }
    }

    @Test func `zarrwlr-mount says that its log cannot be written`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            #expect(
                reason("a", "b", "-o", "log=\(directory.path)/no/log")
                    == "cannot write the log: \(directory.path)/no/log: No such file or directory")
        }
    }

    private func makeStore(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let metadata = #"{"zarr_format": 3, "node_type": "group"}"#
        try Data(metadata.utf8).write(to: URL(filePath: "\(path)/zarr.json"))
    }

    /// The reason in the one line that a failing command in the foreground prints.
    private func reason(_ arguments: String...) -> String {
        let (status, _, errors) = run(["-f"] + arguments)
        #expect(status == 1)
        #expect(errors.hasPrefix("zarrwlr-mount: ") && errors.hasSuffix("\n"))
        #expect(errors.split(separator: "\n").count == 1)
        return String(errors.dropFirst("zarrwlr-mount: ".count).dropLast())
    }

    private func run(_ arguments: String...) -> (status: Int32, output: String, errors: String) { run(arguments) }

    private func run(_ arguments: [String]) -> (status: Int32, output: String, errors: String) {
        let (output, errors) = (Text(), Text())
        let command = MountCommand(
            output: { output.add($0) }, errors: { errors.add($0) }, cacheFolder: nil)
        return (command.run(arguments), output.all, errors.all)
    }
}

private final class Text: Sendable {
    private let text = Mutex("")

    var all: String { text.withLock { $0 } }

    func add(_ more: String) { text.withLock { $0 += more } }
}
