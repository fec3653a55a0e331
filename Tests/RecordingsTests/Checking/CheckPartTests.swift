import Foundation
import Support
import Synchronization
import TestSupport
import Testing
import Zarr

@testable import Recordings

/// Checks of a part of a store.
struct CheckPartTests {
    /// The recordings that checks of a store of ten check, each of which begins `perCheck` recordings at most.
    private func checked(perCheck: Int, threads: Int, checks: Int) throws -> [[String]] {
        let fixture = try StreamFixture.named("fixed.flac")
        return try Checked.with { store in
            for number in 0..<10 { try store.addRecording("\(number)", codec: "flac", blob: try fixture.bytes) }
        } _: { directory in
            var last: String?
            return try (0..<checks).map { _ in
                let asked = Atomic(0)
                let done = Mutex<[String]>([])
                var options = StoreCheck.Options()
                options.threads = threads
                options.part = CheckPart(after: last) {
                    asked.add(1, ordering: .relaxed).newValue >= perCheck
                } onChecked: { path in
                    done.withLock { $0.append(path) }
                }
                let summary = try StoreCheck(
                    DirectoryStore(path: directory.path), root: "", options: options, cache: BlockCache(budget: 1 << 20)
                ).run { _ in
                } report: { _ in
                }
                let paths = done.withLock { $0 }
                let start = last.flatMap { Int($0) }.map { $0 == 9 ? 0 : $0 + 1 } ?? 0
                #expect(summary.recordings == paths.count && summary.remaining == 10 - start - paths.count)
                last = paths.last
                return paths
            }
        }
    }

    @Test func `of a part, all recordings are checked up to the last that was begun`() throws {
        #expect(
            try checked(perCheck: 4, threads: 1, checks: 4) == [
                ["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9"], ["0", "1", "2", "3"],
            ])
        // At least one is.
        #expect(try checked(perCheck: 0, threads: 1, checks: 3) == [["0"], ["1"], ["2"]])
        let parts = try checked(perCheck: 3, threads: 4, checks: 8)
        #expect(parts.allSatisfy { !$0.isEmpty })
        #expect(parts.flatMap { $0 }.prefix(10) == (0..<10).map(String.init)[...])
    }
}
