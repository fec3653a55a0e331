import Foundation
import Support
import Synchronization
import TestSupport
import Testing
import Zarr

@testable import Recordings

@Suite struct `The progress of a check` {
    private final class Steps: Sendable {
        let all = Mutex<[StoreCheck.Progress]>([])

        var byteCounts: [UInt64] { all.withLock { $0.map(\.byteCount) } }

        func add(_ step: StoreCheck.Progress) {
            all.withLock { $0.append(step) }
        }
    }

    @Test func `a check counts bytes when they are read, a deep one most of them when they are decoded`() {
        for (isDeep, expected) in [(false, [800, 800, 800, 800]), (true, [100, 450, 800, 800] as [UInt64])] {
            let steps = Steps()
            let counter = CheckCounter(byteCounts: [800, 0], isDeep: isDeep, report: steps.add)
            counter.read(800)
            counter.decoded(0.5, of: 0)
            counter.finish(0)
            counter.finish(1)
            #expect(steps.byteCounts == expected)
            #expect(counter.byteCount == 800)
            #expect(steps.all.withLock { $0.map(\.recordings) } == [0, 0, 1, 2])
            #expect(steps.all.withLock { $0.allSatisfy { $0.recordingCount == 2 && $0.totalByteCount == 800 } })
        }
    }

    @Test(arguments: ["celt.opus", "exact.aac", "clicks.ogg"])
    func `a deep check shows progress while it decodes a recording`(name: String) throws {
        let fixture = try StreamFixture.named(name)
        let blob = try fixture.bytes
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try store.addRecording("0", codec: fixture.codec, blob: blob)
            var options = StoreCheck.Options()
            options.isDeep = true
            let steps = Steps()
            let check = try StoreCheck(
                DirectoryStore(path: directory.path), root: "", options: options, cache: BlockCache(budget: 16 << 20))
            let summary = check.run(progress: steps.add) { _ in }
            #expect(summary.byteCount == UInt64(blob.count))
            let total = UInt64(blob.count)
            #expect(steps.byteCounts.last == total)
            #expect(steps.byteCounts.contains { $0 > total / 4 && $0 < total })
        }
    }
}
