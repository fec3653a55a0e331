import FoundationEssentials
import Synchronization
import Testing

@testable import Zarr

/// What is decoded once, and what is not kept.
struct MetadataCacheTests {
    private struct Broken: Error {}

    @Test func `documents of the same bytes are decoded once, wherever they are`() {
        let known = MetadataCache()
        let decoded = Mutex(0)
        for bytes in [Data("a".utf8), Data("b".utf8), Data("a".utf8), Data("b".utf8)] {
            _ = known.metadata(of: bytes) {
                decoded.withLock { $0 += 1 }
                return .group
            }
        }
        #expect(decoded.withLock { $0 } == 2)
    }

    @Test func `the metadata of long documents, of too many and of broken ones is not kept`() {
        let known = MetadataCache()
        func isDecoded(_ bytes: Data) -> Bool {
            var isDecoded = false
            _ = known.metadata(of: bytes) {
                isDecoded = true
                return .group
            }
            return isDecoded
        }
        let long = Data(count: 5_000)
        #expect(isDecoded(long))
        #expect(isDecoded(long))
        #expect(isDecoded(Data("first".utf8)))
        for number in 0..<64 { #expect(isDecoded(Data("\(number)".utf8))) }
        #expect(isDecoded(Data("first".utf8)))

        let broken = Data("broken".utf8)
        for _ in 0..<2 {
            #expect(throws: Broken.self) {
                try known.metadata(of: broken) { () throws(Broken) in throw Broken() }
            }
        }
        #expect(isDecoded(broken))
    }
}
