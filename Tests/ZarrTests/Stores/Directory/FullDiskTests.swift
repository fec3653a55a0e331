import Foundation
import Glibc
import Support
import TestSupport
import Testing

@testable import Zarr

@Suite(.enabled(if: SmallDisk.isPossible, SmallDisk.comment))
struct FullDiskTests {
    @Test func `a full disk is an error that names the key, and leaves the store as it was`() throws {
        try SmallDisk.with(megabytes: 1) { disk in
            let folder = disk.appending(path: "store.zarr")
            let store = try DirectoryStore.create(path: folder.path)
            #expect(try stageRecording(in: store).publish(as: "0"))
            do {
                let node = try store.stageNode()
                let writer = ArrayWriter(
                    in: node, name: "blob", try ArrayPlan(.uint8, chunkRows: 1000, chunksPerShard: 500))
                let error = try #require(throws: ZarrError.self) {
                    for _ in 0..<2000 { try writer.append([UInt8](repeating: 1, count: 1000)) }
                    try writer.finish()
                }
                #expect(error.kind == .store)
                #expect(error.path.contains("blob/c/") || (error.cause as? StoreError)?.key.contains("blob/c/") == true)
                #expect("\(error)".contains(String(cString: strerror(ENOSPC))))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["0", "zarr.json"])
            #expect(try stageRecording(in: store).publish(numberedIn: "") == 1)
        }
    }

    @Test func `a node is removed from a full disk, which has room afterwards`() throws {
        try SmallDisk.with(megabytes: 1) { disk in
            let folder = disk.appending(path: "store.zarr")
            let store = try DirectoryStore.create(path: folder.path)
            for number in 0..<2 { #expect(try stageRecording(in: store).publish(as: "\(number)")) }
            let fill = open(disk.appending(path: "fill").path, O_WRONLY | O_CREAT, 0o600)
            defer { close(fill) }
            let kilobyte = [UInt8](repeating: 1, count: 1024)
            while write(fill, kilobyte, kilobyte.count) > 0 {}
            #expect(throws: StoreError.self) { try store.replace("0/zarr.json", with: kilobyte) }
            try store.removeNode("1")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["0", "zarr.json"])
            #expect(try store.leftovers() == [])
            try store.removeNode("0")
            #expect(try stageRecording(in: store, count: 1).publish(as: "0"))
        }
    }
}
