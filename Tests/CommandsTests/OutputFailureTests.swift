import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Commands

private final class KeptMessages: Sendable {
    private let kept = Mutex("")

    var text: String { kept.withLock { $0 } }

    func add(_ text: String) { kept.withLock { $0 += text } }
}

struct OutputFailureTests {
    /// The exit status and the messages of `zarrwlr` if its standard output is on a full disk.
    private func runOnFullDisk(_ arguments: [String]) -> (status: Int32, errors: String) {
        let errors = KeptMessages()
        let streams = CommandStreams(
            output: { _ in
                errno = ENOSPC
                return false
            }, errors: { errors.add($0) }, showsProgress: false)
        return (ZarrwlrCommand(streams).run(arguments), errors.text)
    }

    @Test func `output that does not fit on the disk is an error, whatever the command`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            var builder = WaveBuilder()
            builder.addFormat()
            builder.add("data", (0..<2_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 7)) })
            let source = directory.appending(path: "a.wav").path
            try Data(builder.bytes).write(to: URL(filePath: source))
            let store = directory.appending(path: "store.zarr").path
            #expect(Zarrwlr.run("import", store, source).status == 0)
            let commands = [
                ["--help"], ["list", "--help"], ["--version"], ["list", store], ["list", "--csv", store],
                ["list", "--json", store], ["info", store, "0"], ["check", store], ["set", store, "0", "site=north"],
                ["import", "--json", "-n", store, source], ["extract", store, "0", "-o", "-"],
                ["spectrogram", store, "0", "-o", "-"], ["move", store, "0", "pond"], ["remove", store, "pond/0"],
            ]
            for command in commands {
                let run = runOnFullDisk(command)
                #expect(run.status == 2, "\(command)")
                #expect(
                    run.errors.contains("cannot write to standard output: No space left on device"), "\(command) \(run)"
                )
            }
        }
    }
}
