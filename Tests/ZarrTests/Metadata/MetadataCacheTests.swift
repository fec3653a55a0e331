import FoundationEssentials
import Synchronization
import Testing

@testable import Zarr

@Suite("Metadata that is known")
struct MetadataCacheTests {
    private struct Broken: Error {}

    @Test("is decoded once for documents of the same bytes, wherever they are")
    func once() {
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

    @Test("is not that of long documents, nor of very many, nor of broken ones")
    func bounds() {
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
