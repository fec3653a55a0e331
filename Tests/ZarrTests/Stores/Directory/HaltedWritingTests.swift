import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Zarr

/// Work that is given up between any two changes of the store.
struct HaltedWritingTests {
    @Test func `a node that is begun when the work is given up leaves nothing`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.zarr").path
            _ = try DirectoryStore.create(path: path)
            var begun = 0
            for limit in 0..<12 {
                let changes = Mutex(0)
                let store = try DirectoryStore.create(path: path) {
                    changes.withLock { changes in
                        changes += 1
                        return changes > limit
                    }
                }
                if (try? store.stageNode()) != nil { begun += 1 }
                #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["zarr.json"], "\(limit)")
            }
            #expect(0 < begun && begun < 12)
        }
    }
}
