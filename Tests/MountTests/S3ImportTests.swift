import Foundation
import Support
import TestSupport
import Testing

/// `zarrwlr import`, run as a process, to real S3 services: `make test-s3`.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(
        if: S3Server.isInstalled && S3Import.python != nil, "needs OpenStack Swift, and Python packages: make test-s3"))
struct `Imports to S3 services` {
    @Test func `an import to OpenStack Swift has the bytes of one to a folder, and zarr-python reads it`() throws {
        try S3Import.withSwift { service, directory in
            let sources =
                SharedMaterial.directory.map { [$0.appending(path: "recordings").path] } ?? []
                + [TestFiles.fixtures.appending(path: "recordings").path]
            let folder = directory.appending(path: "a.zarr")
            for store in ["\(folder.path)::pond", "s3://birds/a.zarr::pond"] {
                let result = try service.run(["import", store] + sources)
                #expect(result.status == 0, "\(result.errors)")
            }
            let difference = try service.python(
                """
                import os, sys, s3fs, zarr
                fs = s3fs.S3FileSystem(endpoint_url=os.environ["AWS_ENDPOINT_URL"])
                there = {key[len("birds/a.zarr/"):] for key in fs.find("birds/a.zarr")}
                # An import to a service writes a part of the store's catalogue, too.
                assert ".zarrwlr-catalogue/zarr.json" in there
                there = {key for key in there if not key.startswith(".zarrwlr-catalogue/")}
                here = {os.path.relpath(os.path.join(d, f), sys.argv[1]) for d, _, files in os.walk(sys.argv[1]) for f in files}
                assert there == here, there ^ here
                for key in here:
                    assert fs.cat("birds/a.zarr/" + key) == open(os.path.join(sys.argv[1], key), "rb").read(), key
                store = zarr.storage.FsspecStore.from_url(
                    "s3://birds/a.zarr", read_only=True,
                    storage_options={"endpoint_url": os.environ["AWS_ENDPOINT_URL"]})
                local = zarr.open_group(sys.argv[1], mode="r")
                members = dict(zarr.open_group(store, mode="r")["pond"].members())
                assert sorted(members) == sorted(name for name, _ in local["pond"].members())
                for name, recording in members.items():
                    for array, remote in recording.members():
                        assert (remote[:] == local["pond"][name][array][:]).all(), (name, array)
                print(len(here))
                """, [folder.path])
            #expect(Int(difference).map { $0 > 50 } == true, "\(difference)")
        }
    }

    @Test func `two imports of the same files to OpenStack Swift, both killed and repeated, import each once`() throws {
        try S3Import.withSwift { try expectEachOnce($0, $1) }
    }

    @Test func `two imports of the same files to moto, both killed and repeated, import each once`() throws {
        try S3Import.withMoto { try expectEachOnce($0, $1) }
    }

