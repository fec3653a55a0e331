import Foundation
import TestSupport
import Testing

/// The completions of the three shells, with the program that was built.
@Suite struct `Completions in shells` {
    /// Lines up to the cursor, and what they become, or what there is to choose from.
    private static let lines: [(line: String, choices: [String])] = [
        ("zarrwlr chec", ["check"]),
        ("zarrwlr import --keep-t", ["--keep-tree"]),
        ("zarrwlr import --codec ", ["flac", "aac", "opus", "pcm"]),
        ("zarrwlr import --codec=o", ["--codec=opus"]),
        ("zarrwlr list pond", ["pond.zarr/"]),
        ("zarrwlr list --catalogue=pond.z", ["--catalogue=pond.zarr/"]),
        ("zarrwlr-mount pond.zarr m", ["mnt/"]),
        ("zarrwlr-mount -o sandb", ["sandbox="]),
        ("zarrwlr-mount -o ro,allow_", ["ro,allow_other", "ro,allow_root"]),
        ("zarrwlr-mount -o ro,sandbox=o", ["ro,sandbox=on", "ro,sandbox=off"]),
        ("zarrwlr-mount -o ro,log=mn", ["ro,log=mnt/"]),
    ]

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: "/usr/share/bash-completion/bash_completion"),
            "NEEDS BASH-COMPLETION"))
    func `bash completes commands, options, their values, mount options and files`() throws {
        // Words as readline divides them: at colons and equals signs, too. It replaces what comes after the last of these.
        let script = #"""
            . /usr/share/bash-completion/bash_completion
            . "$1"
            COMP_LINE=$2 COMP_POINT=${#2}
            spaced=${2//=/ = }
            read -ra COMP_WORDS <<< "$spaced"
            [[ $2 != *[\ =] ]] || COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _zarrwlr 2> /dev/null
            word=${2##* }
            [[ $word == *=* ]] && head=${word%=*}= || head=
            for reply in "${COMPREPLY[@]}"; do
                [[ -d $head$reply || -d $reply ]] && reply+=/
                echo "$head$reply"
            done
            """#
        for (line, choices) in Self.lines {
            let found = try complete(["bash", "--norc", "-c", script, "bash", Self.file("zarrwlr.bash"), line])
            #expect(found == Set(choices), "\(line)")
        }
    }

    @Test(.enabled(if: isInstalled("fish"), "NEEDS FISH"))
    func `fish completes commands, options, their values, mount options and files`() throws {
        for (line, choices) in Self.lines {
            let found = try complete([
                "fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", Self.file("zarrwlr.fish"), line,
            ])
            #expect(Set(found.map { String($0.prefix { $0 != "\t" }) }) == Set(choices), "\(line)")
        }
    }

    @Test(.enabled(if: isInstalled("zsh"), "NEEDS ZSH"))
    func `zsh completes commands, options, their values, mount options and files`() throws {
        for (line, choices) in Self.lines {
            let found = try complete(["zsh", "-f", "-c", Self.zshDriver, "zsh", line]) { directory in
                try Data(Self.zshSettings.utf8).write(to: directory.appending(path: ".zshrc"))
            }
            #expect(found == Set(choices), "\(line)")
        }
    }

    /// Types a line into an interactive shell, and waits until it has completed that: it drops a completion if a key is pressed before.
    private static let zshDriver = #"""
        zmodload zsh/zpty
        zpty shell env TERM=dumb ZDOTDIR=$PWD zsh -i
        zpty -r shell output '*READY*'
        zpty -n -w shell $1$'\x18'
        repeat 200; do [[ -e complete ]] && break; sleep 0.1; done
        zpty -d shell
        cat found
        """#

    /// The settings of that shell, which write what there is to choose from to a file.
    private static let zshSettings = #"""
        PS1=
        fpath=(\#(TestFiles.repository.appending(path: "completions").path) $fpath)
        autoload -Uz compinit
        compinit -D -u
        bindkey '^X' complete-word
        compadd() {
            if [[ ${@[1,(i)(-|--)]} == *-[OAD]\ * ]]; then
                builtin compadd "$@"
                return
            fi
            local -a found
            builtin compadd -A found "$@"
            local -A before
            zparseopts -E P:=before p:=before
            local word
            for word in $found; do
                word=$IPREFIX${before[-P]}${before[-p]}$word
                [[ ! -d ${word##*=} ]] || word+=/
                print -r -- $word >> found
            done
            builtin compadd "$@"
        }
        comppostfuncs=(finish)
        finish() { touch complete }
        zle-line-init() { print READY }
        zle -N zle-line-init

        """#

    private static func file(_ name: String) -> String {
        TestFiles.repository.appending(path: "completions/\(name)").path
    }

    /// The lines that `command` prints in a folder with the store pond.zarr and the folder mnt.
    private func complete(_ command: [String], prepare: (URL) throws -> Void = { _ in }) throws -> Set<String> {
        try TestFiles.withTemporaryDirectory { directory in
            for name in ["pond.zarr", "mnt"] {
                try FileManager.default.createDirectory(
                    at: directory.appending(path: name), withIntermediateDirectories: true)
            }
            try prepare(directory)
            let path = MountedStore.programs.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
            let result = try run(
                URL(filePath: "/usr/bin/env"),
                ["-C", directory.path, "PATH=\(path)", "HOME=\(directory.path)"] + command)
            return Set(result.text.split(separator: "\n").map(String.init))
        }
    }
}
