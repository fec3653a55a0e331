import Foundation
import TestSupport
import Testing

extension Mounts {
    /// Stores that are read from a real web server.
    @Suite(
        .enabled(if: ServerTests.areWanted, ServerTests.comment),
        .enabled(if: WebServer.isInstalled, WebServer.comment),
        .timeLimit(.minutes(5)))
    struct `Mounts of web servers` {
        /// A store of all streams of the fixtures, with consolidated metadata, below `directory`; the names of its files.
        private func makeStore(_ directory: URL) throws -> (store: URL, names: [String]) {
            let store = try TestStore(at: directory.appending(path: "a.zarr"))
            try store.addGroup("pond", attributes: TestStore.audioGroup)
            let streams = [
                ("celt.opus", "opus"), ("silk.opus", "opus"), ("clicks.ogg", "vorbis"), ("exact.aac", "aac"),
                ("noise.aac", "aac"), ("fixed.flac", "flac"), ("layer2.mp2", "mp3"), ("reservoir.mp3", "mp3"),
            ]
            for (number, (name, codec)) in streams.enumerated() {
                let blob = try MountedStore.fixture("recordings/\(name)")
                try store.addRecording("pond/\(number)", codec: codec, blob: blob, fileName: "\(name).wav")
            }
            let groups = streams.indices.flatMap { ["pond/\($0)", "pond/\($0)/audio_data_blob_array"] }
            let metadata = Dictionary(uniqueKeysWithValues: (["pond"] + groups).map { ($0, [String: Any]()) })
            let document: [String: Any] = [
                "zarr_format": 3, "node_type": "group", "attributes": [String: Any](),
                "consolidated_metadata": ["kind": "inline", "must_understand": false, "metadata": metadata],
            ]
            try JSONSerialization.data(withJSONObject: document)
                .write(to: store.directory.appending(path: "zarr.json"))
            return (store.directory, streams.map { "pond/\($0.0).wav" })
        }

        private func with(_ body: (_ server: WebServer, _ store: URL, _ names: [String]) throws -> Void) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let (store, names) = try makeStore(directory)
                try WebServer.with(directory) { try body($0, store, names) }
            }
        }

        /// The bytes of the files `names` of a mount of `address`.
        private func bytes(
            _ names: [String], of address: String, environment: [String: String] = [:]
        ) throws -> [String: [UInt8]] {
            try MountedStore.with(address, ["-o", "catalogue=off"], environment: environment) { mounted in
                #expect(Set(try mounted.names("pond").map { "pond/\($0)" }) == Set(names))
                return try Dictionary(uniqueKeysWithValues: names.map { ($0, try mounted.bytes($0)) })
            }
        }

        /// The environment of a program that trusts the certificates in `file`, and none that the environment names otherwise.
        private func trust(_ file: String, by name: String = "SSL_CERT_FILE") -> [String: String] {
            ["AWS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "", "SSL_CERT_FILE": ""].merging([name: file]) { $1 }
        }

        private func list(_ address: String, environment: [String: String] = [:]) throws -> ProgramResult {
            try run(
                MountedStore.programs.appending(path: "zarrwlr"), ["list", "--csv", "--timeout", "2", address],
                environment: environment)
        }

        @Test func `nginx gives the bytes of the disk by HTTP/1.1, by HTTP/2 with TLS, and without entity tags`() throws
        {
            try with { server, store, names in
                let expected = try bytes(names, of: store.path)
                #expect(expected.count == 8 && expected.values.allSatisfy { $0.count > 1000 })
                for place in ["", "untagged/", "compressed/", "moved/"] {
                    let isEqual = try bytes(names, of: "\(server.url)/\(place)a.zarr") == expected
                    #expect(isEqual, "\(place)")
                }
                #expect(try server.requests().allSatisfy { $0.hasPrefix("HTTP/1.1 ") })
                let before = try server.requests().count
                let trusting = trust(server.certificate.path)
                let isEqual = try bytes(names, of: "\(server.secureURL)/a.zarr", environment: trusting) == expected
                #expect(isEqual)
                let secure = try server.requests().dropFirst(before)
                #expect(secure.count > 20 && secure.allSatisfy { $0.hasPrefix("HTTP/2.0 ") })
            }
        }

        @Test func `a certificate that is not trusted, or is another host's, is refused and named`() throws {
            try with { server, _, _ in
                let unknown = try list("\(server.secureURL)/a.zarr")
                #expect(
                    unknown.status == 2 && unknown.errors.contains("SSL certificate problem: self-signed certificate"))
                #expect(unknown.errors.contains("SSL_CERT_FILE"))
                let trusting = trust(server.certificate.path)
                let local = server.secureURL.replacing("127.0.0.1", with: "localhost")
                let other = try list("\(local)/a.zarr", environment: trusting)
                #expect(other.status == 2 && other.errors.contains("'localhost'"), "\(other.errors)")
                #expect(try list("\(server.secureURL)/a.zarr", environment: trusting).status == 0)
                #expect(
                    try list(
                        "\(server.secureURL)/a.zarr", environment: trust(server.certificate.path, by: "CURL_CA_BUNDLE")
                    )
                    .status == 0)
                let missing = try list("\(server.secureURL)/a.zarr", environment: trust("/nowhere"))
                #expect(missing.status == 2)
            }
        }

        @Test func `a redirect to the other scheme, and a server that sends no parts of files, are refused`() throws {
            try with { server, _, _ in
                let trusting = trust(server.certificate.path)
                for base in [server.url, server.secureURL] {
                    #expect(try list("\(base)/moved/a.zarr", environment: trusting).status == 0)
                    let result = try list("\(base)/elsewhere/a.zarr", environment: trusting)
                    #expect(result.status == 2 && result.errors.contains("rotocol"), "\(result.errors)")
                }
                let whole = try list("\(server.url)/whole/a.zarr")
                #expect(whole.status == 1 && whole.errors.contains("does not send parts of files (Range requests)"))
            }
        }

        @Test func `requests go through the proxy that the environment names`() throws {
            try with { server, store, names in
                try SlowProxy.with(server.secureURL, ["--delay", "0"]) { proxy in
                    let environment = trust(server.certificate.path).merging(["https_proxy": proxy.url]) { $1 }
                    let isEqual =
                        try bytes(names, of: "\(server.secureURL)/a.zarr", environment: environment)
                        == bytes(names, of: store.path)
                    #expect(isEqual)
                    let requests = try proxy.takeRequests()
                    #expect(!requests.isEmpty && requests.allSatisfy { $0.method == "CONNECT" })
                }
            }
        }
    }
}
