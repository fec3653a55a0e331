import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// Recordings that are rewritten in the store while they are mounted, as no program of this project does.
    @Suite(.timeLimit(.minutes(3))) struct `A recording that is rewritten under a mount` {
        private static let chunk = 1 << 20

        /// A store with a recording of samples in two chunks, each byte of which is `value`.
        private static func withStore(_ body: (_ store: URL, _ recording: URL) throws -> Void) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let folder = directory.appending(path: "store.zarr")
                let store = try TestStore(at: folder)
                try add("a", of: 1, chunks: 2, to: store)
                try body(folder, folder.appending(path: "a"))
            }
        }

        private static func add(_ name: String, of value: UInt8, chunks: Int, to store: TestStore) throws {
            try store.addArray(
                name, shape: [chunks * chunk / 2], type: "int16", bytes: bytes(value, chunks: chunks),
                chunks: [chunk / 2],
                attributes: ["sample_rate": 48_000])
        }

        private static func bytes(_ value: UInt8, chunks: Int) -> [UInt8] {
            [UInt8](repeating: value, count: chunks * chunk)
        }

        private static func read(_ file: FileHandle, at offset: UInt64, _ count: Int) throws -> [UInt8] {
            try file.seek(toOffset: offset)
            return Array(try file.read(upToCount: count) ?? Data())
        }

        /// What reading from `file` at `offset` fails with; 0 if it does not.
        private static func error(_ file: FileHandle, at offset: Int) -> Int32 {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            return pread(file.fileDescriptor, &bytes, bytes.count, offset) < 0 ? errno : 0
        }

        private static let rewritings: [(what: String, rewrite: @Sendable (URL) throws -> Void)] = [
            ("in place", { try writeInPlace(bytes(2, chunks: 1), to: $0) }),
            ("by another file", { try Data(bytes(2, chunks: 1)).write(to: $0, options: .atomic) }),
        ]

        private static func writeInPlace(_ bytes: [UInt8], to file: URL) throws {
            let handle = try FileHandle(forWritingTo: file)
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
        }

        @Test(arguments: rewritings.indices)
        func `an open file never mixes two versions, and one that is opened later has the new one`(index: Int) throws {
            try Self.withStore { store, recording in
                try MountedStore.with(store.path, ["-o", "noprefetch,cache_mb=0"]) { mounted in
                    let path = mounted.file("a.wav").path
                    let open = try FileHandle(forReadingFrom: URL(filePath: path))
                    #expect(try Self.read(open, at: 4_096, 4_096) == [UInt8](repeating: 1, count: 4_096))
                    for name in ["c/0", "c/1"] { try Self.rewritings[index].rewrite(recording.appending(path: name)) }
                    #expect(Self.error(open, at: 44 + Self.chunk + 65_536) == ESTALE)
                    #expect(Self.error(open, at: 44 + 500_000) == ESTALE)
                    let new = try Data(contentsOf: URL(filePath: path)).dropFirst(44)
                    #expect(new.count == 2 * Self.chunk && new.allSatisfy { $0 == 2 })
                    try open.close()
                }
            }
        }

        @Test(arguments: rewritings.indices)
        func `a recording of which the kernel has all bytes is the new one when it is opened anew`(index: Int) throws {
            try Self.withStore { store, recording in
                try MountedStore.with(store.path, []) { mounted in
                    let path = mounted.file("a.wav").path
                    for _ in 0..<2 {
                        let old = try Data(contentsOf: URL(filePath: path)).dropFirst(44)
                        #expect(old.count == 2 * Self.chunk && old.allSatisfy { $0 == 1 })
                    }
                    for name in ["c/0", "c/1"] { try Self.rewritings[index].rewrite(recording.appending(path: name)) }
                    let new = try Data(contentsOf: URL(filePath: path)).dropFirst(44)
                    #expect(new.count == 2 * Self.chunk && new.allSatisfy { $0 == 2 })
                }
            }
        }

        @Test func `a recording that gets another length has that when it is opened anew`() throws {
            try Self.withStore { store, recording in
                try MountedStore.with(store.path, ["-o", "noprefetch,cache_mb=0"]) { mounted in
                    let path = mounted.file("a.wav").path
                    let open = try FileHandle(forReadingFrom: URL(filePath: path))
                    #expect(try Self.read(open, at: 4_096, 4_096) == [UInt8](repeating: 1, count: 4_096))
                    let other = try TestStore(at: store)
                    try Self.add("b", of: 3, chunks: 3, to: other)
                    let aside = store.deletingLastPathComponent().appending(path: "aside")
                    try FileManager.default.moveItem(at: recording, to: aside)
                    try FileManager.default.moveItem(at: store.appending(path: "b"), to: recording)
                    #expect(Self.error(open, at: 44 + Self.chunk + 65_536) == ESTALE)
                    try open.close()
                    let size = 44 + 3 * Self.chunk
                    let isNew = try eventually {
                        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int == size
                    }
                    #expect(isNew)
                    let new = try Data(contentsOf: URL(filePath: path)).dropFirst(44)
                    #expect(new.count == 3 * Self.chunk && new.allSatisfy { $0 == 3 })
                }
            }
        }
    }
}
