import Foundation
import TestSupport
import Testing

@testable import Commands

/// Commands that are given a store in a ZIP archive.
@Suite struct `zarrwlr and ZIP archives` {
    /// Calls `body` with the path of a store with a recording in `pond`, and of an archive of it.
    private func withArchive(_ body: (_ store: String, _ archive: String) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            var builder = WaveBuilder()
            builder.addFormat()
            builder.add("data", (0..<20_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 700)) })
            let source = directory.appending(path: "a.wav")
            try Data(builder.bytes).write(to: source)
            let store = directory.appending(path: "s.zarr").path
            #expect(Zarrwlr.run("import", "\(store)::pond", source.path).status == 0)
            try runChecked(["sh", "-c", "cd \(store) && python3 -m zipfile -c ../s.zarr.zip zarr.json pond"])
            try body(store, "\(store).zip")
        }
    }

    @Test func `list, info, extract and check read a ZIP archive as they do its folder`() throws {
        try withArchive { store, archive in
            for arguments in [
                ["list", "--json"], ["list", "--csv"], ["info", "pond/a.wav"], ["extract", "pond/a.wav", "-o", "-"],
                ["check", "--deep"],
            ] {
                let results = [store, archive].map { path in
                    Zarrwlr.run([arguments[0], path] + arguments.dropFirst())
                }
                #expect(results.map(\.status) == [0, 0], "\(arguments): \(results[1].errors)")
                let texts = results.map { $0.text.replacingOccurrences(of: archive, with: store) }
                let isEqual = texts[0] == texts[1]
                // What a folder takes up includes its folders.
                #expect(isEqual || arguments[0] == "list" || arguments[0] == "info", "\(arguments)")
                #expect(!texts[1].isEmpty)
            }
            let group = Zarrwlr.run("list", "--csv", "\(archive)::pond")
            #expect(group.text.contains("a.wav"))
        }
    }

    @Test func `what would change a ZIP archive is refused, and the archive stays as it is`() throws {
        try withArchive { store, archive in
            let before = try Data(contentsOf: URL(filePath: archive))
            let source = URL(filePath: store).deletingLastPathComponent().appending(path: "a.wav").path
            for arguments in [
                ["import", archive, source], ["import", "--dry-run", archive, source], ["check", "--repair", archive],
                ["set", archive, "pond/a.wav", "name=b.wav"], ["remove", archive, "pond/a.wav"],
                ["move", archive, "pond/a.wav", "lake"],
            ] {
                let result = Zarrwlr.run(arguments)
                #expect(result.status != 0, "\(arguments)")
                #expect(
                    result.errors.contains("is a ZIP archive") || result.errors.contains("is a file; only"),
                    "\(arguments): \(result.errors)")
            }
            #expect(try Data(contentsOf: URL(filePath: archive)) == before)
        }
    }

    @Test func `a file that is no archive, or one without a store, is no store`() throws {
        try withArchive { store, archive in
            let source = URL(filePath: store).deletingLastPathComponent().appending(path: "a.wav").path
            let file = Zarrwlr.run("list", source)
            #expect(file.status == 2 || file.status == 1)
            #expect(file.errors.contains("not a Zarr v3 store, which is a folder or a ZIP archive"))
            try runChecked(["python3", "-m", "zipfile", "-c", "\(store)2.zip", source])
            #expect(Zarrwlr.run("list", "\(store)2.zip").errors.contains("there is no zarr.json in the ZIP archive"))
        }
    }
}
