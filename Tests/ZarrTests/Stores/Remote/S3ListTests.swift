import HTTP
import S3
import Support
import TestSupport
import Testing

@testable import Zarr

/// What a store on S3 makes of lists that are wrong.
struct S3ListTests {
    private static func store(_ server: ScriptedServer) -> S3Store {
        let location = S3Location(endpoint: server.url, region: "r", bucket: "birds", isInPath: true)
        return S3Store(
            S3Bucket(location, credentials: nil), prefix: "a.zarr", client: HTTPClient(), policy: RetryPolicy())
    }

    private static func page(_ prefixes: [String], next: String?) -> ScriptedServer.Response {
        let names = prefixes.map { "<CommonPrefixes><Prefix>a.zarr/\($0)/</Prefix></CommonPrefixes>" }.joined()
        let token = next.map { "<IsTruncated>true</IsTruncated><NextContinuationToken>\($0)</NextContinuationToken>" }
        return ScriptedServer.Response(200, Array("<ListBucketResult>\(names)\(token ?? "")</ListBucketResult>".utf8))
    }

    @Test func `a list whose pages lead to each other in a circle is a failure`() throws {
        let server = try ScriptedServer { request, _ in
            Self.page(["0"], next: request.query["continuation-token"] == "A" ? "B" : "A")
        }
        let error = #expect(throws: StoreError.self) { try Self.store(server).children(of: "") }
        #expect(error?.description.contains("the server lists the same again and again") == true)
        #expect(server.requests.count == 3)
    }

    @Test func `a name that a list has twice is one name`() throws {
        let server = try ScriptedServer { request, _ in
            request.query["continuation-token"] == nil
                ? Self.page(["pond", "lake", "pond"], next: "2") : Self.page(["pond", "sea"], next: nil)
        }
        #expect(try Self.store(server).children(of: "") == ["lake", "pond", "sea"])
    }

    @Test func `names that XML cannot have are listed, read and removed`() throws {
        let service = S3StandIn()
        let server = try ScriptedServer { request, _ in service.answer(request) }
        let names = ["\u{1} a+b%41", "\u{FFFF}"]
        for name in names { service.values["a.zarr/\(name)/c"] = [7] }
        let store = Self.store(server)
        #expect(try store.children(of: "") == names)
        #expect(try store.values(below: names[0]).map(\.key) == ["\(names[0])/c"])
        for name in names { #expect(try store.get("\(name)/c", .whole(atMost: 1))?.bytes.bytes.count == 1) }
        try store.folder.removeAll("")
        #expect(service.values.keys == [])
        #expect(server.requests.contains { $0.target.contains("?encoding-type=url&list-type=2&prefix=") })
    }

    @Test func `names of a server that does not encode them are what they are`() throws {
        let server = try ScriptedServer { _, _ in Self.page(["a+b%41"], next: nil) }
        #expect(try Self.store(server).children(of: "") == ["a+b%41"])
    }
}
