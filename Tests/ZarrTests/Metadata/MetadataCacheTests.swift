import FoundationEssentials
import Testing

@testable import Zarr

/// What is decoded once, and what is not kept.
struct MetadataCacheTests {
    private func parts(_ text: String) throws -> DocumentParts { try #require(DocumentParts(Data(text.utf8))) }

    private func array(shape: String = "[4]", type: String = "uint8") -> String {
        """
        {"shape": \(shape), "zarr_format": 3, "node_type": "array", "data_type": "\(type)", "fill_value": 0, "attributes": {"a": 1},
         "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4]}}, "chunk_key_encoding": "default", "codecs": ["bytes"]}
        """
    }

    private func document(_ text: String) throws -> ArrayDocument {
        guard case .array(let document) = try JSONDecoder().decode(NodeMetadata.self, from: Data(text.utf8)) else {
            throw Unexpected()
        }
        return document
    }

    private struct Unexpected: Error {}

    @Test func `an array is known by a document that has another shape and other attributes`() throws {
        let cache = MetadataCache()
        try cache.keep(.array(document(array())), of: parts(array()))
        let other = array(shape: "[ 7,\n0 ]").replacing(#"{"a": 1}"#, with: "null")
        guard case .array(let known)? = try cache.metadata(of: parts(other)) else { throw Unexpected() }
        #expect(known.shape == [7, 0])
        #expect(known.chunkShape == [4] && known.dataType == .uint8)
        for text in [
            array(type: "int8"), array(shape: "[-1]"), array(shape: "[1.0]"), array(shape: "null"), array() + " ",
        ] {
            #expect(try cache.metadata(of: parts(text)) == nil, "\(text)")
        }
    }

    @Test func `of too many documents, none is kept`() throws {
        let cache = MetadataCache()
        func group(_ number: Int) -> String {
            #"{"zarr_format":3,"node_type":"group","\#(number)":{"must_understand":false}}"#
        }
        for number in 0...64 {
            #expect(try cache.metadata(of: parts(group(number))) == nil)
            try cache.keep(.group, of: parts(group(number)))
            #expect(try cache.metadata(of: parts(group(number))) != nil)
        }
        #expect(try cache.metadata(of: parts(group(0))) == nil)
    }

    @Test func `a group that has a shape is not known by another one`() throws {
        let cache = MetadataCache()
        let text = #"{"zarr_format":3,"node_type":"group","shape":{"must_understand":false}}"#
        try cache.keep(.group, of: parts(text))
        #expect(try cache.metadata(of: parts(text.replacing("{\"must_understand\":false}", with: "5"))) == nil)
    }
}
