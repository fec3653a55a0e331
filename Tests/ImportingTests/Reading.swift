import Foundation
import Recordings
import Support
import WaveFile
import Zarr

/// What a mount would give of a recording.
struct Reading {
    /// Samples read at a time, so that an error costs no more.
    private static let pieceByteCount: UInt64 = 1_000

    var header: [UInt8]?
    var pieces: [[UInt8]?] = []

    init(_ path: String, in directory: URL) throws {
        try self.init(path, in: DirectoryStore(path: directory.path))
    }

    init(_ path: String, in store: any Store) throws {
        let recording = try? Recording(store: store, path: path, cache: BlockCache(budget: 16 << 20), log: .silent)
        if let recording { self.init(recording) } else { self.init() }
    }

    private init() {}

    init(_ recording: Recording) {
        header = (try? recording.waveLayout()).flatMap { $0 }.map { $0.head + $0.tail }
        for start in stride(from: 0, to: recording.dataByteCount, by: Int(Self.pieceByteCount)) {
            let range = start..<min(start + Self.pieceByteCount, recording.dataByteCount)
            pieces.append(try? recording.samples.read(bytes: range).flatMap { Array($0.bytes) })
        }
    }

    /// Whether each of its bytes is as in `good` or an error.
    func isRightOrMissing(_ good: Reading) -> Bool {
        (header == nil || header == good.header) && pieces.count <= good.pieces.count
            && zip(pieces, good.pieces).allSatisfy { $0 == nil || $0 == $1 }
            && (pieces.isEmpty || pieces.count == good.pieces.count)
    }

    var errorCount: Int { pieces.count { $0 == nil } }
}
