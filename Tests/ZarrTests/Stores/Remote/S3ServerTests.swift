import Foundation
import HTTP
import S3
import Support
import TestSupport
import Testing

@testable import Zarr

/// A store on a real S3 service.
@Suite(.serialized, .enabled(if: S3Server.isInstalled, S3Server.comment))
struct S3ServerTests {
    private static let value = (0..<100).map { UInt8($0) }
    private static let oddName = "é ü+&%.txt"

    private static func store(
        _ server: S3Server, secret: String = S3Server.secretKey, milliseconds: Int = 60_000
    ) -> any Store {
        let location = S3Location(endpoint: server.endpoint, region: "us-east-1", bucket: "birds", isInPath: true)
        let credentials = AWSCredentials(accessKey: S3Server.accessKey, secretKey: secret)
        var policy = RetryPolicy()
        policy.milliseconds = milliseconds
        return S3Store(
            S3Bucket(location, credentials: credentials), prefix: "a/s.zarr", client: HTTPClient(), policy: policy)
    }

    /// Puts a few values to the bucket `birds` of `server`.
    private func fill(_ server: S3Server) throws {
        try TestFiles.withTemporaryDirectory { folder in
            for (key, bytes) in [
                "zarr.json": Array("{}".utf8), Self.oddName: Self.value, "empty": [], "pond/0/k": [1], "pond/10/k": [2],
                "lake & sea/k": [3],
            ] {
                let file = folder.appending(path: key)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: file)
            }
            try server.put(folder, to: "birds", "a/s.zarr")
        }
    }

    @Test func `a store on OpenStack Swift is read, listed, and found again when it was away`() throws {
        try S3Server.with { server in
            try fill(server)
            let store = Self.store(server)
            for (part, range) in [
                (.whole(atMost: 100), 0..<100), (.range(10..<20), 10..<20), (.range(99..<100), 99..<100),
                (.suffix(5), 95..<100), (.suffix(500), 0..<100),
            ] as [(ValuePart, Range<Int>)] {
                #expect(try store.get(Self.oddName, part).map { Array($0.bytes.bytes) } == Array(Self.value[range]))
            }
            for part in [.range(5..<5), .suffix(0)] as [ValuePart] {
                #expect(try store.get(Self.oddName, part)?.info.size == 100)
            }
            for part in [.whole(atMost: 5), .range(0..<0), .suffix(3)] as [ValuePart] {
                #expect(try store.get("empty", part)?.info.size == 0)
                #expect(try store.get("none", part) == nil)
            }
            for range in [90..<101, 100..<101, 200..<300] as [Range<UInt64>] {
                let error = #expect(throws: StoreError.self) { try store.get(Self.oddName, .range(range)) }
                #expect(error?.kind == .cutShort(size: 100))
            }
            let error = #expect(throws: StoreError.self) { try store.get(Self.oddName, .whole(atMost: 99)) }
            #expect(error?.kind == .tooLarge(size: 100))
            let version = try store.get(Self.oddName, .range(0..<1))?.info.version
            #expect(version != nil)
            #expect(try store.get(Self.oddName, .whole(atMost: 100))?.info.version == version)
            #expect(try store.children(of: "") == ["lake & sea", "pond"])
            #expect(try store.children(of: "pond") == ["0", "10"])
            #expect(try store.children(of: "none") == [])
            #expect(try store.byteCount(below: "pond") == 2)
            #expect(try store.byteCount(below: "") == 2 + 100 + 3)
            // Whoever is not permitted is denied. (Requests without a signature are none of S3 for this service.)
            let other = Self.store(server, secret: "wrong")
            for body in [{ _ = try other.get("zarr.json", .whole(atMost: 10)) }, { _ = try other.children(of: "") }]
                as [() throws -> Void]
            {
                let error = #expect(throws: StoreError.self) { try body() }
                #expect(error?.kind == .forbidden)
            }
            // Away, and back.
            try server.goAway()
            let away = #expect(throws: StoreError.self) {
                try Self.store(server, milliseconds: 500).get("zarr.json", .whole(atMost: 10))
            }
            #expect(away?.kind == .failed)
            try server.comeBack()
            #expect(try store.get("zarr.json", .whole(atMost: 10))?.info.size == 2)
        }
    }

    @Test func `objects are put to OpenStack Swift, whole and in parts, and removed`() throws {
        try S3Server.with { server in
            try fill(server)
            let location = S3Location(
                endpoint: server.endpoint, region: "us-east-1", bucket: "birds", isInPath: true)
            let bucket = S3Bucket(
                location, credentials: AWSCredentials(accessKey: S3Server.accessKey, secretKey: S3Server.secretKey))
            let objects = S3Objects(bucket, client: HTTPClient(), partByteCount: 5 << 20)
            let key = "a/s.zarr/\(Self.oddName)"
            #expect(try objects.put(key, [1, 2]) == .written(entityTag: "\"0cb988d042a7f28dd5fe2b55b3f5ac7a\""))
            #expect(try objects.status(of: key)?.byteCount == 2)
            // It answers 501 to conditions.
            let error = #expect(throws: S3Error.self) { try objects.put(key, [3], mustBeNew: true) }
            #expect(error?.kind == .unsupported)
            let uploads = S3Uploads(threads: 4)
            let bytes = (0..<(12 << 20)).map { UInt8(truncatingIfNeeded: $0 >> 8) }
            let writer = S3ObjectWriter("big & é", as: "a/s.zarr/big & é", of: objects, by: uploads, isStartOpen: true)
            try writer.append(bytes)
            try writer.finish()
            try writer.overwriteStart(with: [9, 9, 9])
            #expect(try objects.status(of: "a/s.zarr/big & é") == nil)
            #expect(try writer.settle().hasSuffix("-3\""))
            let read = try #require(try Self.store(server).get("big & é", .whole(atMost: 20 << 20)))
            let isRight = Array(read.bytes.bytes) == [9, 9, 9] + bytes.dropFirst(3)
            #expect(isRight)
            let given = try objects.begin("a/s.zarr/given up")
            _ = try objects.put([1], part: 1, of: given)
            #expect(try objects.uploads(below: "a/s.zarr/").map(\.key) == ["a/s.zarr/given up"])
            #expect(try objects.uploads(below: "b/") == [])
            try objects.abort(given)
            #expect(try objects.uploads(below: "") == [])
            let before = try server.requestCount()
            try objects.remove([key, "a/s.zarr/big & é", "a/s.zarr/never"])
            #expect(try server.requestCount() - before < 6)
            #expect(try objects.status(of: key) == nil)
            #expect(try objects.status(of: "a/s.zarr/big & é") == nil)
            let none = S3Location(endpoint: server.endpoint, region: "us-east-1", bucket: "none", isInPath: true)
            let missing = S3Objects(
                S3Bucket(
                    none, credentials: AWSCredentials(accessKey: S3Server.accessKey, secretKey: S3Server.secretKey)),
                client: HTTPClient())
            #expect(#expect(throws: S3Error.self) { try missing.put("k", [1]) }?.kind == .noBucket)
        }
    }
}
