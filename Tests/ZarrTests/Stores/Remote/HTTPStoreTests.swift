import HTTP
import Support
import TestSupport
import Testing

@testable import Zarr

/// What is particular to stores on plain web servers.
struct HTTPStoreTests {
    private static let document = """
        {"zarr_format": 3, "node_type": "group", "consolidated_metadata": {"kind": "inline", "must_understand": false,
        "metadata": {"pond": {"node_type": "group"}, "pond/0": {}, "pond/0/audio": {}, "lake/10": {}, "lake/9": {}}}}
        """

    private func with(_ document: String, _ body: (any Store, ScriptedServer, ServedValues) throws -> Void) throws {
        let values = ServedValues(["zarr.json": Array(document.utf8)])
        let server = try ScriptedServer { request, _ in values.answer(request, below: "/") }
        try body(HTTPStore(url: server.url, client: HTTPClient()), server, values)
    }

    @Test func `names are those of the consolidated metadata, which is read once`() throws {
        try with(Self.document) { store, server, _ throws in
            #expect(try store.children(of: "") == ["lake", "pond"])
            #expect(try store.children(of: "lake") == ["10", "9"])
            #expect(try store.children(of: "pond") == ["0"])
            #expect(try store.children(of: "pond/0") == ["audio"])
            #expect(try store.children(of: "pond/0/audio") == [])
            #expect(server.requests.count == 1)
        }
    }

    @Test func `names are read again when the document has changed`() throws {
        try with(Self.document) { store, server, values throws in
            #expect(try store.children(of: "pond") == ["0"])
            store.forget()
            #expect(try store.children(of: "pond") == ["0"])
            #expect(server.requests.map(\.method) == ["GET", "HEAD"])
            values["zarr.json"] = Array(Self.document.replacing("pond/0\"", with: "pond/1\"").utf8)
            store.forget()
            #expect(try store.children(of: "pond") == ["0", "1"])
        }
    }

    @Test(arguments: [
        #"{"zarr_format": 3, "node_type": "group"}"#,
        #"{"zarr_format": 3, "node_type": "group", "consolidated_metadata": null}"#, "{",
    ])
    func `a store without consolidated metadata cannot be listed, and the error says why`(document: String) throws {
        try with(document) { store, _, _ throws in
            let error = #expect(throws: StoreError.self) { try store.children(of: "") }
            #expect(error?.kind == .denied)
            #expect(error?.description.contains("the store has no consolidated metadata") == true)
            #expect(throws: StoreError.self) { try store.byteCount(below: "") }
        }
    }
}
