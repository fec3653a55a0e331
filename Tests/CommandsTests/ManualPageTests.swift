import Foundation
import TestSupport
import Testing
import VirtualFS

@testable import Commands
@testable import Recordings

/// Compares docs/man with the tables of options.
@Suite struct `The manual page` {
    @Test(arguments: ZarrwlrCommand.subcommands.map(\.name))
    func `the manual page of a command has exactly its options`(name: String) throws {
        let subcommand = try #require(ZarrwlrCommand.subcommands.first { $0.name == name })
        let page = try ManualPage("zarrwlr-\(name)")
        #expect(page.tags(in: "OPTIONS") == subcommand.options.map(\.usage) + ["--help"])
        let operands = subcommand.operands.replacing("[", with: "").replacing("]", with: "")
        #expect(page.synopsis.contains("zarrwlr \(name) "))
        for operand in operands.split(separator: " ") {
            #expect(page.synopsis.replacing("[", with: "").replacing("]", with: "").contains(operand))
        }
    }

    @Test func `the manual page of zarrwlr has exactly its commands, each with a page of its own`() throws {
        let page = try ManualPage("zarrwlr")
        #expect(page.tags(in: "COMMANDS") == ZarrwlrCommand.subcommands.map(\.name))
        #expect(page.tags(in: "OPTIONS") == ["--help", "--version"])
        for subcommand in ZarrwlrCommand.subcommands { #expect(page.text.contains("zarrwlr-\(subcommand.name) (1)")) }
    }

    @Test func `the manual page of zarrwlr-mount has exactly its options`() throws {
        let page = try ManualPage("zarrwlr-mount")
        #expect(page.tags(in: "OPTIONS") == MountHelp.flags.map(\.0))
        #expect(page.tags(in: "MOUNT OPTIONS") == MountOption.all.map(\.usage))
    }

    @Test func `README has each option of a mount that is not one of every file system`() throws {
        let readme = try String(contentsOf: TestFiles.repository.appending(path: "README.md"), encoding: .utf8)
        let rows = readme.split(separator: "\n").filter { $0.hasPrefix("| `-") }
        let words = Set(
            rows.flatMap { $0.split(separator: "`") }.map { $0.replacing("-o ", with: "").prefix { $0 != "=" } })
        let usual: Set = ["ro", "rw"]
        for option in MountOption.all where !option.names.contains("atime") && !option.help.hasPrefix("as for any") {
            for name in option.names where !usual.contains(name) { #expect(words.contains(name[...]), "\(name)") }
        }
        for view in ViewSelection.allNames { #expect(readme.contains("`\(view)`"), "\(view)") }
    }

    @Test func `the manual page of the store's format has exactly the codecs and arrays that there are`() throws {
        let page = try ManualPage("zarrwlr-store", section: 5)
        #expect(page.tags(in: "CODECS") == CodecRegistry.all.map { ".B \($0.name.rawValue)" })
        let arrays = CodecRegistry.all.reduce(Set<String>()) { $0.union($1.ownNames) }
        #expect(Set(page.tags(in: "ARRAYS")) == Set(arrays.map { ".B \($0)" }))
        for name in ["sidecar_files", "sidecars-0", HierarchyNames.recordingType] { #expect(page.text.contains(name)) }
    }

    @Test func `the manual page of the mount helper names each option for mount alone, which it leaves out`() throws {
        let page = try ManualPage("mount.zarrwlr", section: 8)
        let helper = try String(
            contentsOf: TestFiles.repository.appending(path: "mount-helpers/mount.zarrwlr"), encoding: .utf8)
        let line = try #require(helper.split(separator: "\n").first { $0.contains("'' | ro | rw | ") })
        let names = line.split(separator: ")")[0].split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(names.count == 13)
        for name in names.dropFirst() where !["defaults", "nouser"].contains(name) {
            #expect(page.text.contains(name), "\(name)")
        }
    }

    @Test(
        .enabled(if: isInstalled("groff"), "needs groff"),
        arguments: ZarrwlrCommand.subcommands.map { "zarrwlr-\($0.name).1" } + [
            "zarrwlr.1", "zarrwlr-mount.1", "zarrwlr-store.5", "mount.zarrwlr.8",
        ])
    func `groff formats every manual page without a warning`(name: String) throws {
        let result = try run(
            "groff", "-man", "-Tutf8", "-ww", TestFiles.repository.appending(path: "docs/man/\(name)").path)
        #expect(result.status == 0 && result.errors.isEmpty && !result.output.isEmpty)
    }
}

/// A page of docs/man, with its escapes resolved.
private struct ManualPage {
    /// The whole text.
    let text: String
    private var sections: [String: [String]] = [:]

    init(_ name: String, section number: Int = 1) throws {
        let file = TestFiles.repository.appending(path: "docs/man/\(name).\(number)")
        text = try String(contentsOf: file, encoding: .utf8)
            .replacing("\\-", with: "-").replacing("\\fB", with: "").replacing("\\fI", with: "").replacing(
                "\\fR", with: "")
        var section = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix(".SH ") {
                section = String(line.dropFirst(4))
            } else {
                sections[section, default: []].append(String(line))
            }
        }
    }

    /// The synopsis as it is displayed.
    var synopsis: String {
        (sections["SYNOPSIS"] ?? []).map { line in
            guard line.hasPrefix("."), let space = line.firstIndex(of: " ") else { return line }
            let words = String(line[line.index(after: space)...])
            // Macros of two letters that alternate fonts join their words.
            return line.hasPrefix(".B ") || line.hasPrefix(".I ") ? words : words.replacing(" ", with: "")
        }.joined(separator: " ")
    }

    /// The tags of the items in the section `name`.
    func tags(in name: String) -> [String] {
        let lines = sections[name] ?? []
        return lines.indices.dropLast().filter { lines[$0] == ".TP" }.map { lines[$0 + 1] }
    }
}
