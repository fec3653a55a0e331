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

            /// Nothing is kept on disk, unless `options` say where.
            private static func cache(_ options: String) -> String {
                options.contains("cache_dir") ? "" : ",cache_disk_mb=0"
            }

            func mount<T>(
                _ more: String = "", environment: [String: String] = [:], _ body: (MountedStore) throws -> T
            ) throws -> T {
                let options = "endpoint=\(server.url),anonymous,timeout=30,catalogue=off\(Self.cache(more))\(more)"
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

        @Test func `a mount over HTTP of a store with a catalogue lists the same as a mount of its folder`() throws {
            try Remote.with { remote in
                try runChecked(["mkdir", "\(remote.folder)/empty"])
                try Data(#"{"zarr_format": 3, "node_type": "group"}"#.utf8).write(
                    to: URL(filePath: "\(remote.folder)/empty/zarr.json"))
                let program = MountedStore.programs.appending(path: "zarrwlr")
                try runChecked([program.path, "catalogue", "--catalogue", "off", remote.folder])
                let values = try ServedValues(of: URL(filePath: remote.folder))
                let server = try ScriptedServer { request, _ in values.answer(request) }
                func lists(_ address: String) throws -> [String] {
                    try MountedStore.with(address, ["-o", "catalogue=off,metadata=all"]) { mounted in
                        let command = "cd '\(mounted.mountpoint.path)' && ls -lR --full-time pond empty && ls"
                        return [try run("sh", "-c", command).text, try mounted.text(".zarrwlr/recordings.csv")]
                    }
                }
                let local = try lists(remote.folder)
                #expect(local[0].contains("flac.wav") && local[1].split(separator: "\n").count == 4)
                let remoteLists = try lists(server.url)
                #expect(remoteLists[0] == local[0])
                #expect(remoteLists[1] == local[1])
                // No recording was looked at.
                #expect(!server.requests.contains { $0.path.hasPrefix("/pond/") })
            }
        }

        @Test func `a mount of a bucket soon shows what its catalogue lacks, and not what is gone`() throws {
            try Remote.with { remote in
                let program = MountedStore.programs.appending(path: "zarrwlr")
                try runChecked([program.path, "catalogue", "--catalogue", "off", remote.folder])
                let document = "\(remote.folder)/pond/9/zarr.json"
                try runChecked(["mv", "\(remote.folder)/pond/2", "\(remote.folder)/pond/9"])
                try runChecked(["sed", "-i", "s/aac.wav/new.wav/", document])
                let values = try ServedValues(of: URL(filePath: remote.folder), below: "a.zarr")
                let server = try ScriptedServer { request, _ in values.answer(request, bucket: "birds") }
                let options = "endpoint=\(server.url),anonymous,catalogue=off"
                try MountedStore.with("s3://birds/a.zarr", ["-o", options]) { mounted in
                    #expect(try eventually { try mounted.names("pond") == ["flac.wav", "new.wav", "opus.wav"] })
                    let isThere = try mounted.bytes("pond/new.wav").count > 1000
                    #expect(isThere)
                }
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

        /// What was asked since the request `number`: of chunks, how many requests for bytes and how many for versions alone.
        private func chunkRequests(_ remote: Remote, since number: Int) -> (bytes: Int, versions: Int) {
            // Indexes of other codecs are asked for, too, and are not there.
            let keys = remote.values.keys
            let requests = remote.server.requests.dropFirst(number).filter { request in
                request.path.contains("/c/") && keys.contains { request.path.hasSuffix($0) }
            }
            return (requests.count { $0.method == "GET" }, requests.count { $0.method == "HEAD" })
        }

        @Test func `a later mount of a bucket reads from disk what was read, and asks the server only for versions`()
            throws
        {
            try Remote.with { remote in
                try TestFiles.withTemporaryDirectory { directory in
                    let expected = try MountedStore.with(remote.folder) { try files($0) }
                    let folder = directory.appending(path: "new/blocks").path
                    // A block of which only a part was read at first is read by the second mount.
                    for turn in 0..<3 {
                        let number = remote.server.requests.count
                        let isEqual = try remote.mount(",cache_dir=\(folder)") { mounted in
                            let status = try mounted.text(".zarrwlr/status.json")
                            #expect(status.replacing("\\/", with: "/").contains("\"change\" : \"\(folder)\""))
                            return try files(mounted) == expected
                        }
                        #expect(isEqual)
                        let asked = chunkRequests(remote, since: number)
                        if turn == 0 { #expect(asked.bytes > 0) }
                        if turn == 2 { #expect(asked.bytes == 0 && asked.versions > 0, "\(asked)") }
                    }
                    try MountedStore.with(remote.folder, ["-o", "catalogue=off,cache_dir=\(directory.path)/local"]) {
                        let isEqual = try files($0) == expected
                        #expect(isEqual)
                    }
                    #expect(!FileManager.default.fileExists(atPath: "\(directory.path)/local"))
                }
            }
        }

        @Test func `what has changed on the server is not read from disk`() throws {
            try Remote.with { remote in
                try TestFiles.withTemporaryDirectory { directory in
                    let options = ",cache_dir=\(directory.path)/blocks"
                    let old = try remote.mount(options) { try $0.bytes("pond/aac.wav") }
                    // Another recording of the same name, with as many bytes.
                    let other = try TestStore(at: directory.appending(path: "a.zarr"))
                    try other.addGroup("pond", attributes: TestStore.audioGroup)
                    var blob = try MountedStore.fixture("recordings/exact.aac")
                    blob[9000] ^= 1
                    try other.addRecording("pond/2", codec: "aac", blob: blob, fileName: "aac.wav")
                    let new = try MountedStore.with(other.directory.path) { try $0.bytes("pond/aac.wav") }
                    let isAnother = new != old
                    #expect(isAnother)
                    for (folder, expected) in [(other.directory, new), (URL(filePath: remote.folder), old)] {
                        let recording = folder.appending(path: "pond/2")
                        for name in try FileManager.default.subpathsOfDirectory(atPath: recording.path) {
                            guard let data = try? Data(contentsOf: recording.appending(path: name)) else { continue }
                            remote.values["a.zarr/pond/2/\(name)"] = Array(data)
                        }
                        for _ in 0..<2 {
                            let isRight = try remote.mount(options) { try $0.bytes("pond/aac.wav") } == expected
                            #expect(isRight)
                        }
                    }
                }
            }
        }

        @Test func `blocks on disk that are damaged, cut or deleted are read from the server again`() throws {
            try Remote.with { remote in
                try TestFiles.withTemporaryDirectory { directory in
                    let expected = try MountedStore.with(remote.folder) { try files($0) }
                    let options = ",cache_dir=\(directory.path)"
                    for _ in 0..<2 { _ = try remote.mount(options) { try files($0) } }
                    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
                    #expect(names.count > 3)
                    for (number, name) in names.enumerated() {
                        let file = directory.appending(path: name)
                        var bytes = try Data(contentsOf: file)
                        switch number % 3 {
                        case 0: bytes[bytes.count - 1] ^= 1
                        case 1: bytes.removeLast()
                        default: bytes = Data()
                        }
                        if number % 3 < 2 || number % 2 == 0 {
                            try bytes.write(to: file)
                        } else {
                            try FileManager.default.removeItem(at: file)
                        }
                    }
                    for isRead in [true, true, false] {
                        let number = remote.server.requests.count
                        let isEqual = try remote.mount(options) { try files($0) == expected }
                        #expect(isEqual)
                        if !isRead { #expect(chunkRequests(remote, since: number).bytes == 0) }
                    }
                    // The folder can go while the store is mounted.
                    let isEqual = try remote.mount(options) { mounted in
                        try FileManager.default.removeItem(at: directory)
                        return try files(mounted) == expected
                    }
                    #expect(isEqual)
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
                        let options = "endpoint=\(remote.server.url),anonymous,timeout=30"
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
