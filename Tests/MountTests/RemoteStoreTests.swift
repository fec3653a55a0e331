import Foundation
import Support
import Synchronization
import TestSupport
import Testing

extension Mounts {
    /// Mounts of stores on other machines: stand-ins on loopback, and a real S3 service.
    @Suite(.timeLimit(.minutes(5))) struct `Mounts of remote stores` {
        /// What the server does instead of answering rightly.
        private enum Fault: Sendable {
            case status(Int), silence
        }

        /// A store in a folder, and on a server as `s3://birds/a.zarr`.
        private struct Remote {
            let folder: String
            let values: ServedValues
            let server: ScriptedServer
            private let state: FaultState

            final class FaultState: Sendable {
                let fault = Mutex<(fault: Fault, isFor: @Sendable (String) -> Bool)?>(nil)
            }

            static func with(_ body: (Remote) throws -> Void) throws {
                try TestFiles.withTemporaryDirectory { directory in
                    let store = try TestStore(at: directory.appending(path: "a.zarr"))
                    try store.addGroup("pond", attributes: TestStore.audioGroup)
                    for (number, name) in ["fixed.flac", "celt.opus", "exact.aac"].enumerated() {
                        let codec = String(name.drop { $0 != "." }.dropFirst())
                        let blob = try MountedStore.fixture("recordings/\(name)")
                        try store.addRecording("pond/\(number)", codec: codec, blob: blob, fileName: "\(codec).wav")
                    }
                    let values = try ServedValues(of: store.directory, below: "a.zarr")
                    let state = FaultState()
                    let server = try ScriptedServer { request, _ in
                        let fault = state.fault.withLock { $0.flatMap { $0.isFor(request.path) ? $0.fault : nil } }
                        switch fault {
                        case .status(let status)?: return ScriptedServer.Response(status)
                        case .silence?:
                            var response = ScriptedServer.Response(200, [0])
                            response.silentAfter = 0
                            return response
                        case nil: return values.answer(request, bucket: "birds")
                        }
                    }
                    try body(Remote(folder: store.directory.path, values: values, server: server, state: state))
                }
            }

            /// From now on, `fault` happens to requests for paths that `isFor` says.
            func fail(_ fault: Fault, _ isFor: @escaping @Sendable (String) -> Bool = { _ in true }) {
                state.fault.withLock { $0 = (fault, isFor) }
            }

            func heal() { state.fault.withLock { $0 = nil } }

            func mount<T>(
                _ more: String = "", environment: [String: String] = [:], _ body: (MountedStore) throws -> T
            ) throws -> T {
                let options = "endpoint=\(server.url),anonymous,timeout=2,catalogue=off\(more)"
                return try MountedStore.with(
                    "s3://birds/a.zarr", ["-o", options], environment: environment, body)
            }
        }

        /// The paths and bytes of all files of `mounted` but those of the mount about itself.
        private func files(_ mounted: MountedStore) throws -> [String: [UInt8]] {
            let list = ["find", "-type", "f", "!", "-path", "'./.zarrwlr/*'"].joined(separator: " ")
            let names = try run("sh", "-c", "cd \(mounted.mountpoint.path) && \(list)").text.split(separator: "\n")
            return try Dictionary(
                uniqueKeysWithValues: names.map { (String($0), try mounted.bytes(String($0.dropFirst(2)))) })
        }

        @Test func `a confined mount of a bucket shows the files that the store's folder does`() throws {
            try Remote.with { remote in
                let expected = try MountedStore.with(remote.folder) { try files($0) }
                #expect(expected.count == 3)
                let isEqual = try remote.mount { mounted in
                    let status = try JSONSerialization.jsonObject(
                        with: run("cat", mounted.file(".zarrwlr/status.json").path).output)
                    let members = try #require(status as? [String: Any])
                    #expect((members["confinement"] as? [String: Int])?["seccomp"] == 1)
                    let reachable = try #require(members["reachable_info"] as? [String: String])
                    #expect(reachable["network"] == "other machines" && reachable["change"] == "")
                    #expect(reachable["read"]?.split(separator: ":").contains("/etc/resolv.conf") == true)
                    #expect(members["mount_info"].map { "\($0)".contains("s3://birds/a.zarr") } == true)
                    return try files(mounted) == expected
                }
                #expect(isEqual)
            }
        }

        @Test func `a mount of a local store may connect to nothing, and says so`() throws {
            try Remote.with { remote in
                try MountedStore.with(remote.folder) { mounted in
                    let status = try mounted.text(".zarrwlr/status.json")
                    #expect(status.contains("\"network\" : \"nothing\""))
                    #expect(!status.contains("/etc/ssl"))
                }
            }
        }

        @Test func `a read fails after the timeout while the server is away, and the mount goes on`() throws {
            try Remote.with { remote in
                try remote.mount(",noprefetch,timeout=1") { mounted in
                    let path = mounted.file("pond/flac.wav").path
                    _ = try run("ls", "-lR", mounted.mountpoint.path)
                    for (fault, code) in [(.status(503), EIO), (.status(403), EACCES), (.silence, EIO)]
                        as [(Fault, Int32)]
                    {
                        remote.fail(fault)
                        let error = #expect(throws: SystemError.self) { try MountedFile(path).bytes(100..<200) }
                        #expect(error?.code == code, "\(fault)")
                        // What is known is listed.
                        #expect(try mounted.names("pond") == ["aac.wav", "flac.wav", "opus.wav"])
                    }
                    remote.heal()
                    #expect(try mounted.bytes("pond/flac.wav").count > 1000)
                }
            }
        }

        @Test func `a file of a recording that was replaced on the server is stale, and one opened later is new`()
            throws
        {
            try Remote.with { remote in
                try remote.mount(",noprefetch,cache_mb=0") { mounted in
                    let path = mounted.file("pond/flac.wav").path
                    let file = try MountedFile(path, isDirect: true)
                    let old = try file.bytes(0..<4096)
                    #expect(old.count == 4096)
                    // Another recording of the same length, at the same place.
                    let key = "a.zarr/pond/0/audio_data_blob_array"
                    let document = try #require(remote.values["\(key)/zarr.json"])
                    remote.values["\(key)/zarr.json"] = document + [UInt8(ascii: "\n")]
                    let chunk = try #require(remote.values["\(key)/c/0"])
                    remote.values["\(key)/c/0"] = chunk + [0]
                    let error = #expect(throws: SystemError.self) { try file.bytes(8192..<16_384) }
                    #expect(error?.code == ESTALE)
                    remote.values["\(key)/c/0"] = chunk
                    // The recording may have been looked at meanwhile, when its chunk was too long.
                    let isNew = eventually { (try? MountedFile(path, isDirect: true).bytes(0..<4096)) == old }
                    #expect(isNew)
                }
            }
        }

        @Test func `a process that waits for a server is ended by a signal`() throws {
            try Remote.with { remote in
                try remote.mount(",noprefetch,timeout=600") { mounted in
                    let path = mounted.file("pond/flac.wav").path
                    _ = try run("ls", "-lR", mounted.mountpoint.path)
                    remote.fail(.silence)
                    // It would wait for ten minutes.
                    let result = try run("timeout", "-s", "KILL", "1", "cat", path)
                    #expect(result.status != 0)
                    remote.heal()
                    #expect(try mounted.bytes("pond/flac.wav").count > 1000)
                }
            }
        }

        @Test func `what is known is listed while many reads wait for a server`() throws {
            try Remote.with { remote in
                try remote.mount(",noprefetch,timeout=600") { mounted in
                    _ = try run("ls", "-lR", mounted.mountpoint.path)
                    remote.fail(.status(503))
                    defer { remote.heal() }
                    // More requests than threads for a store on this machine; the kernel lets none of them be interrupted.
                    let names = ["aac", "flac", "opus"]
                    let hasEnded = Semaphore()
                    for number in 0..<12 {
                        let path = mounted.file("pond/\(names[number % 3]).wav").path
                        let start = UInt64(number / 3) << 12
                        try WorkerThread(name: "reader") {
                            _ = try? MountedFile(path, isDirect: true).bytes(start..<start + 4096)
                            hasEnded.signal()
                        }.detach()
                    }
                    usleep(500_000)
                    let pond = mounted.file("pond").path
                    #expect(try run("timeout", "-s", "KILL", "10", "ls", "-l", pond).status == 0)
                    remote.heal()
                    for _ in 0..<12 { hasEnded.wait() }
                    #expect(try mounted.bytes("pond/aac.wav").count > 1000)
                }
            }
        }

        @Test func `a store that is not there is not mounted, and the reason is named`() throws {
            try Remote.with { remote in
                try MountedVolume.withMountpoint { mountpoint in
                    for (address, reason) in [
                        ("s3://birds/none", "not a Zarr v3 store, there is no zarr.json in it"),
                        ("s3://", "'' is no name of a bucket"),
                    ] {
                        let options = "endpoint=\(remote.server.url),anonymous,timeout=2"
                        let result = try run(
                            MountedStore.program, [address, mountpoint.path, "-o", options])
                        #expect(result.status == 1 && result.errors.contains(reason), "\(result.errors)")
                        #expect(!MountedVolume.isMounted(mountpoint))
                    }
                }
            }
        }

        @Test func `nothing shows credentials: no command line, no log, no report of the mount`() throws {
            try Remote.with { remote in
                try TestFiles.withTemporaryDirectory { directory in
                    let file = directory.appending(path: "credentials")
                    try Data("[p]\naws_access_key_id = KEYNAME\naws_secret_access_key = HIDDEN\n".utf8).write(to: file)
                    let log = directory.appending(path: "log")
                    let options = "endpoint=\(remote.server.url),profile=p,timeout=1,catalogue=off,log=\(log.path)"
                    let variables = ["AWS_SHARED_CREDENTIALS_FILE": file.path, "AWS_CONFIG_FILE": "/nowhere"]
                    try MountedStore.with("s3://birds/a.zarr", ["-o", options], environment: variables) { mounted in
                        remote.fail(.status(403)) { $0.contains("/c/") }
                        _ = try? mounted.bytes("pond/flac.wav")
                        var texts = [try String(contentsOf: log, encoding: .utf8)]
                        for name in ["status.json", "metrics", "problems.txt"] {
                            texts.append(try mounted.text(".zarrwlr/\(name)"))
                        }
                        let processes = try #require(try MountProcesses(of: "s3://birds/a.zarr"))
                        for process in [processes.monitor, processes.worker] {
                            texts.append(try run("cat", "/proc/\(process)/cmdline").text)
                        }
                        for text in texts { #expect(!text.contains("HIDDEN") && !text.contains("KEYNAME")) }
                        #expect(remote.server.requests.allSatisfy { $0.fields["authorization"] != nil })
                    }
                }
            }
        }

        @Test(
            .enabled(if: S3Server.isInstalled, S3Server.comment),
            .enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
        func `the shared stores on OpenStack Swift show the files that their folders do, also after an outage`() throws
        {
            let stores = try #require(SharedMaterial.directory).appending(path: "stores")
            try S3Server.with { server in
                let variables = [
                    "AWS_ACCESS_KEY_ID": S3Server.accessKey, "AWS_SECRET_ACCESS_KEY": S3Server.secretKey,
                    "AWS_ENDPOINT_URL": server.endpoint,
                ]
                for name in ["aac-2025-06-11.zarr", "flac-2025-06-18.zarr", "opus-ogg-2025-05-31.zarr"] {
                    try server.put(stores.appending(path: name), to: "birds", name)
                    let expected = try MountedStore.with(stores.appending(path: name).path) { try files($0) }
                    try MountedStore.with("s3://birds/\(name)", ["-o", "catalogue=off"], environment: variables) {
                        mounted in
                        let isEqual = try files(mounted) == expected
                        #expect(isEqual && !expected.isEmpty, "\(name)")
                    }
                }
                let name = "flac-2025-06-18.zarr"
                let expected = try MountedStore.with(stores.appending(path: name).path) { try files($0) }
                try MountedStore.with("s3://birds/\(name)", ["-o", "catalogue=off"], environment: variables) {
                    mounted in
                    _ = try run("ls", "-lR", mounted.mountpoint.path)
                    try server.goAway()
                    let back = try WorkerThread(name: "back") {
                        usleep(6_000_000)
                        try? server.comeBack()
                    }
                    let isEqual = try files(mounted) == expected
                    back.join()
                    #expect(isEqual)
                }
            }
        }
    }
}
