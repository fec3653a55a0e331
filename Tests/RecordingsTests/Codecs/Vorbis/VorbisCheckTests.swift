import Foundation
import Support
import Synchronization
import TestSupport
import Testing
import Zarr

@testable import Recordings

struct VorbisCheckTests {
    private static let fixture = StreamFixture(name: "clicks.ogg", codec: "vorbis", isExact: true)

    /// What a check of a store of `blob` with an index of `rows` finds.
    private static func findings(
        _ blob: [UInt8], _ rows: [[UInt64]]?, isDeep: Bool = false, isRepairing: Bool = false, rounds: Int = 1
    ) throws -> [Finding] {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try store.addRecording("0", codec: "vorbis", blob: blob)
            if let rows { try store.addTable("0/vorbis_index", rows: rows) }
            var options = StoreCheck.Options()
            options.isDeep = isDeep
            options.isRepairing = isRepairing
            let findings = Mutex<[Finding]>([])
            for _ in 0..<rounds {
                findings.withLock { $0 = [] }
                let check = try StoreCheck(
                    DirectoryStore(path: directory.path), root: "", options: options,
                    cache: BlockCache(budget: 16 << 20))
                _ = check.run { _ in
                } report: { finding in
                    findings.withLock { $0.append(finding) }
                }
            }
            return findings.withLock { $0 }
        }
    }

    @Test func `a check finds a wrong index of Vorbis, or that there is none, and repairs it`() throws {
        let bytes = try Self.fixture.bytes
        let right = try Self.fixture.indexRows
        var moved = right
        moved[9][2] += 1
        let wrong: [[[UInt64]]?] = [nil, moved, Array(right.dropLast(2)), right + [[1, 1, 1]], [[0, 0, 0]]]
        for rows in wrong {
            let found = try Self.findings(bytes, rows)
            #expect(found.map(\.kind) == [.fault])
            #expect(found.first?.problem.hasPrefix("vorbis_index is ") == true)
            #expect(found.first?.repair == .possible)
            #expect(try Self.findings(bytes, rows, isRepairing: true).map(\.repair) == [.done, .done])
            #expect(try Self.findings(bytes, rows, isDeep: true, isRepairing: true, rounds: 2).isEmpty)
        }
    }

    @Test func `a check names the samples on damaged pages of Vorbis, once`() throws {
        var blob = try Self.fixture.bytes
        let rows = try Self.fixture.indexRows
        let place = UInt64(blob.count / 2)
        blob[Int(place)] ^= 0x10
        let lost = rows.indices.filter { rows[$0][0] <= place && place < rows[$0][0] + rows[$0][1] }
        let samples = UInt64(try #require(lost.first)) * 8192..<UInt64(try #require(lost.last) + 1) * 8192
        for isDeep in [false, true] {
            let found = try Self.findings(blob, rows, isDeep: isDeep)
            #expect(found.map(\.samples) == [samples])
            #expect(found.first?.problem == "the stream is damaged: pages are missing or their checksums are wrong")
            #expect(found.first?.repair == .impossible)
        }
        let found = try Self.findings(blob, nil)
        #expect(found.map(\.samples) == [nil])
        #expect(found.first?.problem.contains("what follows has moved up") == true)
    }

    @Test func `a check notes that a stream of Vorbis was cut off within a page`() throws {
        let blob = Array(try Self.fixture.bytes.dropLast(100))
        let scanner = VorbisUnitScanner()
        let frames = try blob.withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
        let found = try Self.findings(blob, frames.map { FrameIndexRow($0).numbers }, isDeep: true)
        #expect(found.map(\.kind) == [.note])
        #expect(found.first?.problem.contains("seems to have been cut off") == true)
        #expect(try Self.findings(Self.fixture.bytes + [1, 2, 3], Self.fixture.indexRows).map(\.kind) == [.fault])
    }
}
