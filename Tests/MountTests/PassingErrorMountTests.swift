import Foundation
import Glibc
import Support
import TestSupport
import Testing

extension Mounts {
    /// Mounts of stores that cannot be read as they should for a while.
    @Suite(.timeLimit(.minutes(3))) struct `A mount of a store that fails for a while` {
        @Test func `a recording that could not be read when it was listed appears once it can be`() throws {
            let blob = try MountedStore.fixture("recordings/fixed.flac")
            try TestFiles.withTemporaryDirectory { directory in
                let folder = directory.appending(path: "store.zarr")
                let store = try TestStore(at: folder, attributes: TestStore.audioGroup)
                for number in 0..<3 {
                    try store.addRecording("\(number)", codec: "flac", blob: blob, fileName: "\(number).flac")
                }
                let (there, away) = (folder.appending(path: "1/zarr.json"), folder.appending(path: "1/away"))
                let audio = folder.appending(path: "2/audio_data_blob_array")
                let audioAway = folder.appending(path: "2/audio-away")
                try FileManager.default.moveItem(at: there, to: away)
                try FileManager.default.moveItem(at: audio, to: audioAway)
                try MountedStore.with(folder.path, ["-o", "catalogue=off"]) { mounted in
                    for _ in 0..<2 {
                        #expect(try mounted.names() == ["0.wav"])
                        #expect(!FileManager.default.fileExists(atPath: mounted.file("1.wav").path))
                    }
                    #expect(try mounted.text(".zarrwlr/problems.txt").contains("/2: "))
                    try FileManager.default.moveItem(at: away, to: there)
                    try FileManager.default.moveItem(at: audioAway, to: audio)
                    usleep(4_100_000)
                    #expect(try mounted.bytes("1.wav") == mounted.bytes("0.wav"))
                    #expect(try mounted.bytes("2.wav") == mounted.bytes("0.wav"))
                    #expect(try mounted.names() == ["0.wav", "1.wav", "2.wav"])
                    #expect(try mounted.text(".zarrwlr/problems.txt") == "Every recording that was found is served.\n")
                }
            }
        }

        @Test func `a mount that may open few files serves a hundred recordings to many readers at once`() throws {
            let blob = try MountedStore.fixture("recordings/fixed.flac")
            try TestFiles.withTemporaryDirectory { directory in
                let folder = directory.appending(path: "store.zarr")
                let store = try TestStore(at: folder, attributes: TestStore.audioGroup)
                for number in 0..<100 {
                    try store.addRecording("\(number)", codec: "flac", blob: blob, fileName: "\(number).flac")
                }
                try MountedStore.with(folder.path, ["-o", "catalogue=off"], limits: "ulimit -n 64") { mounted in
                    let first = try mounted.bytes("0.wav")
                    let right = Parallel.map((0..<100).map { $0 }, threads: 16) { number in
                        (try? mounted.bytes("\(number).wav")) == first
                    }
                    #expect(right.allSatisfy { $0 })
                    #expect(try mounted.names().count == 100)
                }
            }
        }
    }
}
