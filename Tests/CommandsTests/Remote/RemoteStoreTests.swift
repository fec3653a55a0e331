import Foundation
import TestSupport
import Testing

@testable import Commands

/// Commands that are given a store on another machine: stand-ins on loopback.
@Suite struct `zarrwlr and remote stores` {
    /// A small store in a folder, on an S3 service and on a web server, where it has consolidated metadata.
    private struct Places {
        let store: SmallStore
        let server: ScriptedServer
        let values: ServedValues

        var bucket: String { "s3://birds/a.zarr" }
        var web: String { "\(server.url)/web/a.zarr" }

        static func with(_ body: (Places) throws -> Void) throws {
            try SmallStore.with { store in
                let values = try ServedValues(of: URL(filePath: store.path), below: "a.zarr")
                let names = [
                    "pond", "pond/0", "pond/0/audio_data_blob_array", "pond/1", "pond/1/audio_data_blob_array",
                ]
                .map { "\"\($0)\": {}" }.joined(separator: ", ")
                let server = try ScriptedServer { request, _ in
                    if request.path == "/web/a.zarr/zarr.json" {
                        let document = """
                            {"zarr_format": 3, "node_type": "group", "attributes": {},
                            "consolidated_metadata": {"kind": "inline", "metadata": {\(names)}}}
                            """
                        return ServedValues(["k": Array(document.utf8)]).answer(
                            .init(method: request.method, target: "/k", fields: request.fields, body: []))
                    }
                    return request.path.hasPrefix("/web/")
                        ? values.answer(request, below: "/web/") : values.answer(request, bucket: "birds")
                }
                try body(Places(store: store, server: server, values: values))
            }
        }

        /// The command `arguments`, of which the second is put in, run on this S3 service, anonymously.
        func run(_ arguments: [String], on address: String) -> Zarrwlr {
            let options = ["--endpoint", server.url, "--anonymous", "--timeout", "2"]
            return Zarrwlr.run([arguments[0], address] + arguments.dropFirst() + options)
        }
    }

    @Test func `list, info, extract, spectrogram and check read a store by S3 and HTTP as they do its folder`() throws {
        try Places.with { places in
            for arguments in [
                ["list", "--csv"], ["list", "--json"], ["info", "pond/night.wav", "--json"],
                ["extract", "pond/night.wav", "-o", "-"], ["extract", "pond/1", "--format", "s16", "-o", "-"],
                ["spectrogram", "pond/0", "-o", "-"], ["check"], ["check", "--deep"],
            ] {
                let local = Zarrwlr.run([arguments[0], places.store.path] + arguments.dropFirst())
                for address in [places.bucket, places.web] {
                    let remote = places.run(arguments, on: address)
                    #expect(remote.status == local.status, "\(arguments) \(address): \(remote.errors)")
                    let isEqual = remote.output == local.output
                    // How large a recording is in the store, and when it was written, is not known everywhere.
                    #expect(isEqual || ["list", "info", "check"].contains(arguments[0]), "\(arguments) \(address)")
                    #expect(!remote.output.isEmpty && remote.errors.isEmpty, "\(remote.errors)")
                }
            }
        }
    }

    @Test func `a group of a remote store is named as that of a local one`() throws {
        try Places.with { places in
            for address in [places.bucket, places.web] {
                let list = places.run(["list", "--csv"], on: "\(address)::pond")
                #expect(list.text.contains("night.wav") && list.text.contains("day.wav"), "\(list.errors)")
            }
        }
    }

    @Test func `a whole remote store is extracted to a folder`() throws {
        try Places.with { places in
            for (number, address) in [places.store.path, places.bucket, places.web].enumerated() {
                let result = places.run(["extract", "-o", places.store.file("out\(number)")], on: address)
                #expect(result.status == 0, "\(result.errors)")
            }
            let names = ["pond/night.wav", "pond/day.wav"]
            for name in names {
                let expected = try places.store.bytes(places.store.file("out0/\(name)"))
                for number in 1...2 {
                    let isEqual = try places.store.bytes(places.store.file("out\(number)/\(name)")) == expected
                    #expect(isEqual)
                }
            }
        }
    }

