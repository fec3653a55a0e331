import Foundation
import Support
import TestSupport
import Testing

@testable import Zarr

/// What zarr-python finds in a store.
private struct Found: Decodable {
    struct Array: Decodable {
        let shape: [Int]
        let dtype: String
        let sha256: String
        let attributes: [String: JSONValue]
    }

    let groups: [String: [String: JSONValue]]
    let arrays: [String: Array]
}

extension ZarrPython {
    /// What zarr-python finds in the store at `folder`.
    fileprivate static func read(_ folder: URL) throws -> Found {
        try JSONDecoder().decode(Found.self, from: contents(of: folder))
    }
}

@Suite(.enabled(if: ZarrPython.interpreter != nil, ZarrPython.comment))
struct ZarrPythonReadsTests {
    @Test func `zarr-python reads every array as it was written`() throws {
        try withNewStore { store, folder in
            for (number, example) in WriterCase.all.enumerated() {
                let node = try store.stageNode()
                try node.writeGroup(attributes: ["case": example.name])
                for rows in example.rowCounts { try example.write("rows\(rows)", rows: rows, in: node) }
                #expect(try node.publish(numberedIn: "") == number)
            }
            let found = try ZarrPython.read(folder)
            for (number, example) in WriterCase.all.enumerated() {
                #expect(found.groups["\(number)"]?.own == ["case": .text(example.name)])
                for rows in example.rowCounts {
                    let array = try #require(found.arrays["\(number)/rows\(rows)"])
                    #expect(array.shape == [rows] + example.plan.rowShape)
                    #expect(array.dtype == example.plan.dataType.name)
                    #expect(array.attributes.own == ["rows": .integer(Int64(rows))])
                    #expect(
                        try array.sha256 == Digest.sha256(example.bytes(rows: rows)), "\(example.name), \(rows) rows")
                }
            }
        }
    }

    @Test func `zarr-python finds attributes as they were written`() throws {
        try withNewStore { store, folder in
            let attributes: JSONValue = .object([
                "text": .text("Grünspecht \"/\" \n\u{1F426}"), "none": .null, "yes": .bool(true),
                "large": .unsigned(.max), "small": .integer(.min), "number": .number(0.1),
                "list": .array([.integer(1), .object(["inner": .array([])])]),
            ])
            try ZarrGroup.create(in: store, path: "a/b", attributes: attributes)
            let found = try ZarrPython.read(folder)
            #expect(found.groups.keys.sorted() == ["", "a", "a/b"])
            #expect(try JSONValue.object(#require(found.groups["a/b"]).own) == attributes)
        }
    }

    @Test func `zarr-python does not see a node that is not published`() throws {
        try withNewStore { store, folder in
            let node = try stageRecording(in: store)
            let before = try ZarrPython.read(folder)
            #expect(before.groups.keys.sorted() == [""])
            #expect(before.arrays.isEmpty)
            #expect(try node.publish(as: "0"))
            #expect(try ZarrPython.read(folder).arrays.keys.sorted() == ["0/index"])
        }
    }
}
