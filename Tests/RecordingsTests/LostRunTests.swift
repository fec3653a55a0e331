import Foundation
import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

/// Passes over blobs of which much is missing.
struct LostRunTests {
    /// Calls `body` with a blob of `length` bytes in chunks of `chunkLength`, of which the store has `chunks`, whose bytes are their numbers.
    private func withBlob(
        _ length: Int, chunkLength: Int, chunks: [Int], _ body: (CodedBlob) throws -> Void
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            try store.addArray("blob", shape: [length], type: "uint8", bytes: nil, chunks: [chunkLength])
            for number in chunks {
                try store.writeChunk(
                    [number], of: "blob", bytes: [UInt8](repeating: UInt8(number % 251), count: chunkLength))
            }
            let array = try ZarrArray.open(
                DirectoryStore(path: directory.path), path: "blob", cache: BlockCache(budget: 1 << 20), absent: .damage)
            try body(CodedBlob(array) { 1_000 })
        }
    }

    @Test func `what lies between lost chunks is found, and each is reported with its own error`() throws {
        try withBlob(1_000_000, chunkLength: 1_000, chunks: [0, 7, 500, 999]) { blob in
            var found: [Int: Int] = [:]
            var lost: [String: UInt64] = [:]
            try blob.forEachPiece(from: 0) { bytes, error in
                lost[error.path, default: 0] += UInt64(bytes.count)
            } _: { piece in
                for byte in piece where byte > 0 { found[Int(byte), default: 0] += 1 }
            }
            #expect(found == [7: 1_000, 500 % 251: 1_000, 999 % 251: 1_000])
            #expect(lost.count == 996)
            #expect(lost.values.allSatisfy { $0 == 1_000 })
        }
    }

    @Test func `a pass ends where more is missing in a row than a recording can have lost`() throws {
        for (length, chunkLength) in [(1 << 60, 1), (1 << 60, 1 << 20), (1 << 60, 1 << 50), (1 << 60, 1 << 60)] {
            try withBlob(length, chunkLength: chunkLength, chunks: []) { blob in
                var byteCount = 0
                let error = #expect(throws: ZarrError.self) {
                    try blob.forEachPiece(from: 0, damage: CodedBlob.passOverDamagedChunks) { byteCount += $0.count }
                }
                #expect(error?.description.contains("announces 1152921504606846976 bytes, of which ") == true)
                #expect(byteCount == 0)
            }
        }
        try withBlob(1 << 60, chunkLength: 1 << 20, chunks: [0]) { blob in
            var byteCount = 0
            #expect(throws: ZarrError.self) {
                try blob.forEachPiece(from: 0, damage: CodedBlob.passOverDamagedChunks) { byteCount += $0.count }
            }
            #expect(byteCount == 1 << 20)
        }
    }

    @Test func `a stream has no more frames than the store's bytes of it can be`() throws {
        try withBlob(1 << 40, chunkLength: 1_000, chunks: [0]) { blob in
            try blob.checkFrameCount(1 << 22)
            let error = #expect(throws: ZarrError.self) { try blob.checkFrameCount((1 << 22) + 1) }
            #expect(error?.description == "/blob: has 4194305 frames or more, of which the store has 1000 bytes")
        }
    }
}
