import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct zarrwlr {
    @Test func `zarrwlr --help lists its commands`() {
        let run = Zarrwlr.run("--help")
        #expect(run.status == 0 && run.errors.isEmpty)
        for subcommand in ZarrwlrCommand.subcommands {
            #expect(run.text.contains("  \(subcommand.name)"))
            #expect(run.text.contains(subcommand.summary))
        }
    }

    @Test func `zarrwlr help is --help, and with a command that command's --help`() {
        #expect(Zarrwlr.run("help").output == Zarrwlr.run("--help").output)
        #expect(Zarrwlr.run("help", "import").output == Zarrwlr.run("import", "--help").output)
        #expect(Zarrwlr.run("help", "lst").status == 2)
    }

    @Test func `zarrwlr --version has its version`() {
        #expect(Zarrwlr.run("--version").text.hasPrefix("zarrwlr \(version)\n"))
    }

    @Test func `zarrwlr --version has the versions of the decoding libraries that other programs report`() throws {
        let text = Zarrwlr.run("--version").text
        let ffmpeg = try #require(run("ffmpeg", "-version").text.split(separator: " ").dropFirst(2).first)
        let flac = try #require(run("flac", "--version").text.split(separator: " ").last)
        let opus = try #require(try run("opusenc", "--version").text.firstMatch(of: /libopus [0-9.]+/))
        for library in ["FFmpeg \(ffmpeg)", "libFLAC \(flac)", String(opus.output)] {
            #expect(text.contains(library), "\(library)")
        }
    }

    @Test(arguments: ZarrwlrCommand.subcommands.map(\.name))
    func `--help among the arguments of a command lists all its options`(name: String) throws {
        let subcommand = try #require(ZarrwlrCommand.subcommands.first { $0.name == name })
        for arguments in [[name, "--help"], [name, "a", "-h", "b"]] {
            let run = Zarrwlr.run(arguments)
            #expect(run.status == 0 && run.errors.isEmpty)
            #expect(run.text.hasPrefix("usage: zarrwlr \(name) \(subcommand.operands)"))
            for option in subcommand.options {
                #expect(run.text.contains("  \(option.usage)"))
                #expect(run.text.contains(option.help))
            }
            #expect(run.text.split(separator: "\n").allSatisfy { $0.count <= 125 })
        }
    }

    @Test(arguments: [
        ([], "zarrwlr: say what to do; --help lists what there is"),
        (["lst"], "zarrwlr: there is no command 'lst', did you mean 'list'? --help lists what there is"),
        (["hlep"], "zarrwlr: there is no command 'hlep', did you mean 'help'? --help lists what there is"),
        (["export"], "zarrwlr: there is no command 'export', did you mean 'extract'? --help lists what there is"),
        (["rm"], "zarrwlr: there is no command 'rm', did you mean 'remove'? --help lists what there is"),
        (
            ["import", "-keep-tree", "a", "b"],
            "zarrwlr import: unknown option '-keep-tree', did you mean '--keep-tree'? --help lists them all"
        ),
        (
            ["info", "a", "- dash.wav"],
            "zarrwlr info: unknown option '- dash.wav'; a name that begins with - comes behind --"
        ),
        (["frobnicate"], "zarrwlr: there is no command 'frobnicate'; --help lists what there is"),
        (["list", "--jsno"], "zarrwlr list: unknown option '--jsno', did you mean '--json'? --help lists them all"),
        (["list"], "zarrwlr list: usage: zarrwlr list STORE[::GROUP]; --help says more"),
        (["list", "a", "b"], "zarrwlr list: usage: zarrwlr list STORE[::GROUP]; --help says more"),
        (["list", "--foo"], "zarrwlr list: unknown option '--foo'; --help lists them all"),
        (["list", "-x"], "zarrwlr list: unknown option '-x'; --help lists them all"),
        (["list", "--csv=1", "a"], "zarrwlr list: option '--csv' takes no value"),
        (["extract", "a", "b", "-o"], "zarrwlr extract: option '-o' needs a value: -o FILE"),
        (["extract", "a", "b", "--from="], "zarrwlr extract: option '--from' needs a value: --from TIME"),
        (["extract", "a", "b"], "zarrwlr extract: say where to write: -o FILE"),
        (["check", "a", "--jobs", "0"], "zarrwlr check: option '--jobs': '0' is not a number from 1 to 1024"),
    ])
    func `zarrwlr refuses an invalid command line with one line and status 2`(arguments: [String], reason: String) {
        let run = Zarrwlr.run(arguments)
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors == "\(reason)\n")
    }

    @Test(arguments: ["list", "check"])
    func `a command names a store that cannot be opened, with control characters escaped`(command: String) {
        let run = Zarrwlr.run(command, "/no/such\nstore")
        #expect(run.status == 2)
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(run.errors.contains(#"/no/such\nstore: No such file or directory"#))
    }
}

@Suite struct `Options of a command` {
    private struct Settings: Equatable {
        var isLoud = false
        var name = ""
    }

    private static let options: [CommandOption<Settings>] = [
        CommandOption("--loud", effect: .flag { $0.isLoud = true }, help: ""),
        CommandOption("-n", "--name", effect: .value("NAME") { $0.name = $1 }, help: ""),
    ]

    @Test(arguments: [
        (["--loud", "a", "-n", "x", "b"], ["a", "b"]), (["a", "-nx", "b", "--loud"], ["a", "b"]),
        (["--name=x", "--loud", "--", "a", "b"], ["a", "b"]), (["a", "b", "--name", "x", "--loud"], ["a", "b"]),
        (["--loud", "-n", "x", "-", "--", "-a", "--loud"], ["-", "-a", "--loud"]),
    ])
    func `options may come before, between and after operands`(arguments: [String], operands: [String]) throws {
        var settings = Settings()
        #expect(try Self.options.apply(arguments, to: &settings) == operands)
        #expect(settings == Settings(isLoud: true, name: "x"))
    }

    @Test func `the value of an option may begin with a dash or contain an equals sign`() throws {
        var settings = Settings()
        _ = try Self.options.apply(["-n", "-1"], to: &settings)
        #expect(settings.name == "-1")
        _ = try Self.options.apply(["--name=a=b"], to: &settings)
        #expect(settings.name == "a=b")
    }

    @Test(arguments: ZarrwlrCommand.subcommands.map(\.name))
    func `no two options of a command have the same name`(name: String) throws {
        let subcommand = try #require(ZarrwlrCommand.subcommands.first { $0.name == name })
        let names = subcommand.options.flatMap { option in
            option.usage.split(separator: " ").map { $0.trimmingSuffix(",") }.filter { $0.hasPrefix("-") }
        }
        #expect(Set(names).count == names.count)
        #expect(!names.contains("--help") && !names.contains("-h"))
    }
}

@Suite struct `The address of a store` {
    @Test(arguments: [
        ("a.zarr", "a.zarr", ""), ("a.zarr::pond/mono", "a.zarr", "pond/mono"), ("a.zarr::/pond/", "a.zarr", "pond"),
        ("a::b.zarr::", "a::b.zarr", ""), ("a.zarr::", "a.zarr", ""), (":", ":", ""), ("", "", ""),
    ])
    func `the address of a store is a path and a group`(text: String, path: String, group: String) {
        let address = StoreAddress(text)
        #expect(address.path == path)
        #expect(address.group == group)
    }

    @Test func `a store whose path has two colons is reached with two more behind it, and who leaves them out is told`()
        throws
    {
        try SmallStore.with { store in
            let odd = store.file("b::c.zarr")
            try FileManager.default.moveItem(atPath: store.path, toPath: odd)
            #expect(Zarrwlr.run("list", "--csv", "\(odd)::").text.contains("night.wav"))
            #expect(Zarrwlr.run("list", "--csv", "\(odd)::pond").text.contains("night.wav"))
            let source = TestFiles.fixtures.appending(path: "recordings/fixed.flac").path
            for arguments in [["list", odd], ["import", odd, source], ["import", "--dry-run", odd, source]] {
                let result = Zarrwlr.run(arguments)
                #expect(result.status == 2 && result.errors.contains("write \(odd)::"), "\(result.errors)")
            }
            #expect(Zarrwlr.run("copy", "\(odd)::", store.file("d::e.zarr")).errors.contains("is followed by another"))
            #expect(Zarrwlr.run("copy", "\(odd)::", "\(store.file("d::e.zarr"))::").status == 0)
            #expect(!FileManager.default.fileExists(atPath: store.file("b")))
        }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ suffix: String) -> Substring {
        hasSuffix(suffix) ? dropLast(suffix.count) : self
    }
}
