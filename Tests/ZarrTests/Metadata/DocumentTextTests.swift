import Foundation
import TestSupport
import Testing

@testable import Zarr

struct DocumentTextTests {
    private func checked(_ text: String) throws -> String {
        String(decoding: try DocumentText.checked(Data(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        (#"{"a":NaN}"#, #"{"a":"NaN"}"#), ("[NaN,-Infinity, Infinity]", #"["NaN","-Infinity", "Infinity"]"#),
        (#"{"NaN":"-Infinity \" NaN","x":-1}"#, #"{"NaN":"-Infinity \" NaN","x":-1}"#), ("", ""),
        (#"["\\",NaN,"\\\"",-Infinity]"#, #"["\\","NaN","\\\"","-Infinity"]"#), (#"["é",NaN]"#, #"["é","NaN"]"#),
        (#"{"unfinished \"#, #"{"unfinished \"#), ("NaN", #""NaN""#),
    ]) func `bare numbers that JSON does not have become strings, and strings stay as they are`(
        text: String, expected: String
    ) throws {
        #expect(try checked(text) == expected)
    }

    @Test(
        arguments: [
            [0x7B, 0xFD, 0x74, 0x22, 0x3A, 0x33, 0x7D], [0x7B, 0, 0x7D, 0], [0xFE, 0xFF, 0, 0x7B, 0, 0x7D],
            [0x22, 0xC3, 0x22],
            [0x22, 0xED, 0xA0, 0x80, 0x22], [0xC0, 0x80],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 are an error, in a string and outside of one`(bytes: [UInt8]) {
        #expect(throws: DocumentProblem.self) { try DocumentText.checked(Data(bytes)) }
        #expect(throws: ZarrError.self) { try NodeDocument(MemoryStore(["zarr.json": bytes]), path: "") }
    }

    @Test func `a document that is nested too deep is an error, whatever is in its strings`() throws {
        let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(try checked(deep(128)) == deep(128))
        #expect(throws: DocumentProblem.self) { try checked(deep(129)) }
        #expect(throws: DocumentProblem.self) { try checked(String(repeating: #"{"a":"#, count: 100_000)) }
        #expect(try checked("[\"\(deep(10_000))\"]").utf8.count == 20_004)
        #expect(try checked(Array(repeating: "[]", count: 10_000).joined()).utf8.count == 20_000)
    }

    @Test func `no flipped bit of a document ends the process`() throws {
        let documents = [
            Documents.array(extra: #","attributes":{"codec":"flac","names":["é","\u00e9\n"],"gain":NaN,"n":[1e5,-3]}"#),
            #"{"zarr_format":3,"node_type":"group","attributes":{"a":{"b":[true,null,-Infinity]}}}"#,
        ]
        var opened = 0
        for document in documents {
            let bytes = Array(document.utf8)
            for bit in 0..<bytes.count * 8 {
                var flipped = bytes
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let document = try? NodeDocument(MemoryStore(["zarr.json": flipped]), path: "") else { continue }
                if (try? document.decode(attributes: JSONValue.self)) != nil { opened += 1 }
            }
        }
        #expect(opened > 100)
    }

    @Test(
        arguments: [
            (
                #"{"a":1,"consolidated_metadata": {"b":"}\"","c":[1]} ,"d":2}"#,
                #"{"a":1,"consolidated_metadata": null,"d":2}"#
            ),
            (#"{"consolidated_metadata":null}"#, #"{"consolidated_metadata": null}"#),
            (#"{"a":{"consolidated_metadata":1},"b":"consolidated_metadata"}"#, nil), ("[1,2]", nil), ("", nil),
            (#"{"consolidated_metadata":{"#, nil),
        ] as [(String, String?)])
    func `consolidated metadata is found in an object, and nowhere else`(text: String, expected: String?) {
        let bytes = Array(text.utf8)
        let rest = bytes.withUnsafeBytes { bytes in
            DocumentText.consolidatedMetadata(in: bytes).map { DocumentText.cutting($0, from: bytes) }
        }
        #expect(rest.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func `a document of more than 4 MiB is an error, but consolidated metadata may be longer`() throws {
        let long = String(repeating: "1,", count: 3 << 20) + "1"
        func error(_ document: String) -> String? {
            do {
                _ = try ZarrGroup.open(MemoryStore(["zarr.json": Array(document.utf8)]), path: "")
                return nil
            } catch {
                return "\(error)"
            }
        }
        let group = #""zarr_format":3,"node_type":"group""#
        #expect(error(#"{\#(group),"consolidated_metadata":{"metadata":[\#(long)]}}"#) == nil)
        let tooLong = error(#"{\#(group),"attributes":{"a":[\#(long)]}}"#)
        #expect(tooLong?.contains("more than a document may have: 4194304") == true)
        #expect(error(#"{\#(group),"attributes":{"a":[\#(long)]},"consolidated_metadata":null}"#) != nil)
    }
}
