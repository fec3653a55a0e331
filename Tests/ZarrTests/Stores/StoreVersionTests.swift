import Testing

@testable import Zarr

/// The version of several keys together.
struct StoreVersionTests {
    /// A store that knows of each key what `known` says.
    private struct TestedStore: Store {
        enum Knowledge {
            case version(UInt64), nothing, failure
        }

        let known: [String: Knowledge]

        func get(
            _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
        ) throws(StoreError) -> ValueInfo? { nil }

        func children(of prefix: String) throws(StoreError) -> [String] { [] }

        func status(of key: String) throws(StoreError) -> KeyStatus? {
            switch known[key] {
            case .version(let version)?: return KeyStatus(modified: nil, version: version)
            case .nothing?: return KeyStatus(modified: nil, version: nil)
            case .failure?: throw StoreError(.denied, "cannot be looked at", key: key)
            case nil: return nil
            }
        }

        func byteCount(below prefix: String) throws(StoreError) -> UInt64 { 0 }
    }

    @Test func `the version of several keys changes with that of each, and when a key is added or removed`() {
        let versions = [
            TestedStore(known: ["a": .version(1), "b": .version(2)]),
            TestedStore(known: ["a": .version(1), "b": .version(3)]),
            TestedStore(known: ["a": .version(3), "b": .version(2)]),
            TestedStore(known: ["a": .version(1)]), TestedStore(known: ["b": .version(2)]), TestedStore(known: [:]),
        ].map { $0.version(of: ["a", "b"]) }
        #expect(!versions.contains(nil))
        #expect(Set(versions).count == versions.count)
        #expect(
            TestedStore(known: ["a": .version(1), "b": .version(2), "c": .nothing]).version(of: ["a", "b"])
                == versions[0])
    }

    @Test func `the version of several keys is unknown if that of any is, or if any cannot be looked at`() {
        for other in [.nothing, .failure] as [TestedStore.Knowledge] {
            #expect(TestedStore(known: ["a": .version(1), "b": other]).version(of: ["a", "b"]) == nil)
            #expect(TestedStore(known: ["a": other]).version(of: ["a", "b"]) == nil)
        }
    }

    @Test func `the version of an array's chunks is unknown in a store that knows none`() throws {
        let array = try ZarrArray.root(of: MemoryStore(document: Documents.array(), ["c/0": [1, 2, 3, 4]]))
        #expect(array.chunkVersion == nil)
    }
}
