import Foundation
import Support
import TestSupport
import Testing

@testable import Zarr

/// The checksums of documents.
struct DocumentChecksumTests {
    private static let attributes: JSONValue = .object([
        "text": .text("Grünspecht \"/\" \\ \n\u{1}\u{1F426}"), "none": .null, "list": .array([]),
        "number": .number(0.1),
        "whole": .number(3), "large": .unsigned(.max), "object": .object(["b": .bool(true), "a": .integer(-1)]),
    ])

    /// The group `g` with those attributes in a store; `body` gets the store and the file of its document.
    private func withGroup(_ body: (DirectoryStore, URL) throws -> Void) throws {
        try withNewStore { store, folder in
            try ZarrGroup.create(in: store, path: "g", attributes: Self.attributes)
            try body(store, folder.appending(path: "g/zarr.json"))
        }
    }

    @Test func `every bit of a document that is flipped is found, or makes it unreadable`() throws {
        try withGroup { store, file in
            #expect(try DocumentChecksum.verdict(on: "g", in: store) == .right)
            let bytes = try Data(contentsOf: file)
            for bit in 0..<8 * bytes.count {
                var rotten = bytes
                rotten[bit / 8] ^= 1 << (bit % 8)
                try rotten.write(to: file)
                let verdict = try? DocumentChecksum.verdict(on: "g", in: store)
                #expect(verdict == nil || DocumentChecksum.isPossible(in: rotten), "bit \(bit)")
                #expect(verdict == nil || verdict == .wrong, "bit \(bit)")
            }
        }
    }

    @Test func `a document that is written otherwise, with the same content, has its checksum`() throws {
        try withGroup { store, file in
            let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            var document = try #require(object as? [String: Any])
            document["consolidated_metadata"] = NSNull()
            document["storage_transformers"] = [Any]()
            try JSONSerialization.data(withJSONObject: document).write(to: file)
            #expect(try DocumentChecksum.verdict(on: "g", in: store) == .right)
            // A copy of other documents, as zarr-python consolidates them.
            document["consolidated_metadata"] = ["kind": "inline", "must_understand": false, "metadata": ["a": [:]]]
            try JSONSerialization.data(withJSONObject: document).write(to: file)
            #expect(try DocumentChecksum.verdict(on: "g", in: store) == .right)
            document["attributes"] = ["whole": 4]
            try JSONSerialization.data(withJSONObject: document).write(to: file)
            #expect(try DocumentChecksum.verdict(on: "g", in: store) == .absent)
        }
    }

    @Test func `a document without a checksum, or anything like one, is not decoded for it`() throws {
        for (text, isPossible) in [
            (#"{"node_type": "group", "date": "2024-06-01"}"#, false), (#"{"a": "20240601-0512000"}"#, false),
            (#"{"a": "20240601-05120000"}"#, true), (#"{"zarrwlr_crc32c": 1}"#, true), ("", false), ("-", false),
            ("\"00000000-00000000", false), (#""00000000-00000000""#, true),
        ] {
            #expect(DocumentChecksum.isPossible(in: Data(text.utf8)) == isPossible, "\(text)")
        }
        try withNewStore { store, folder in
            try Data("no JSON".utf8).write(to: folder.appending(path: "zarr.json"))
            #expect(try NodeDocument(store, path: "")?.hasWrongChecksum() == false)
            try Data(#"{"zarrwlr_crc32c""#.utf8).write(to: folder.appending(path: "zarr.json"))
            #expect(try NodeDocument(store, path: "")?.hasWrongChecksum() == true)
        }
    }

    @Test func `attributes that are replaced have a new checksum, and so has a document that is taken as it is`() throws
    {
        try withGroup { store, file in
            try ZarrGroup.replaceAttributes(in: store, path: "g", with: ["a": 1])
            #expect(try DocumentChecksum.verdict(on: "g", in: store) == .right)
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("\"a\" : 1", with: "\"a\" : 2").write(to: file, atomically: false, encoding: .utf8)
            #expect(try DocumentChecksum.verdict(on: "g", in: store) == .wrong)
            try DocumentChecksum.renew("g", in: store)
            #expect(try DocumentChecksum.verdict(on: "g", in: store) == .right)
            let attributes = try ZarrGroup.open(store, path: "g").attributes(as: [String: JSONValue].self)
            #expect(attributes.own == ["a": .integer(2)])
        }
    }
}
