import Recordings
import Testing

@testable import Commands

@Suite struct `Completions` {
    @Test func `the first word is a command, or one of the options that need none`() {
        let (kind, words) = completed("zarrwlr", "")
        #expect(kind == "words")
        #expect(words == ZarrwlrCommand.subcommands.map(\.name) + ["help", "--help", "--version"])
        #expect(completed("/usr/bin/zarrwlr", "im").words == ["import"])
        #expect(completed("zarrwlr", "help", "ch").words == ["check"])
    }

    @Test(arguments: ZarrwlrCommand.subcommands.map(\.name))
    func `all names of all options of a command are offered, with their texts of --help`(name: String) throws {
        let subcommand = try #require(ZarrwlrCommand.subcommands.first { $0.name == name })
        let (kind, words) = completed("zarrwlr", name, "-")
        #expect(kind == "words")
        #expect(words == subcommand.options.flatMap(\.names) + ["--help"])
        for option in subcommand.options {
            let text = Zarrwlr.run("complete", "zarrwlr", name, option.names[0]).text
            #expect(text.contains("\n\(option.names[0])\t\(option.help)\n"))
        }
    }

    @Test func `the values of an option that are words are offered, behind a space and behind an equals sign`() {
        let codecs = CodecRegistry.encodings.map(\.codec.rawValue)
        #expect(completed("zarrwlr", "import", "--codec", "").words == codecs)
        #expect(completed("zarrwlr", "import", "--codec=").words == codecs.map { "--codec=\($0)" })
        #expect(
            completed("zarrwlr", "import", "a.zarr", "--ultrasonic", "re").words == ["refuse", "resample", "relabel"])
        #expect(completed("zarrwlr", "extract", "--format", "").words == ["s16", "s24", "f32"])
    }

    @Test(arguments: [
        ("--codec", ["flac", "aac", "opus", "pcm"]), ("--ultrasonic", ["refuse", "resample", "relabel"]),
    ])
    func `the words that are offered for an option of import are those that it takes`(name: String, words: [String]) {
        #expect(ImportOption.all.first { $0.names.contains(name) }?.words == words)
        for word in words {
            let result = Zarrwlr.run("import", "/nonexistent/a.zarr", "/nonexistent/a.wav", "\(name)=\(word)")
            #expect(!result.errors.contains("is none of"))
        }
    }

    @Test(arguments: [
        (["zarrwlr", "list", ""], "files "), (["zarrwlr", "import", "a.zarr", ""], "files "),
        (["zarrwlr", "import", "a.zarr", "b.wav", "c"], "files "),
        (["zarrwlr", "import", "--jobs", "2", ""], "files "),
        (["zarrwlr", "extract", "a.zarr", "b.wav", "-o", "/tm"], "files "),
        (["zarrwlr", "extract", "--output=/tm"], "files --output="),
        (["zarrwlr", "list", "--follow-links", "/srv:/da"], "folders /srv:"),
        (["zarrwlr", "list", "--follow-links", ""], "folders "),
        (["zarrwlr-mount", "--unmount", "/m"], "folders "),
        (["zarrwlr-mount", ""], "files "), (["zarrwlr-mount", "-f", "-o", "ro", "a.zarr", ""], "folders "),
        (["zarrwlr-mount", "-o", "ro,log=/var"], "files ro,log="),
        (["zarrwlr-mount", "-oro,follow_links=/a:/b"], "folders -oro,follow_links=/a:"),
        (["zarrwlr-mount", "-o", "catalogue=o"], "files catalogue="),
        // Nothing that this knows.
        (["zarrwlr", "list", "a.zarr", ""], "words"), (["zarrwlr", "info", "a.zarr", ""], "words"),
        (["zarrwlr", "nonsense", ""], "words"), (["zarrwlr", "import", "--jobs", ""], "words"),
        (["zarrwlr-mount", "a.zarr", "b", ""], "words"), (["zarrwlr-mount", "-o", "uid="], "words"),
        (["zarrwlr-mount", "-o", "nonsense="], "words"), (["another", ""], "words"), (["zarrwlr"], "words"),
        ([], "words"),
    ])
    func `files and folders are left to the shell, which is told what comes before them in the word`(
        line: [String], text: String
    ) {
        let result = Zarrwlr.run(["complete"] + line)
        #expect(result.status == 0)
        #expect(line == ["zarrwlr"] ? result.text.hasPrefix("words\nimport\t") : result.text == "\(text)\n")
    }

    @Test func `mount options are offered behind those that are there, and their values`() {
        let (kind, words) = completed("zarrwlr-mount", "a.zarr", "-o", "")
        #expect(kind == "parts")
        #expect(
            words
                == MountOption.all.flatMap { option in option.names.map { option.placeholder == nil ? $0 : "\($0)=" } })
        #expect(completed("zarrwlr-mount", "-o", "ro,allow_").words == ["ro,allow_other", "ro,allow_root"])
        #expect(completed("zarrwlr-mount", "-oro,sandb").words == ["-oro,sandbox="])
        #expect(completed("zarrwlr-mount", "-o", "uid=3,sandbox=o").words == ["uid=3,sandbox=on", "uid=3,sandbox=off"])
        #expect(completed("zarrwlr-mount", "-").words == ["-f", "-d", "-s", "-o", "--unmount", "--help", "--version"])
    }

    private func completed(_ words: String...) -> (kind: String, words: [String]) {
        let lines = Zarrwlr.run(["complete"] + words).text.split(separator: "\n")
        return (String(lines.first ?? ""), lines.dropFirst().map { line in String(line.prefix { $0 != "\t" }) })
    }
}
