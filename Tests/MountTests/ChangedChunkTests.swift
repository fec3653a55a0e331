import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// Files of imported recordings of each codec that are deleted, cut, emptied and replaced under a mount, and then put back.
    @Suite(.timeLimit(.minutes(5))) struct `A store that is damaged under a mount` {
        /// Sources, and what they are stored as.
        private static let sources: [(source: String?, options: [String])] = [
            (nil, ["--codec", "flac"]), (nil, ["--codec", "aac"]), (nil, ["--codec", "opus"]),
            (nil, ["--codec", "pcm"]), ("cbr.mp3", []), ("lavc.ogg", []), ("hybrid.opus", []), ("lowrate.aac", []),
        ]

        private enum Change: CaseIterable {
            case delete, cut, empty, replace, overwrite

            func apply(to file: URL) throws {
                let bytes = try Data(contentsOf: file)
                let others = Data(bytes.map { $0 ^ 0x5A })
                switch self {
                case .delete: try FileManager.default.removeItem(at: file)
                case .cut: _ = truncate(file.path, bytes.count / 2)
                case .empty: _ = truncate(file.path, 0)
                case .replace: try others.write(to: file, options: .atomic)
                case .overwrite:
                    let handle = try FileHandle(forWritingTo: file)
                    try handle.write(contentsOf: others)
                    try handle.close()
                }
            }
        }

        /// How many pages of `file`, read past the kernel's cache, are not as in `whole`. Those that cannot be read do not count.
        private static func wrongPages(_ file: borrowing MountedFile, _ whole: [UInt8]) -> Int {
            stride(from: 0, to: whole.count, by: 4_096).count { start in
                errno = 0
                let range = UInt64(start)..<UInt64(start + 4_096)
                guard let page = try? file.bytes(range) else { return ![EIO, ESTALE].contains(errno) }
                return !page.elementsEqual(whole[start...].prefix(4_096))
            }
        }

        private static func chunks(of recording: URL) throws -> [URL] {
            try FileManager.default.subpathsOfDirectory(atPath: recording.path).sorted()
                .map { recording.appending(path: $0) }
                .filter { $0.lastPathComponent != "zarr.json" && !$0.hasDirectoryPath }
                .filter { file in
                    var isFolder: ObjCBool = false
                    return FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
                        && !isFolder.boolValue
                }
        }

        @Test(arguments: sources.indices)
        func `no page is ever wrong whatever happens to a chunk, and all are right when it is back`(index: Int) throws {
            try TestFiles.withTemporaryDirectory { folder in
                let store = folder.appending(path: "a.zarr")
                var source = folder.appending(path: "a.wav")
                let (fixture, options) = Self.sources[index]
                if let fixture {
                    source = TestFiles.fixtures.appending(path: "coded/\(fixture)")
                } else {
                    var random = RepeatableRandom(seed: 1)
                    var builder = WaveBuilder()
                    builder.addFormat()
                    builder.add("data", (0..<48_000).map { _ in UInt8.random(in: 0...255, using: &random) })
                    try Data(builder.bytes).write(to: source)
                }
                let imported = try run(Imports.program, ["import", store.path, source.path] + options)
                try #require(imported.status == 0, "\(imported.errors)")
                try MountedStore.with(store.path, ["-o", "noprefetch,cache_mb=0"]) { mounted in
                    let name = try #require(try mounted.names().first)
                    let path = mounted.file(name).path
                    let whole = try MountedFile(path).allBytes()
                    for chunk in try Self.chunks(of: store.appending(path: "0")) {
                        let aside = folder.appending(path: "aside")
                        for change in Change.allCases {
                            let place = "\(change) of \(chunk.path.dropFirst(store.path.count))"
                            try? FileManager.default.removeItem(at: aside)
                            try FileManager.default.copyItem(at: chunk, to: aside)
                            let before = try MountedFile(path, isDirect: true)
                            try change.apply(to: chunk)
                            let wrongBefore = Self.wrongPages(before, whole)
                            #expect(wrongBefore == 0, "\(place): pages of an open file are wrong")
                            if let after = try? MountedFile(path, isDirect: true) {
                                let wrongAfter = Self.wrongPages(after, whole)
                                #expect(wrongAfter == 0, "\(place): pages are wrong")
                            }
                            try FileManager.default.moveItemReplacing(aside, chunk)
                            let isRight = eventually {
                                (try? MountedFile(path, isDirect: true).allBytes()) == whole
                            }
                            #expect(isRight, "\(place): not right afterwards")
                        }
                    }
                }
            }
        }
    }
}

extension FileManager {
    /// Puts `file` in the place of `other`, which need not be there.
    fileprivate func moveItemReplacing(_ file: URL, _ other: URL) throws {
        guard rename(file.path, other.path) == 0 else { throw POSIXError(.EIO) }
    }
}
