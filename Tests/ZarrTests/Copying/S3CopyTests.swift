import Foundation
import Glibc
import HTTP
import S3
import Support
import Synchronization
import TestSupport
import Testing

@testable import Zarr

/// Copies to and from an S3 service that can be written to: a stand-in on loopback. `CopyS3ServerTests` have a real one.
struct S3CopyTests {
    private struct Service {
        let standIn: S3StandIn
        let server: ScriptedServer

        init(_ conditions: S3StandIn.Conditions = .honoured) throws {
            let standIn = S3StandIn(conditions: conditions)
            self.standIn = standIn
            server = try ScriptedServer { request, _ in standIn.answer(request) }
        }

        func store(_ prefix: String = "a.zarr") throws -> S3Store { try S3CopyTests.store(server.url, prefix) }

        /// The number of requests so far by method and kind of key, but for those of the writer itself.
        func requests(_ method: String, containing text: String) -> Int {
            server.requests.count { $0.method == method && $0.path.contains(text) && !$0.path.contains("/.zarrwlr-") }
        }

        /// The keys below `prefix` whose values are not those of the files of `fixture`, and those that are only here.
        func differences(from fixture: CopyFixture, prefix: String = "a.zarr") throws -> [String] {
            let files = try ServedValues(of: fixture.folder)
            let wanted = files.keys.filter { key in
                !key.hasPrefix(".") && !CopyFixture.strangers.contains { key == $0 || key.hasPrefix("\($0)/") }
            }
            let present = standIn.values.keys.filter { $0.hasPrefix("\(prefix)/") }
                .map { String($0.dropFirst(prefix.count + 1)) }
            return Set(wanted).union(present).filter { files[$0] != standIn.values["\(prefix)/\($0)"] }.sorted()
        }
    }

