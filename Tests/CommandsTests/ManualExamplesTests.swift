import Foundation
import TestSupport
import Testing

/// Runs the examples of docs/man.
@Suite(
    .enabled(
        if: ["bash", "sox", "ffmpeg", "flac", "jq"].allSatisfy(isInstalled), "needs bash, sox, ffmpeg, flac and jq"))
struct `The examples of the manual` {
    /// The files that the examples name, in `folder`: a store with a long recording and a FLAC file, a card, and tables.
    private static let setUp = """
        set -e
        mkdir -p data media/card/night media/cards/north media/cards/south media/disk
        sox -V1 -R -n -r 8000 -b 16 -c 1 a.wav synth 800 sine 300:1000
        sox -V1 -R -n -r 48000 -b 16 -c 1 b.wav synth 2 whitenoise
        flac --silent b.wav -o b.flac
        zarrwlr import --quiet pond.zarr::mono a.wav b.flac
        for site in north south; do
            sox -V1 -R -n -r 48000 -b 16 -c 1 media/cards/$site/20240501_060000.WAV synth 1 sine 1000
            echo settings > media/cards/$site/CONFIG.TXT
        done
        sox -V1 -R -n -r 384000 -b 16 -c 1 media/card/20240501_220000.WAV synth 1 sine 40000
        sox -V1 -R -n -r 48000 -b 16 -c 2 media/card/night/20240501_230000.WAV synth 1 sine 400 sine 700
        echo settings > media/card/CONFIG.TXT
        echo x > media/card/0.w4v
        cp b.wav REC00001.WAV
        ffmpeg -v error -nostdin -f lavfi -i testsrc=d=1:s=64x64 -f lavfi -i sine=d=1 -f lavfi -i sine=700:d=1 -map 0 -map 1 \\
            -map 2 -c:a aac -c:v mpeg4 trap.mp4
        zarrwlr import --quiet --keep-tree --sidecars pond.zarr media/cards
        printf 'Begin Time (s)\\tEnd Time (s)\\tSpecies\\n1.5\\t3\\tGreat tit\\n' > a.selections.txt
        printf 'Start (s),End (s),Scientific name,Common name,Confidence,File\\n3.0,6.0,Parus major,Great tit,0.9,/data/mono/a.wav\\n' \\
            > BirdNET_CombinedTable.csv
        printf 'UID,UTC,Duration,Label\\n1,2024-05-01 06:00:00.250,0.5,whistle\\n' > whistles.csv
        printf 'File type = "ooTextFile"\\nObject class = "TextGrid"\\n\\n0\\n800\\n<exists>\\n1\\n"IntervalTier"\\n"song"\\n0\\n800\\n1\\n' \\
            > a.TextGrid
        printf '1.5\\n3\\n"wren"\\n' >> a.TextGrid
        """

    @Test(arguments: [
        "zarrwlr", "zarrwlr-catalogue", "zarrwlr-check", "zarrwlr-copy", "zarrwlr-extract", "zarrwlr-import",
        "zarrwlr-info", "zarrwlr-list", "zarrwlr-move", "zarrwlr-remove", "zarrwlr-set",
    ])
    func `the examples of a manual page do what they are shown for, one after the other`(page: String) throws {
        let examples = try Self.examples(of: page)
        #expect(!examples.isEmpty)
        try TestFiles.withTemporaryDirectory { directory in
            try Self.shell(Self.setUp, in: directory)
            for example in examples {
                // What is absolute lies in the folder, too.
                let line = example.replacing(#/ (>?)\/(data|media)\b/#) { " \($0.output.1)\($0.output.2)" }
                #expect(throws: Never.self, "\(example)") { try Self.shell(line, in: directory) }
            }
        }
    }

    /// The command lines of the section EXAMPLES of `page`.
    private static func examples(of page: String) throws -> [String] {
        let file = TestFiles.repository.appending(path: "docs/man/\(page).1")
        let text = try String(contentsOf: file, encoding: .utf8).replacing("\\-", with: "-")
        let section = text.split(separator: "\n.SH ").first { $0.hasPrefix("EXAMPLES") } ?? ""
        return section.split(separator: "\n").map(String.init).filter { $0.hasPrefix("zarrwlr ") }
    }

    /// Runs `script` in `directory`, with the programs that were built with these tests. Throws if it fails.
    private static func shell(_ script: String, in directory: URL) throws {
        let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let prepared = "export PATH='\(programs.path)':\"$PATH\"\ncd '\(directory.path)'\nset -o pipefail\n"
        try runChecked(["bash", "-c", prepared + script])
    }
}
