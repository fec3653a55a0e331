import Foundation
import Support
import Synchronization
import TestSupport
import Testing

extension Mounts {
    /// A mount of a bucket of a real S3 service, seen through a proxy that is far away or fails.
    @Suite(
        .enabled(if: ServerTests.areWanted, ServerTests.comment), .enabled(if: S3Server.isInstalled, S3Server.comment),
        .timeLimit(.minutes(5)))
    struct `Mounts of an S3 service` {
        private struct Service {
            let server: S3Server
            /// The store in a folder.
            let folder: String
            static let address = "s3://birds/a.zarr"

            /// The environment of a mount that is to find the service at `endpoint`.
            func environment(_ endpoint: String) -> [String: String] {
                [
                    "AWS_ACCESS_KEY_ID": S3Server.accessKey, "AWS_SECRET_ACCESS_KEY": S3Server.secretKey,
                    "AWS_ENDPOINT_URL": endpoint,
                ]
            }
        }

        /// Starts a service with a store of imported sound: a minute as each of some codecs.
        private func with(_ body: (Service) throws -> Void) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let source = directory.appending(path: "minute.wav")
                try run(
                    "sox", "-R", "-n", "-r", "48000", "-b", "16", source.path, "synth", "60", "pinknoise", "tremolo",
                    "0.1")
                let store = directory.appending(path: "a.zarr").path
                for codec in ["flac", "opus", "aac", "pcm"] {
                    let result = try run(
                        MountedStore.programs.appending(path: "zarrwlr"),
                        ["import", "--codec", codec, "\(store)::\(codec)", source.path])
                    try #require(result.status == 0, "\(result.errors)")
                }
                try S3Server.with { server in
                    try server.put(URL(filePath: store), to: "birds", "a.zarr")
                    try body(Service(server: server, folder: store))
                }
            }
        }

        /// Reads `count` random ranges of all files of two mounts by so many processes, and compares them.
        private func compareRanges(
            _ mounted: MountedStore, _ local: MountedStore, count: Int, readers: Int
        ) throws {
            let script = TestFiles.repository.appending(path: "Tests/Tools/random_ranges.py").path
            let result = try run(
                "python3", script, local.mountpoint.path, mounted.mountpoint.path, "\(count)", "\(readers)", "1")
            #expect(result.status == 0, "\(result.text.prefix(2000)) \(result.errors.prefix(500))")
            #expect(result.text.hasSuffix("\(count) ranges of 4 files"))
        }

        /// Waits until nothing has been asked for half a second.
        private func settle(_ proxy: SlowProxy) throws {
            _ = try proxy.takeRequests()
            for _ in 0..<100 {
                usleep(500_000)
                if try proxy.takeRequests().isEmpty { return }
            }
        }

        @Test func `random ranges are those of the disk, for one reader and for eight`() throws {
            try with { service in
                try MountedStore.with(service.folder) { local in
                    try MountedStore.with(
                        Service.address, ["-o", "catalogue=off"],
                        environment: service.environment(service.server.endpoint)
                    ) { mounted in
                        try compareRanges(mounted, local, count: 2_000, readers: 1)
                        try compareRanges(mounted, local, count: 8_000, readers: 8)
                    }
                }
            }
        }

        @Test func `a cold second takes two round trips, and one beside it`() throws {
            try with { service in
                try SlowProxy.with(service.server.endpoint, ["--delay", "20"]) { proxy in
                    let options = ["-o", "catalogue=off,noprefetch"]
                    let environment = service.environment(proxy.url)
                    for codec in ["flac", "opus", "aac"] {
                        try MountedStore.with(Service.address, options, environment: environment) { mounted in
                            let path = mounted.file("\(codec)/minute.wav").path
                            _ = try run("ls", "-lR", mounted.mountpoint.path)
                            try settle(proxy)
                            // The head of the file is made from documents, which are read for it.
                            let file = try MountedFile(path, isDirect: true)
                            _ = try file.bytes(0..<44)
                            try settle(proxy)
                            func trips(_ start: UInt64) throws -> Int {
                                #expect(try file.bytes(start..<start + 96_000).count == 96_000)
                                return SlowProxy.trips(try proxy.takeRequests())
                            }
                            let cold = try trips(40 * 96_000)
                            #expect((1...2).contains(cold), "\(codec)")
                            #expect(try trips(42 * 96_000) <= 1, "\(codec)")
                        }
                    }
                }
            }
        }

        @Test func `of a thousand requests one in ten fails, and no read does`() throws {
            try with { service in
                try SlowProxy.with(
                    service.server.endpoint, ["--delay", "0", "--faults", "0.1", "--stall", "0.5", "--seed", "3"]
                ) { proxy in
                    try MountedStore.with(service.folder) { local in
                        var requests: [SlowProxy.Request] = []
                        // The kernel keeps what was read as long as a mount lives.
                        for _ in 0..<40 where requests.count < 1_000 {
                            try MountedStore.with(
                                Service.address, ["-o", "catalogue=off,cache_disk_mb=0,cache_mb=1"],
                                environment: service.environment(proxy.url)
                            ) { mounted in
                                try compareRanges(mounted, local, count: 400, readers: 8)
                            }
                            requests += try proxy.takeRequests()
                        }
                        #expect(requests.count >= 1_000)
                        let faults = Set(requests.map(\.fault))
                        #expect(faults.count >= 10, "\(faults)")
                    }
                }
            }
        }

        @Test func `a read waits while the objects are away for twenty seconds, and a signal ends its wait`() throws {
            try with { service in
                try MountedStore.with(service.folder) { local in
                    try MountedStore.with(
                        Service.address, ["-o", "catalogue=off,cache_disk_mb=0,noprefetch"],
                        environment: service.environment(service.server.endpoint)
                    ) { mounted in
                        let expected = try local.bytes("flac/minute.wav")
                        let file = try MountedFile(mounted.file("flac/minute.wav").path)
                        let half = UInt64(expected.count / 2)
                        var bytes = try file.bytes(0..<half)
                        _ = try mounted.names("aac")
                        try service.server.goAway()
                        let isBack = Atomic<Bool>(false)
                        let back = try WorkerThread(name: "back") {
                            usleep(20_000_000)
                            isBack.store(true, ordering: .relaxed)
                            try? service.server.comeBack()
                        }
                        // Other signals are blocked, as they are in the tests' threads.
                        let interrupted = try run(
                            "timeout", "-s", "KILL", "2", "cat", mounted.file("aac/minute.wav").path)
                        #expect(interrupted.status != 0)
                        let wasBackThen = isBack.load(ordering: .relaxed)
                        #expect(!wasBackThen)
                        bytes += try file.bytes(half..<UInt64(expected.count))
                        let isEqual = bytes == expected
                        #expect(isEqual)
                        let isBackNow = isBack.load(ordering: .relaxed)
                        #expect(isBackNow)
                        back.join()
                    }
                }
            }
        }
    }
}