    fileprivate static func store(_ url: String, _ prefix: String = "a.zarr") throws -> S3Store {
        let location = S3Location(endpoint: url, region: "us-east-1", bucket: "birds", isInPath: true)
        var policy = RetryPolicy()
        policy.firstWait = 10
        return try S3Store.create(
            S3Bucket(location, credentials: nil), prefix: prefix,
            document: Array(#"{"node_type":"group","zarr_format":3}"#.utf8), client: HTTPClient(), policy: policy)
    }

    /// Copies `source` to `destination`, and returns what became of each node, and of how many.
    @discardableResult
    fileprivate static func copy(
        _ source: any Store, to destination: any WritableStore, threads: Int = 4,
        progress: @escaping @Sendable (StoreCopy.Progress) -> Void = { _ in }
    ) throws -> [String: Int] {
        try destination.removeLeftovers()
        let document = try StoreCopy.rootDocument(of: source, for: "", wholeType: "original_audio_file")
        try destination.replace("zarr.json", with: document)
        let copy = StoreCopy(
            from: source, to: destination, wholeType: "original_audio_file", threads: threads,
            cancellation: Cancellation { nil })
        var outcomes: [String: Int] = [:]
        try copy.run("", progress: progress) { path, outcome in
            switch outcome {
            case .copied: outcomes["copied", default: 0] += 1
            case .alreadyThere: outcomes["there", default: 0] += 1
            case .group, .passedOver: break
            case .failed(let error): outcomes["/\(path): \(error)", default: 0] += 1
            case .untried: outcomes["untried", default: 0] += 1
            }
        }
        return outcomes
    }

    @Test(arguments: S3StandIn.Conditions.allCases)
    func `a store is copied to S3, from there to S3, and back to a folder`(conditions: S3StandIn.Conditions) throws {
        try CopyFixture.with { fixture throws in
            let service = try Service(conditions)
            #expect(try Self.copy(fixture.source, to: service.store()) == ["copied": 5])
            #expect(try service.differences(from: fixture) == [])
            #expect(try Self.copy(service.store(), to: service.store("b.zarr")) == ["copied": 5])
            #expect(try service.differences(from: fixture, prefix: "b.zarr") == [])
            let back = try fixture.copy(from: service.store("b.zarr"))
            #expect(back.values.count { $0 == "copied" } == 5)
            #expect(try fixture.differences() == [])
            #expect(service.standIn.unfinished == [])
        }
    }

    @Test func `what S3 has already is proved by its entity tags: no chunk is sent or received again`() throws {
        try CopyFixture.with { fixture throws in
            let service = try Service()
            try Self.copy(fixture.source, to: service.store())
            try Self.copy(service.store(), to: service.store("b.zarr"))
            try fixture.copy(from: service.store())
            let before = (service.requests("GET", containing: "/c/"), service.requests("PUT", containing: "/c/"))
            #expect(try Self.copy(fixture.source, to: service.store()) == ["there": 5])
            #expect(try Self.copy(service.store(), to: service.store("b.zarr")) == ["there": 5])
            #expect(try fixture.copy(from: service.store()).values.count { $0 == "there" } == 5)
            let after = (service.requests("GET", containing: "/c/"), service.requests("PUT", containing: "/c/"))
            #expect(after == before)
            // One that is another one is left.
            let key = "a.zarr/pond/0/index/c/0"
            let other = [UInt8](repeating: 7, count: service.standIn.values[key]?.count ?? 0)
            service.standIn.values[key] = other
            let outcomes = try Self.copy(fixture.source, to: service.store())
            #expect(outcomes["there"] == 4)
            #expect(outcomes.keys.contains { $0.contains("with another index/c/0, and it is left as it is") })
            #expect(service.standIn.values[key] == other)
        }
    }

    @Test func `a value in parts is copied to S3, and proved by the tag that parts give`() throws {
        try CopyFixture.with { fixture throws in
            var random = RepeatableRandom(seed: 1)
            let bytes = (0..<(17 << 20) / 8).flatMap { _ in
                withUnsafeBytes(of: random.next() as UInt64) { Array($0) }
            }
            try fixture.put("pond/plain/long", bytes)
            let service = try Service()
            #expect(try Self.copy(fixture.source, to: service.store()) == ["copied": 5])
            let isSame = service.standIn.values["a.zarr/pond/plain/long"] == bytes
            #expect(isSame)
            let before = service.requests("GET", containing: "/long")
            #expect(try Self.copy(fixture.source, to: service.store()) == ["there": 5])
            #expect(service.requests("GET", containing: "/long") == before)
        }
    }

    @Test func `a copy to S3 that a kill interrupts leaves whole recordings, and the next one goes on`() async throws {
        let directory = CopyFixture.memory.appending(path: "zarrwlr-copy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let fixture = try CopyFixture(in: directory)
        for last in [1, 4, 9, 15] {
            let service = try Service()
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [url = service.server.url as String, source = fixture.folder.path as String, last = last as Int] in
                let counter = StepCounter()
                _ = try S3CopyTests.copy(
                    DirectoryStore(path: source), to: S3CopyTests.store(url), threads: 1
                ) { _ in
                    if counter.next() == last { kill(getpid(), SIGKILL) }
                }
            }
            let present = try service.differences(from: fixture)
            for node in CopyFixture.nodes where service.standIn.values["a.zarr/\(node)/zarr.json"] != nil {
                #expect(!present.contains { $0.hasPrefix("\(node)/") }, "killed at \(last)")
            }
            let outcomes = try Self.copy(fixture.source, to: service.store())
            #expect((outcomes["copied"] ?? 0) + (outcomes["there"] ?? 0) == 5, "\(outcomes)")
            let left = try service.differences(from: fixture).filter { !$0.hasPrefix(".zarrwlr-writers/") }
            #expect(left == [], "killed at \(last)")
        }
    }

    @Test func `groups that are made at once on S3 all stay`() throws {
        try CopyFixture.with { fixture throws in
            let store = try DirectoryStore(path: fixture.folder.path)
            for number in 0..<20 {
                try ZarrGroup.create(in: store, path: "site\(number)", attributes: ["number": number])
            }
            let service = try Service()
            #expect(try Self.copy(fixture.source, to: service.store(), threads: 8) == ["copied": 5])
            #expect(try service.differences(from: fixture) == [])
        }
    }

    @Test func `a service that fails now and then gets every byte right`() throws {
        try CopyFixture.with { fixture throws in
            let (standIn, count) = (S3StandIn(), StepCounter())
            let server = try ScriptedServer { request, _ in
                count.next() % 7 == 3 ? ScriptedServer.Response(503) : standIn.answer(request)
            }
            #expect(try Self.copy(fixture.source, to: Self.store(server.url)) == ["copied": 5])
            #expect(try fixture.copy(from: Self.store(server.url)).values.count { $0 == "copied" } == 5)
            #expect(try fixture.differences() == [])
        }
    }
}