    private func expectEachOnce(_ service: S3Import, _ directory: URL) throws {
        let sources = try S3Import.makeSources(60, in: directory)
        let killed = try (0..<2).map { _ in try service.start(["import", "s3://birds/r.zarr::pond", sources.path]) }
        for process in killed {
            usleep(1_500_000)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        // What was not completed is invisible, though it is there.
        let list = try service.run(["list", "--csv", "s3://birds/r.zarr"])
        #expect(list.status == 0 && !list.errors.contains("cannot be read"), "\(list.errors)")
        let repeated = try (0..<2).map { _ in try service.start(["import", "s3://birds/r.zarr::pond", sources.path]) }
        for process in repeated {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let repair = try service.run(["check", "--repair", "s3://birds/r.zarr"])
        #expect(repair.status == 0, "\(repair.text)")
        let output = directory.appending(path: "out")
        #expect(try service.run(["extract", "s3://birds/r.zarr::pond", "-o", output.path]).status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted()
        #expect(try FileManager.default.contentsOfDirectory(atPath: output.path).sorted() == names)
        for name in names {
            let isEqual = FileManager.default.contentsEqual(
                atPath: output.appending(path: name).path, andPath: sources.appending(path: name).path)
            #expect(isEqual, "\(name)")
        }
        #expect(
            try service.python(
                """
                import os, s3fs
                fs = s3fs.S3FileSystem(endpoint_url=os.environ["AWS_ENDPOINT_URL"])
                keys = [key for key in fs.find("birds/r.zarr") if ".zarrwlr" in key]
                print([key for key in keys if not key.startswith("birds/r.zarr/.zarrwlr-catalogue/")])
                """, []) == "[]")
        let catalogue = try service.run(["catalogue", "--check", "s3://birds/r.zarr"])
        #expect(catalogue.status == 0, "\(catalogue.text)\(catalogue.errors)")
    }

    @Test func `an import to OpenStack Swift goes on after the service was away`() throws {
        try S3Import.withSwift { service, directory in
            let sources = try S3Import.makeSources(60, in: directory)
            let process = try service.start(["import", "s3://birds/w.zarr::pond", sources.path])
            usleep(1_000_000)
            try service.swift?.goAway()
            sleep(20)
            #expect(process.isRunning)
            try service.swift?.comeBack()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let check = try service.run(["check", "--deep", "s3://birds/w.zarr"])
            #expect(check.status == 0 && check.text.contains("60 recordings"), "\(check.text)")
        }
    }
}

/// A Python program has failed.
private struct PythonFailure: Error, CustomStringConvertible {
    let description: String
}

/// A service that programs are given by their environment.
private struct S3Import {
    /// A Python with zarr-python, s3fs and moto; nil if there is none.
    static let python = ProcessInfo.processInfo.environment["ZARRWLR_S3_PYTHON"]

    let environment: [String: String]
    let swift: S3Server?

    /// Calls `body` with OpenStack Swift, which has an empty bucket `birds`, and a folder.
    static func withSwift(_ body: (S3Import, URL) throws -> Void) throws {
        try S3Server.with { server in
            try TestFiles.withTemporaryDirectory { directory in
                let empty = directory.appending(path: "empty")
                try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
                try server.put(empty, to: "birds", "none")
                try body(S3Import(server.endpoint, S3Server.accessKey, S3Server.secretKey, server), directory)
            }
        }
    }

    /// The same with moto, which honours conditions.
    static func withMoto(_ body: (S3Import, URL) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let port = 20_000 + Int(getpid()) % 12_000
            let process = Process()
            process.executableURL = URL(filePath: python ?? "").deletingLastPathComponent().appending(
                path: "moto_server")
            process.arguments = ["-H", "127.0.0.1", "-p", String(port)]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            defer {
                // Other signals are blocked, as they are in the tests' threads.
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            let service = S3Import("http://127.0.0.1:\(port)", "key", "secret", nil)
            _ = try service.python(
                """
                import os, s3fs, time
                for attempt in range(100):
                    try:
                        s3fs.S3FileSystem(endpoint_url=os.environ["AWS_ENDPOINT_URL"]).mkdir("birds")
                        break
                    except Exception:
                        time.sleep(0.3)
                """, [])
            try body(service, directory)
        }
    }

    private init(_ endpoint: String, _ key: String, _ secret: String, _ swift: S3Server?) {
        environment = [
            "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1",
        ]
        self.swift = swift
    }

    private static var program: URL { MountedStore.programs.appending(path: "zarrwlr") }

    func run(_ arguments: [String]) throws -> ProgramResult {
        try TestSupport.run(Self.program, arguments, environment: environment)
    }

    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// What the program `text` prints.
    func python(_ text: String, _ arguments: [String]) throws -> String {
        let result = try TestSupport.run(
            URL(filePath: Self.python ?? "python3"), ["-c", text] + arguments, environment: environment)
        guard result.status == 0 else { throw PythonFailure(description: result.errors) }
        return result.text
    }

    /// A folder of WAV files of noise, all different.
    static func makeSources(_ count: Int, in directory: URL) throws -> URL {
        let folder = directory.appending(path: "sources")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for number in 0..<count {
            var random = RepeatableRandom(seed: UInt64(number))
            var builder = WaveBuilder()
            builder.addFormat()
            builder.add("data", (0..<20_000).flatMap { _ in WaveBuilder.littleEndian(Int16(random.next() >> 54)) })
            try Data(builder.bytes).write(to: folder.appending(path: "source\(number).wav"))
        }
        return folder
    }
}
