import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// Files of a store that are damaged while it is mounted.
    @Suite(.timeLimit(.minutes(5))) struct `A chunk that is changed under a mount` {
        private static let codecs = ["flac", "opus", "aac", "pcm", "mp3", "vorbis"]
        private static let changes: [(what: String, change: @Sendable ([UInt8]) -> [UInt8]?)] = [
            ("deleted", { _ in nil }),
            ("cut", { Array($0.prefix($0.count / 2)) }),
            ("changed by a bit", { $0.prefix($0.count / 2) + [$0[$0.count / 2] ^ 4] + $0.dropFirst($0.count / 2 + 1) }),
            ("zeros in part", { $0.enumerated().map { $0 / 1_000 == 1 ? 0 : $1 } }),
            ("something else", { $0.reversed() }),
        ]
        private static let pieceByteCount = 1 << 15

        /// What a read of each piece of `file` gives, in order; nil for an error. A read ends before what cannot be read.
        private static func pieces(of file: Int32) -> [[UInt8]?] {
            stride(from: 0, to: Int(lseek(file, 0, SEEK_END)), by: pieceByteCount).map { start in
                var bytes = [UInt8](repeating: 0, count: pieceByteCount)
                let count = pread(file, &bytes, bytes.count, off_t(start))
                return count < 0 ? nil : Array(bytes.prefix(count))
            }
        }

        @Test(arguments: codecs)
        func `what is read of a recording whose chunks are changed is right or an error, whatever the codec`(
            codec: String
        ) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let sounds = try ModelSound.all(in: directory.appending(path: "sounds"))
                let sound = try #require(sounds.first { $0.codec == codec })
                let store = directory.appending(path: "store.zarr")
                let program = MountedStore.programs.appending(path: "zarrwlr")
                let imported = try run(program, ["import", "-q"] + sound.options + [store.path, sound.source.path])
                try #require(imported.status == 0, "\(imported.errors)")
                let files = try run("find", store.path, "-path", "*/c/*", "-type", "f").text.split(separator: "\n")
                #expect(!files.isEmpty)
                var (errorCount, readCount) = (0, 0)
                // Each codec has each change in some of its files, and each kind of file has each change with some codec.
                let first = Self.codecs.firstIndex(of: codec) ?? 0
                for (number, path) in files.sorted().enumerated() {
                    let file = URL(filePath: String(path))
                    let whole = Array(try Data(contentsOf: file))
                    let chosen = (0..<3).map { Self.changes[(first + 2 * number + $0) % Self.changes.count] }
                    for (what, change) in chosen {
                        let changed = change(whole)
                        try MountedStore.with(store.path, ["-o", "catalogue=off,noprefetch,cache_mb=0"]) { mounted in
                            let wave = mounted.file(try mounted.names()[0]).path
                            let old = open(wave, O_RDONLY | MountedFile.direct)
                            defer { close(old) }
                            let right = Self.pieces(of: old)
                            try FileManager.default.removeItem(at: file)
                            try changed.map { try Data($0).write(to: file) }
                            let before = Self.pieces(of: old)
                            // The mount has noticed the change by now, unless nothing had to be read from the chunk.
                            let new = open(wave, O_RDONLY | MountedFile.direct)
                            defer { close(new) }
                            let after = Self.pieces(of: new)
                            for (piece, whole) in zip(before + after, right + right) {
                                let isRight = piece.map { whole?.starts(with: $0) == true } ?? true
                                #expect(isRight, "\(path), \(what)")
                            }
                            errorCount += before.count { $0 == nil } + after.count { $0 == nil }
                            if changed?.count == whole.count { readCount += after.count { $0 != nil } }
                        }
                        try Data(whole).write(to: file)
                    }
                }
                #expect(errorCount > 0 && readCount > 0)
            }
        }
    }
}
