import Foundation
import TestSupport
import Testing

@testable import Commands

/// `zarrwlr import` to an S3 service: a stand-in on loopback. `S3ImportServerTests` have a real one.
@Suite struct `zarrwlr import to S3` {
    /// A file that is encoded anew and one that is stored as it is.
    private static let sources = ["fixed.flac", "exact.aac"].map { name in
        TestFiles.fixtures.appending(path: "recordings/\(name)").path
    }

    /// The keys that `service` has, without those of the catalogue.
    private static func keys(_ service: S3StandIn) -> [String] {
        service.values.keys.filter { !$0.hasPrefix("x/a.zarr/.zarrwlr-catalogue/") }
    }

    private static func run(_ arguments: [String], _ server: ScriptedServer) -> Zarrwlr {
        // Other tests of this process have servers that ask for these.
        setenv("AWS_ACCESS_KEY_ID", S3Server.accessKey, 1)
        setenv("AWS_SECRET_ACCESS_KEY", S3Server.secretKey, 1)
        return Zarrwlr.run(arguments + ["--endpoint", server.url, "--timeout", "5"])
    }

    @Test func `an import to S3 puts the bytes that one to a folder writes, and the next one finds them`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let service = S3StandIn()
            let server = try ScriptedServer { request, _ in service.answer(request) }
            let folder = directory.appending(path: "a.zarr")
            let planned = Self.run(["import", "--dry-run", "s3://birds/x/a.zarr::pond"] + Self.sources, server)
            #expect(planned.status == 0)
            #expect(service.values.keys == [])
            let local = Zarrwlr.run(["import", "\(folder.path)::pond"] + Self.sources)
            let remote = Self.run(["import", "s3://birds/x/a.zarr::pond"] + Self.sources, server)
            #expect(remote.status == 0, "\(remote.errors)")
            #expect(remote.text == local.text)
            // What was read back before it appeared is not read again for the catalogue, which has it as it is.
            let requests = server.requests.map { "\($0.method) \($0.path)" }
            let published = requests.lastIndex { $0.hasPrefix("PUT ") && $0.contains("/pond/") } ?? 0
            #expect(requests[published].hasSuffix("/zarr.json"))
            #expect(!requests[published...].contains { $0.contains("audio_data_blob_array") })
            let check = Self.run(["catalogue", "--check", "s3://birds/x/a.zarr"], server)
            #expect(check.status == 0, "\(check.text)\(check.errors)")
            let files = try ServedValues(of: folder, below: "x/a.zarr")
            #expect(Self.keys(service) == files.keys)
            for key in files.keys {
                let isEqual = service.values[key] == files[key]
                #expect(isEqual, "\(key)")
            }
            let again = Self.run(["import", "s3://birds/x/a.zarr::pond"] + Self.sources, server)
            #expect(again.text.split(separator: "\n").allSatisfy { $0.contains("already there") })
            #expect(Self.keys(service) == files.keys)
            // What is written can be changed and removed.
            #expect(Self.run(["check", "--repair", "s3://birds/x/a.zarr"], server).status == 0)
        }
    }

    @Test(arguments: [
        (403, "AccessDenied", "does not permit"), (507, "QuotaExceeded", "no room left"),
    ])
    func `an import that the service refuses says why, and stops`(status: Int, code: String, reason: String) throws {
        let service = S3StandIn()
        service.values["a.zarr/zarr.json"] = Array(#"{"node_type":"group","zarr_format":3}"#.utf8)
        let server = try ScriptedServer { request, _ in
            ["PUT", "POST"].contains(request.method) ? S3StandIn.error(status, code) : service.answer(request)
        }
        let result = Self.run(["import", "s3://birds/a.zarr::pond"] + Self.sources, server)
        #expect(result.status == 1)
        #expect(result.errors.contains(reason), "\(result.errors)")
        #expect(result.errors.contains("the import stops"), "\(result.errors)")
        #expect(service.values.keys == ["a.zarr/zarr.json"])
    }

    @Test func `an import to a bucket that is not there, or to a web server, says so`() throws {
        let service = S3StandIn(bucket: "fish")
        let server = try ScriptedServer { request, _ in service.answer(request) }
        let bucket = Self.run(["import", "s3://birds/a.zarr"] + Self.sources, server)
        #expect(bucket.status == 2)
        #expect(bucket.errors.contains("there is no such bucket"), "\(bucket.errors)")
        let web = Self.run(["import", "\(server.url)/a.zarr"] + Self.sources, server)
        #expect(web.status == 2)
        #expect(web.errors.contains("a store on a web server is only read"))
    }

    @Test func `sources that all fail leave no store`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let source = directory.appending(path: "x.wav")
            try Data([1, 2, 3]).write(to: source)
            let service = S3StandIn()
            let server = try ScriptedServer { request, _ in service.answer(request) }
            #expect(Self.run(["import", "s3://birds/a.zarr::pond", source.path], server).status == 1)
            #expect(service.values.keys == [])
        }
    }

    @Test func `each import to S3 adds a part to the catalogue, and zarrwlr catalogue puts them together`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let service = S3StandIn()
            let server = try ScriptedServer { request, _ in service.answer(request) }
            func parts() -> Set<Substring> {
                Set(
                    service.values.keys.map { $0.split(separator: "/") }
                        .filter { $0.count > 4 && $0[2] == ".zarrwlr-catalogue" }.map { $0[3] })
            }
            func run(_ arguments: String...) -> Zarrwlr { Self.run(arguments, server) }
            for (number, name) in ["fixed.flac", "celt.opus", "exact.aac"].enumerated() {
                let result = run(
                    "import", "s3://birds/x/a.zarr::pond", TestFiles.fixtures.appending(path: "recordings/\(name)").path
                )
                #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
                #expect(parts().count == number + 1)
            }
            #expect(run("catalogue", "--check", "s3://birds/x/a.zarr").text == "3 recordings, the catalogue is right\n")
            let merged = run("catalogue", "s3://birds/x/a.zarr")
            #expect(merged.text == "3 recordings in the catalogue\n", "\(merged.errors)")
            #expect(parts().count == 1)
            #expect(run("catalogue", "--check", "s3://birds/x/a.zarr").status == 0)
            #expect(run("check", "s3://birds/x/a.zarr").status == 0)
            #expect(run("catalogue", "--remove", "s3://birds/x/a.zarr").status == 0)
            #expect(!service.values.keys.contains { $0.contains("catalogue") })
        }
    }

    @Test func `a recording that its catalogue has as it was is extracted as it is, and the catalogue is mended`()
        throws
    {
        let service = S3StandIn()
        let server = try ScriptedServer { request, _ in service.answer(request) }
        let store = "s3://birds/x/a.zarr"
        #expect(Self.run(["import", "\(store)::pond"] + Self.sources, server).status == 0)
        #expect(Self.run(["set", store, "pond/0", "site=north"], server).status == 0)
        #expect(Self.run(["catalogue", "--check", store], server).status == 0)
        // As another program changes it: the catalogue does not follow.
        let rows = service.values.keys.filter { $0.contains(".zarrwlr-catalogue") }
        let kept = rows.map { ($0, service.values[$0]) }
        #expect(Self.run(["set", store, "pond/0", "start=2024-05-31T22:39:11Z"], server).status == 0)
        for key in service.values.keys where key.contains(".zarrwlr-catalogue") { service.values[key] = nil }
        for (key, bytes) in kept { service.values[key] = bytes }
        #expect(
            Self.run(["catalogue", "--check", store], server).text.hasPrefix(
                "/pond/0: the catalogue says something else"))
        let extracted = Self.run(["extract", store, "pond/fixed.wav", "-o", "-"], server)
        #expect(extracted.status == 0, "\(extracted.errors)")
        #expect(Self.run(["catalogue", store], server).status == 0)
        #expect(Self.run(["catalogue", "--check", store], server).status == 1)
        #expect(Self.run(["catalogue", "--anew", store], server).text == "2 recordings in the catalogue\n")
        #expect(Self.run(["catalogue", "--check", store], server).status == 0)
    }
}