    @Test func `what would change a store on a web server is refused before anything is asked of the server`() throws {
        try Places.with { places in
            let source = places.store.file("x.wav")
            try Data(WaveBuilder().bytes).write(to: URL(filePath: source))
            for arguments in [
                ["import", places.web, source], ["import", "--dry-run", places.web, source],
                ["check", "--repair", places.web], ["set", places.web, "pond/0", "name=b.wav"],
                ["remove", places.web, "pond/0"], ["move", places.web, "pond/0", "lake"],
                ["move", places.bucket, "pond/0", "lake"],
            ] {
                let result = Zarrwlr.run(arguments)
                #expect(result.status != 0)
                let reason = arguments[1] == places.bucket ? "nothing can be moved on S3" : "web server is only read"
                #expect(result.errors.contains(reason), "\(arguments): \(result.errors)")
            }
            #expect(places.server.requests.isEmpty)
        }
    }

    @Test func `a store that is not there, is forbidden or of another format, and a server that is not, are named`()
        throws
    {
        try Places.with { places in
            func reason(_ address: String) -> String {
                let result = places.run(["list"], on: address)
                #expect(result.status == 2)
                return result.errors
            }
            #expect(reason("s3://birds/none").contains("not a Zarr v3 store, there is no zarr.json in it"))
            #expect(reason("\(places.server.url)/web/none").contains("not a Zarr v3 store"))
            places.values["old/.zgroup"] = [1]
            #expect(reason("s3://birds/old").contains("zarr_format 2 is not supported"))
            #expect(reason("s3://").contains("'' is no name of a bucket"))
            #expect(reason("https://user:secret@host/a").contains("without a name and a password"))
            #expect(reason("http://host/a?b").contains("no '?'"))
            #expect(reason("http://127.0.0.1:1/a.zarr").contains("cannot be opened"))
            let forbidden = try ScriptedServer { _, _ in ScriptedServer.Response(403) }
            #expect(
                Zarrwlr.run("list", "s3://birds/a", "--endpoint", forbidden.url, "--anonymous").errors.contains(
                    "the server does not permit it (403)"))
        }
    }

    @Test func `a store on a web server without consolidated metadata says why it cannot be listed`() throws {
        try Places.with { places in
            let list = places.run(["list"], on: "\(places.server.url)/web/a.zarr/pond")
            #expect(list.status != 0)
            #expect(list.errors.contains("the store has no consolidated metadata"), "\(list.errors)")
            // One recording can be read by its path all the same.
            let address = "\(places.server.url)/web/a.zarr/pond"
            #expect(places.run(["extract", "0", "-o", "-"], on: address).output.count > 44)
        }
    }

    @Test func `no message has credentials`() throws {
        try Places.with { places in
            let refusing = try ScriptedServer { request, _ in
                ScriptedServer.Response(request.fields["authorization"] == nil ? 500 : 403)
            }
            let file = places.store.file("credentials")
            try Data("[p]\naws_access_key_id = KEYNAME\naws_secret_access_key = HIDDEN\n".utf8).write(
                to: URL(filePath: file))
            let result = try run(
                MountedPrograms.zarrwlr, ["list", "s3://birds/a", "--endpoint", refusing.url, "--profile", "p"],
                environment: ["AWS_SHARED_CREDENTIALS_FILE": file, "AWS_CONFIG_FILE": "/nowhere"])
            #expect(result.status == 2)
            #expect(result.errors.contains("the server does not permit it (403)"), "\(result.errors)")
            for text in [result.errors, result.text] {
                #expect(!text.contains("HIDDEN") && !text.contains("KEYNAME"))
            }
            #expect(refusing.requests.allSatisfy { $0.fields["authorization"]?.contains("KEYNAME") == true })
        }
    }

    /// The program that was built with these tests.
    private enum MountedPrograms {
        static let zarrwlr = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "zarrwlr")
    }
}
