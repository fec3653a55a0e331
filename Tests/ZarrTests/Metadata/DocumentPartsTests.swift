import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Zarr

/// Which parts of a document are its own.
struct DocumentPartsTests {
    private func parts(_ text: String) -> DocumentParts? { DocumentParts(Data(text.utf8)) }

    private func attributes(_ text: String) -> String? {
        parts(text)?.attributes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `attributes and shape are the values behind their names, wherever they are`() throws {
        let text =
            #" { "a":"}]," , "attributes" : {"shape":[1],"attributes":"\"{"} ,"shape":[ 3 , 10 ],"b":[{"shape":1}]}"#
        let found = try #require(parts(text))
        #expect(found.attributes == Data(#"{"shape":[1],"attributes":"\"{"}"#.utf8))
        #expect(found.shape == [3, 10])
        let rest = String(decoding: found.rest, as: UTF8.self)
        #expect(rest == " { \"a\":\"}],\" , \"attributes\" : \0 ,\"shape\":\0,\"b\":[{\"shape\":1}]}")
    }

    @Test func `values that are absent or null are none`() throws {
        #expect(attributes("{}") == nil && parts("{}")?.shape == nil && parts("{}")?.hasShape == false)
        #expect(attributes(#"{"attributes": null }"#) == nil)
        #expect(attributes(#"{"attributes":{}}"#) == "{}")
        #expect(attributes(#"{"attributes":"null"}"#) == "\"null\"")
    }

    @Test func `a document of which it is not certain what its parts are has none`() {
        for text in [
            #"{"attributes":{},"attributes":{"a":1}}"#, #"{"shape":[1],"shape":[2]}"#, #"{"attribute\u0073":{}}"#,
            #"{"attributes":{"#, #"{"a":"\#(String(repeating: "x", count: 5_000))"}"#,
        ] {
            #expect(parts(text) == nil, "\(text.prefix(50))")
        }
        #expect(parts(#"{"attributes":{"a":"\#(String(repeating: "x", count: 5_000))"}}"#) != nil)
    }

    @Test func `a shape is what JSON takes for integers`() {
        func shape(_ text: String) -> [UInt64]? { parts("{\"shape\":\(text)}")?.shape }
        #expect(shape("[]") == [] && shape("[ ]") == [] && shape("[0]") == [0])
        #expect(shape("[\t18446744073709551615\n,\r1 ]") == [.max, 1])
        for text in [
            "[18446744073709551616]", "[01]", "[+1]", "[-0]", "[1.0]", "[1e1]", "[1,]", "[,1]", "[1 2]", "[[1]]",
            "[\"1\"]", "1",
            "[1", "1]", "[\u{661}]", "{}", "",
        ] {
            #expect(shape(text) == nil, "\(text)")
        }
    }

    @Test func `whatever is changed in a document, what is known of its like never makes it another one`() throws {
        let whole = """
            {"zarr_format": 3, "node_type": "array", "shape": [12, 2], "data_type": "int16", "attributes": {"a": [1, {"b": "c"}], "d": null},
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4, 2]}}, "chunk_key_encoding": {"name": "default"},
            "fill_value": 0, "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}], "dimension_names": null}
            """
        let group = #"{"attributes":{"type":"x"},"zarr_format":3,"consolidated_metadata":null,"node_type":"group"}"#
        let nothing = try DirectoryStore(path: "/proc/self")
        var random = RepeatableRandom(seed: 15)
        var acceptedCount = 0
        for text in [whole, group] {
            for _ in 0..<1_500 {
                var bytes = Array(text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    let other = bytes[Int.random(in: 0..<bytes.count, using: &random)]
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes[place] = other
                    case 1: bytes.insert(other, at: place)
                    case 2: bytes.remove(at: place)
                    default:
                        let end = min(bytes.count, place + 20)
                        bytes.insert(
                            contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
                    }
                }
                let store = PatchedStore(nothing, values: ["zarr.json": bytes, "whole/zarr.json": Array(text.utf8)])
                // Its like is known from here on.
                _ = try NodeDocument(store, path: "whole")?.decode(attributes: JSONValue.self)
                guard let document = try? NodeDocument(store, path: "") else { continue }
                let expected = try? document.decodeWhole(attributes: JSONValue.self)
                let found = try? document.decode(attributes: JSONValue.self)
                if found != nil { acceptedCount += 1 }
                let isEqual =
                    found?.attributes == expected?.attributes
                    && found.map { "\($0.metadata)" } == expected.map { "\($0.metadata)" }
                #expect(isEqual, "\(String(decoding: bytes, as: UTF8.self))")
                let attributes = try? document.attributes(as: JSONValue.self)
                if let value = expected?.attributes { #expect(attributes == value) }
            }
        }
        #expect(acceptedCount > 50)
    }
}
