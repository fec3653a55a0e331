import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr extract` {
    /// All samples of `pond/0`, its rate, and the bytes of one sample.
    private func whole(_ store: SmallStore) throws -> (samples: [UInt8], rate: Int, blockAlign: Int) {
        let bytes = Zarrwlr.run("extract", store.path, "pond/0", "-o", "-").output
        try #require(bytes.starts(with: Array("RIFF".utf8)))
        let rate = bytes[24..<28].reversed().reduce(0) { $0 << 8 | Int($1) }
        let blockAlign = Int(bytes[32]) | Int(bytes[33]) << 8
        return (Array(bytes.waveSamples), rate, blockAlign)
    }

    @Test func `extract writes the samples of a range, of a recording named by its path or its file`() throws {
        try SmallStore.with { store in
            let (samples, _, blockAlign) = try whole(store)
            for name in ["pond/0", "/pond/0/", "pond/night.wav"] {
                let file = store.file("out.wav")
                let run = Zarrwlr.run(
                    "extract", store.path, name, "--from", "1000smp", "--to", "5001smp", "-o", file)
                #expect(run.status == 0 && run.errors.isEmpty && run.output.isEmpty)
                let bytes = try store.bytes(file)
                #expect(bytes.waveSamples.count == 4001 * blockAlign)
                #expect(bytes.waveSamples.elementsEqual(samples[1000 * blockAlign..<5001 * blockAlign]))
            }
        }
    }

    @Test func `extract writes a valid file to a pipe`() throws {
        try SmallStore.with { store in
            let run = Zarrwlr.run("extract", store.path, "pond/1", "--to", "0.01", "-o", "-")
            #expect(run.status == 0)
            let size = run.output[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
            #expect(size + 8 == run.output.count)
        }
    }

    @Test(.enabled(if: isInstalled("sox"), "needs sox"), arguments: ["pond/0", "pond/1"])
    func `extract cuts the same samples as sox`(name: String) throws {
        try SmallStore.with { store in
            let (whole, cut, theirs) = (store.file("whole.wav"), store.file("cut.wav"), store.file("theirs.wav"))
            #expect(Zarrwlr.run("extract", store.path, name, "-o", whole).status == 0)
            for (start, end) in [("0.25", "0.75"), ("0", "0.001"), ("0.1234", "0.6789")] {
                #expect(Zarrwlr.run("extract", store.path, name, "--from", start, "--to", end, "-o", cut).status == 0)
                try #require(try run("sox", "-D", whole, theirs, "trim", start, "=\(end)").status == 0)
                let raw = try [cut, theirs].map { try run("sox", $0, "-t", "raw", "-").output }
                #expect(raw[0] == raw[1] && !raw[0].isEmpty)
            }
        }
    }

    @Test func `extract refuses a range outside the recording, and leaves an existing file as it is`() throws {
        try SmallStore.with { store in
            let file = store.file("out.wav")
            try Data("old".utf8).write(to: URL(filePath: file))
            for (from, to) in [("0", "1:00:00"), ("-1", "0.1"), ("1:00:00", "1:00:01")] {
                let run = Zarrwlr.run("extract", store.path, "pond/0", "--from", from, "--to", to, "-o", file)
                #expect(run.status == 2)
                #expect(run.errors.contains("are not all in the recording") && run.errors.contains("--pad"))
            }
            #expect(
                Zarrwlr.run("extract", store.path, "pond/0", "--from", "0.2", "--to", "0.1", "-o", file).errors
                    .contains("before the start"))
            // Less than half a sample.
            let nothing = Zarrwlr.run("extract", store.path, "pond/0", "--from", "0.1", "--to", "0.100001", "-o", file)
            #expect(nothing.status == 2 && nothing.errors.contains("there are no samples between --from and --to"))
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "old")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: store.directory.path).sorted() == [
                    "a.zarr", "out.wav",
                ])
        }
    }

    @Test func `extract --pad fills a range outside the recording with silence`() throws {
        try SmallStore.with { store in
            let (samples, _, blockAlign) = try whole(store)
            let count = samples.count / blockAlign
            let run = Zarrwlr.run(
                "extract", store.path, "pond/0", "--pad", "--from", "-100smp", "--to", "\(count + 70_000)smp", "-o", "-"
            )
            #expect(run.status == 0)
            let silence = { (count: Int) in [UInt8](repeating: 0, count: count * blockAlign) }
            #expect(Array(run.output.waveSamples) == silence(100) + samples + silence(70_000))
        }
    }

    @Test func `extract puts a complete file in place, through a symbolic link`() throws {
        try SmallStore.with { store in
            let (file, link) = (store.file("out.wav"), store.file("link.wav"))
            try Data("old".utf8).write(to: URL(filePath: file))
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
            #expect(Zarrwlr.run("extract", store.path, "pond/0", "-o", link).status == 0)
            #expect(try store.bytes(file).starts(with: Array("RIFF".utf8)))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
            #expect(Zarrwlr.run("extract", store.path, "pond/0", "-o", "/dev/null").status == 0)
            let run = Zarrwlr.run("extract", store.path, "pond/0", "-o", store.file("no/out.wav"))
            #expect(run.status == 2 && run.errors.contains("No such file or directory"))
        }
    }

    @Test(arguments: [("s16", 16, 1), ("s24", 24, 1), ("f32", 32, 3)])
    func `extract writes samples in the requested format`(format: String, bits: Int, tag: UInt8) throws {
        try SmallStore.with { store in
            let run = Zarrwlr.run("extract", store.path, "pond/1", "--to", "480smp", "--format", format, "-o", "-")
            #expect(run.status == 0)
            #expect(run.output[20] == tag && Int(run.output[34]) == bits)
            let channels = Int(run.output[22])
            #expect(run.output.waveSamples.count == 480 * channels * bits / 8)
        }
    }

    @Test func `extract --table writes every row of a table to a file of its own`() throws {
        try SmallStore.with { store in
            let (table, folder) = (store.file("t.csv"), store.file("calls"))
            try Data("Start (s),End (s),File\n0.1,0.2,night.wav\n0.1,0.2,night.wav\n0.3,0.4,other.wav\n".utf8)
                .write(to: URL(filePath: table))
            let run = Zarrwlr.run("extract", store.path, "pond/0", "--table", table, "-o", folder)
            #expect(run.status == 0)
            #expect(run.errors == "zarrwlr extract: 2 files written to \(folder), 1 row is about other recordings\n")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(names == ["night_1_0.100-0.200.wav", "night_2_0.100-0.200.wav"])
            let one = Zarrwlr.run("extract", store.path, "pond/0", "--from", "0.1", "--to", "0.2", "-o", "-").output
            for name in names { #expect(try store.bytes("\(folder)/\(name)") == one) }
        }
    }

    @Test func `extract --table writes nothing if a row is not valid`() throws {
        try SmallStore.with { store in
            let (table, folder) = (store.file("t.txt"), store.file("calls"))
            try Data("0.1\t0.2\ta\n9998\t9999\tb\n".utf8).write(to: URL(filePath: table))
            let run = Zarrwlr.run("extract", store.path, "pond/0", "--table", table, "-o", folder)
            #expect(run.status == 2 && run.errors.contains("row 2 of \(table)"))
            #expect(!FileManager.default.fileExists(atPath: folder))
            for arguments in [["-o", "-"], ["-o", folder, "--from", "1"]] {
                #expect(Zarrwlr.run(["extract", store.path, "pond/0", "--table", table] + arguments).status == 2)
            }
        }
    }

    @Test func `extract names a recording that does not exist, and one that cannot be read`() throws {
        try SmallStore.with(broken: true) { store in
            #expect(
                Zarrwlr.run("extract", store.path, "pond/7", "-o", "-").errors
                    == "zarrwlr extract: there is no recording 'pond/7' among those of \(store.path) that can be read; "
                    + "zarrwlr list shows what is wrong with others\n")
            #expect(Zarrwlr.run("extract", store.path, "pond/2", "-o", "-").errors.contains("does not begin with fLaC"))
        }
    }
}
