import Support
import Testing

@testable import Zarr

/// What is found at a path, and the errors of documents that are wrong.
struct NodeTests {
    private let cache = BlockCache(budget: 1 << 20)

    private func open(_ document: String) throws(ZarrError) -> ZarrNode? {
        try ZarrNode.open(MemoryStore(document: document), path: "", cache: cache)
    }

    private func error(_ document: String) -> ZarrError? {
        do throws(ZarrError) {
            _ = try open(document)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a path without a document is no node`() throws {
        #expect(try ZarrNode.open(MemoryStore(), path: "a/b", cache: cache) == nil)
        #expect(throws: ZarrError.self) { try ZarrGroup.open(MemoryStore(), path: "a") }
        let missing = #expect(throws: ZarrError.self) { try ZarrArray.open(MemoryStore(), path: "a", cache: cache) }
        #expect(missing?.kind == .notFound)
    }

    @Test func `a group lists its children in order, but no names that nodes cannot have`() throws {
        let group = #"{"zarr_format":3,"node_type":"group"}"#
        let store = MemoryStore(document: group, ["b/zarr.json": [], "a/zarr.json": [], "__c/x": [], "x": []])
        #expect(try ZarrGroup.open(store, path: "").children() == ["a", "b"])
        #expect(try ZarrGroup.open(store, path: "").path(of: "a") == "a")
    }

    @Test(arguments: [
        #"{"zarr_format":3,"node_type":"group"}"#,
        #"{"zarr_format":3,"node_type":"group","attributes":{},"consolidated_metadata":null}"#,
        #"{"zarr_format":3,"node_type":"group","consolidated_metadata":{"kind":"inline","must_understand":false,"metadata":{}}}"#,
        #"{"zarr_format":3,"node_type":"group","attributes":{"gain":NaN,"limits":[-Infinity,Infinity]}}"#,
        #"{"zarr_format":3,"node_type":"group","later":{"must_understand":false,"x":[1,2]}}"#,
        #"{"zarr_format":3,"node_type":"group","attributes":{"big":123456789012345678901234567890}}"#,
    ])
    func `groups open as the versions of zarr-python write them`(document: String) throws {
        guard case .group = try open(document) else {
            Issue.record("not a group")
            return
        }
    }

    @Test func `a field that must be understood is refused by name, in groups and arrays`() {
        for value in ["1", "null", "{}", #"{"must_understand":true}"#, #"{"must_understand":0}"#] {
            let group = error(#"{"zarr_format":3,"node_type":"group","later":\#(value)}"#)
            #expect(group?.kind == .unsupported && group?.description.contains(#""later""#) == true)
            let array = error(Documents.array(extra: #","later":\#(value)"#))
            #expect(array?.kind == .unsupported && array?.description.contains(#""later""#) == true)
        }
        #expect(error(Documents.array(extra: #","later":{"must_understand":false}"#)) == nil)
    }

    @Test(arguments: [".zgroup", ".zarray"])
    func `zarr_format 2 is refused by name`(name: String) {
        let error = #expect(throws: ZarrError.self) {
            try ZarrNode.open(MemoryStore(["a/\(name)": [0x7B, 0x7D]]), path: "a", cache: cache)
        }
        #expect(error?.kind == .unsupported)
        #expect(error?.description == "/a: \(name) is of zarr_format 2, only 3 is supported")
        #expect(self.error(#"{"zarr_format":2,"node_type":"group"}"#)?.kind == .unsupported)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}", "\u{0}", #"{"zarr_format":3}"#, #"{"zarr_format":"3","node_type":"group"}"#,
        #"{"zarr_format":3,"node_type":"tree"}"#, #"{"zarr_format":3,"node_type":"array"}"#,
        #"{"zarr_format":3,"node_type":"group"} x"#,
    ])
    func `a broken document is an error that names the node`(document: String) {
        let error = #expect(throws: ZarrError.self) {
            try ZarrNode.open(MemoryStore(["p/zarr.json": Array(document.utf8)]), path: "p", cache: cache)
        }
        #expect(error?.kind == .invalidDocument)
        #expect(error?.description.hasPrefix("/p: ") == true)
    }

    @Test func `documents without end are refused, however deep`() {
        for opening in ["[", #"{"a":"#, #"{"zarr_format":3,"node_type":"group","attributes":["#] {
            #expect(error(String(repeating: opening, count: 200_000))?.kind == .invalidDocument)
        }
        let depth = 5_000
        let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let group = #"{"zarr_format":3,"node_type":"group","attributes":{"a":\#(nested)}}"#
        #expect(error(group)?.kind == .invalidDocument)
    }

    @Test func `bytes that are not UTF-8 are an error`() {
        let store = MemoryStore(["zarr.json": [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]])
        #expect(throws: ZarrError.self) { try ZarrNode.open(store, path: "", cache: cache) }
    }

    @Test func `attributes of groups and arrays are read as the type that is asked for`() throws {
        struct Attributes: Decodable {
            let codec: String?
            let gain: Double?
        }
        let attributes = #","attributes":{"codec":"flac","gain":NaN,"other":[1]}"#
        let group = try ZarrGroup.open(
            MemoryStore(document: #"{"zarr_format":3,"node_type":"group"\#(attributes)}"#), path: "")
        #expect(try group.attributes(as: Attributes.self).codec == "flac")
        #expect(try group.attributes(as: Attributes.self).gain?.isNaN == true)
        let array = try ZarrArray.root(of: MemoryStore(document: Documents.array(extra: attributes)))
        #expect(try array.attributes(as: Attributes.self).codec == "flac")
        let bare = try ZarrArray.root(of: MemoryStore(document: Documents.array()))
        #expect(try bare.attributes(as: Attributes.self).codec == nil)
        struct Wrong: Decodable { let codec: Int }
        #expect(throws: ZarrError.self) { try group.attributes(as: Wrong.self) }
    }
}
