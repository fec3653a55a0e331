import Foundation
import Recordings
import Support
import TestSupport
import Testing
import Zarr

/// Programs one of whose system calls fails, each call in turn: with exit status 0 nothing is lost, nothing is ever there in half, and the
/// next run does everything.
@Suite(.enabled(if: FailingCalls.isPossible, "needs cc")) struct SystemCallFaultTests {
    /// A folder with a source and a store that it was imported into.
    private struct Fixture {
        let folder: URL
        let calls: FailingCalls
        let source: URL
        let store: URL
        /// What the store is copied from before each run.
        let original: URL
        let recording = "0"

        static func with(_ body: (Fixture) throws -> Void) throws {
            try TestFiles.withTemporaryDirectory { folder in
                let fixture = try Fixture(folder)
                try body(fixture)
            }
        }

        private init(_ folder: URL) throws {
            self.folder = folder
            calls = try FailingCalls(below: folder)
            source = folder.appending(path: "source.wav")
            store = folder.appending(path: "store.zarr")
            original = folder.appending(path: "original.zarr")
            var random = RepeatableRandom(seed: 1)
            var builder = WaveBuilder()
            builder.addFormat()
            builder.add("data", (0..<9_600).map { _ in UInt8.random(in: 0...255, using: &random) })
            try Data(builder.bytes).write(to: source)
            #expect(try run(Mounts.Imports.program, ["import", original.path, source.path]).status == 0)
        }

        func copyStore() throws {
            removeStore()
            try FileManager.default.copyItem(at: original, to: store)
        }

        func removeStore() {
            try? FileManager.default.removeItem(at: store)
        }

        /// Runs `zarrwlr` with nothing failing.
        func zarrwlr(_ arguments: String...) throws -> ProgramResult { try run(Mounts.Imports.program, arguments) }

        /// How many recordings the store has; nil if anything in it is not right.
        func wholeRecordings() throws -> Int? {
            guard FileManager.default.fileExists(atPath: store.appending(path: "zarr.json").path) else { return 0 }
            var options = StoreCheck.Options()
            options.isDeep = true
            let check = try StoreCheck(
                DirectoryStore(path: store.path), root: "", options: options, cache: BlockCache(budget: 16 << 20))
            let summary = check.run { _ in
            } report: { _ in
            }
            return summary.faults + summary.unchecked == 0 ? summary.recordings : nil
        }

        func leftovers() throws -> [String] { try DirectoryStore(path: store.path).leftovers() }
    }

    @Test(arguments: CallFault.all)
    func `an import of which one call fails leaves all of a recording or nothing, and the next one completes it`(
        _ fault: CallFault
    ) throws {
        try Fixture.with { fixture in
            let arguments = ["import", fixture.store.path, fixture.source.path]
            let calls = try fixture.calls.forEachCall(fault, arguments) {
                fixture.removeStore()
            } check: { result, number in
                let count = try fixture.wholeRecordings()
                #expect(count != nil, "call \(number): a recording is not whole: \(result.errors)")
                if result.status == 0 { #expect(count == 1, "call \(number): exit status 0, and nothing is there") }
                if fault.call == "fsync" { #expect(result.status != 0, "call \(number): may be lost") }
                let again = try fixture.zarrwlr("import", fixture.store.path, fixture.source.path)
                #expect(again.status == 0, "call \(number), the next import: \(again.errors)")
                #expect(try fixture.wholeRecordings() == 1, "call \(number), the next import")
                #expect(try fixture.leftovers() == [], "call \(number)")
            }
            #expect(calls > 0)
        }
    }

    @Test(arguments: CallFault.all)
    func `an extraction of which one call fails writes all of a file or nothing`(_ fault: CallFault) throws {
        try Fixture.with { fixture in
            let output = fixture.folder.appending(path: "output.wav")
            let source = try Data(contentsOf: fixture.source)
            let arguments = [
                "extract", fixture.original.path, fixture.recording, "-o", output.path, "--catalogue", "off",
            ]
            try fixture.calls.forEachCall(fault, arguments) {
                try? FileManager.default.removeItem(at: output)
            } check: { result, number in
                let written = try? Data(contentsOf: output)
                #expect(written == source || (written == nil && result.status != 0), "call \(number): \(result.errors)")
                try? FileManager.default.removeItem(at: output)
                let names = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path).sorted()
                #expect(names == ["calls", "original.zarr", "source.wav"], "call \(number)")
            }
        }
    }

    @Test(arguments: CallFault.reading)
    func `what a check of which one call fails says with exit status 0 is all there is to say`(
        _ fault: CallFault
    ) throws {
        try Fixture.with { fixture in
            let arguments = ["check", "--deep", fixture.original.path]
            let good = try run(Mounts.Imports.program, arguments)
            #expect(good.status == 0)
            let count = try fixture.calls.forEachCall(fault, arguments) {
            } check: { result, number in
                if result.status == 0 { #expect(result.text == good.text, "call \(number)") }
                // A disk that cannot be read says nothing about the store.
                #expect(!result.text.contains("fault:"), "call \(number): \(result.text)")
            }
            #expect(count > 0)
        }
    }

    @Test(arguments: CallFault.reading)
    func `a list of which one call fails has every recording or exit status 1, and no field that is wrong`(
        _ fault: CallFault
    ) throws {
        func fields(_ result: ProgramResult) -> [[Substring]] {
            result.text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        }
        try Fixture.with { fixture in
            let arguments = ["list", "--csv", "--catalogue", "off", fixture.original.path]
            let good = fields(try run(Mounts.Imports.program, arguments))
            #expect(good.count == 2)
            let count = try fixture.calls.forEachCall(fault, arguments) {
            } check: { result, number in
                let found = fields(result)
                if result.status == 0 { #expect(found.count == good.count, "call \(number)") }
                for (row, right) in zip(found, good) {
                    // What is not known is an empty field.
                    let isRight = zip(row, right).allSatisfy { $0 == $1 || $0.isEmpty }
                    #expect(isRight && row.count == right.count, "call \(number): \(result.text)")
                }
            }
            #expect(count > 0)
        }
    }

    @Test(arguments: CallFault.all)
    func `a change of which one call fails is made or not, and the next one makes it`(_ fault: CallFault) throws {
        try Fixture.with { fixture in
            try fixture.calls.forEachCall(fault, ["set", fixture.store.path, fixture.recording, "name=new.wav"]) {
                try fixture.copyStore()
            } check: { result, number in
                #expect(try fixture.wholeRecordings() == 1, "call \(number): \(result.errors)")
                let name = StoredSource(of: fixture.recording, in: try DirectoryStore(path: fixture.store.path))?.name
                #expect(name == "new.wav" || (name == "source.wav" && result.status != 0), "call \(number)")
                let again = try fixture.zarrwlr("set", fixture.store.path, fixture.recording, "name=new.wav")
                #expect(again.status == 0, "call \(number): \(again.errors)")
            }
            try fixture.calls.forEachCall(fault, ["remove", fixture.store.path, fixture.recording]) {
                try fixture.copyStore()
            } check: { result, number in
                let count = try fixture.wholeRecordings()
                #expect(count == 0 || (count == 1 && result.status != 0), "call \(number): \(result.errors)")
                if count == 1 {
                    let again = try fixture.zarrwlr("remove", fixture.store.path, fixture.recording)
                    #expect(again.status == 0, "call \(number): \(again.errors)")
                }
                #expect(try fixture.wholeRecordings() == 0, "call \(number)")
            }
        }
    }
}
