import Foundation
import HTTP
import S3
import Support
import Synchronization
import TestSupport
import Testing

@testable import Zarr

/// Stores on S3 that are written to by several processes, some of which end in the middle.
struct S3WritingTests {
    /// A service with an empty store `a.zarr` that has a group `pond`.
    private struct Service {
        let standIn: S3StandIn
        let server: ScriptedServer

        init(
            _ conditions: S3StandIn.Conditions = .honoured,
            fault: @escaping @Sendable (ScriptedServer.Request) -> ScriptedServer.Response? = { _ in nil }
        ) throws {
            let standIn = S3StandIn(conditions: conditions, leastPart: 0)
            self.standIn = standIn
            server = try ScriptedServer { request, _ in fault(request) ?? standIn.answer(request) }
            for key in ["zarr.json", "pond/zarr.json"] {
                standIn.values["a.zarr/\(key)"] = Array(#"{"node_type":"group","zarr_format":3}"#.utf8)
            }
        }

        var bucket: S3Bucket {
            S3Bucket(
                S3Location(endpoint: server.url, region: "us-east-1", bucket: "birds", isInPath: true),
                credentials: AWSCredentials(accessKey: "key", secretKey: "secret"))
        }

        private var policy: RetryPolicy {
            var policy = RetryPolicy()
            policy.firstWait = 1
            policy.longestWait = 4
            return policy
        }

        /// The store, as another process opens it. Objects of more than 64 bytes are written in parts.
        func store(isHalted: @escaping @Sendable () -> Bool = { false }) -> S3Store {
            S3Store(
                bucket, prefix: "a.zarr", client: HTTPClient(), policy: policy, partByteCount: 64,
                lateMilliseconds: 10, isHalted: isHalted)
        }

        /// The keys of what is in the store besides its two groups.
        var keys: [String] {
            standIn.values.keys.map { String($0.dropFirst("a.zarr/".count)) }
                .filter { !["zarr.json", "pond/zarr.json"].contains($0) }
        }
    }

    private func stage(_ count: Int, in store: S3Store) throws -> any StagedNode {
        let node = try store.stageNode(numberedIn: "pond", from: nil)
        let writer = ArrayWriter(
            in: node, name: "index", try ArrayPlan(.uint64, chunkRows: 30, chunksPerShard: 2, compression: [.crc32c]))
        try writer.append((0..<count).map { UInt64($0) })
        try writer.finish()
        try node.writeGroup(attributes: ["type": "original_audio_file"])
        return node
    }

    @Test(arguments: S3StandIn.Conditions.allCases)
    func `a recording is written where it will be, and its own document is put last`(
        conditions: S3StandIn.Conditions
    ) throws {
        let service = try Service(conditions)
        do {
            let store = service.store()
            let node = try stage(100, in: store)
            #expect(node.reservedPlace == "pond/0")
            #expect(try numbers(of: node.path, in: store) == Array(0..<100))
            #expect(!service.keys.contains("pond/0/zarr.json"))
            #expect(service.keys.contains("pond/0/index/zarr.json"))
            #expect(try numbers(of: "pond/0", in: service.store()) == nil)
            #expect(service.store().isBeingWritten("pond/0"))
            #expect(try node.publish(numberedIn: "pond") == 0)
            #expect(!service.store().isBeingWritten("pond/0"))
        }
        let puts = service.server.requests.filter { $0.method == "PUT" && $0.path.contains("/pond/0/") }
        #expect(puts.last { !$0.path.contains(".zarrwlr") }?.path == "/birds/a.zarr/pond/0/zarr.json")
        #expect(service.keys.filter { !$0.hasPrefix("pond/0/") } == [])
        #expect(try numbers(of: "pond/0", in: service.store()) == Array(0..<100))
    }

    @Test(arguments: S3StandIn.Conditions.allCases)
    func `nodes that several processes begin at once have numbers of their own`(
        conditions: S3StandIn.Conditions
    ) throws {
        let service = try Service(conditions)
        let stores = (0..<4).map { _ in service.store() }
        let results = Parallel.map(Array(0..<12), threads: 4) { [self] index in
            Result { try stage(index + 1, in: stores[index % 4]).publish(numberedIn: "pond") }
        }
        var seen: Set<Int> = []
        for (index, result) in results.enumerated() {
            let number = try result.get()
            #expect(seen.insert(number).inserted)
            #expect(try numbers(of: "pond/\(number)", in: service.store())?.count == index + 1)
        }
    }

    @Test(arguments: S3StandIn.Conditions.allCases)
    func `numbers are claimed ahead by whoever writes many nodes, and given back if they are not used`(
        conditions: S3StandIn.Conditions
    ) throws {
        let service = try Service(conditions)
        func claimed() -> Int { service.keys.count { $0.hasPrefix(".zarrwlr-claims/") } }
        do {
            let store = service.store()
            var nodes: [any StagedNode] = []
            // One, two, and then four at once.
            for (count, claims) in [(1, 1), (2, 3), (3, 3), (4, 7), (5, 7)] {
                nodes.append(try stage(count, in: store))
                #expect(claimed() == claims)
            }
            for (number, node) in nodes.enumerated() {
                #expect(try node.publish(numberedIn: "pond") == number)
                #expect(try numbers(of: "pond/\(number)", in: store)?.count == number + 1)
            }
            // Others take none of those.
            #expect(try stage(1, in: service.store()).publish(numberedIn: "pond") == 7)
            #expect(claimed() == 2)
        }
        #expect(claimed() == 0)
        #expect(try service.store().leftovers() == [])
        #expect(try stage(1, in: service.store()).publish(numberedIn: "pond") == 8)
    }

    @Test func `a node that is not published leaves nothing`() throws {
        let service = try Service()
        do {
            let store = service.store()
            let node = try stage(1000, in: store)
            try node.sync()
        }
        #expect(service.keys == [])
        #expect(service.standIn.unfinished == [])
    }

    @Test func `nothing is begun once the work is to end, and what is written can still be published`() throws {
        let service = try Service()
        let isHalted = Mutex(false)
        let store = service.store { isHalted.withLock { $0 } }
        let node = try stage(100, in: store)
        isHalted.withLock { $0 = true }
        for body in [
            { _ = try store.stageNode() }, { _ = try store.stageNode(numberedIn: "pond", from: nil) },
            { _ = try node.makeValue("a") }, { try store.replace("notes", with: [1]) },
        ] as [() throws -> Void] {
            let error = #expect(throws: StoreError.self) { try body() }
            #expect(error?.isFailure(with: ECANCELED) == true)
        }
        #expect(try node.publish(numberedIn: "pond") == 0)
        #expect(try numbers(of: "pond/0", in: service.store()) == Array(0..<100))
    }

    @Test func `the start of an array is written again before it is sent`() throws {
        let service = try Service()
        let store = service.store()
        let node = try store.stageNode(numberedIn: "pond", from: nil)
        let writer = ArrayWriter(
            in: node, name: "blob", try ArrayPlan(.uint8, chunkRows: 40, chunksPerShard: 10))
        try writer.append([UInt8](repeating: 7, count: 1000))
        try writer.overwriteStart(with: [1, 2, 3])
        try writer.finish()
        try node.writeGroup(attributes: [String: String]())
        #expect(try node.publish(numberedIn: "pond") == 0)
        let blob = try ZarrArray.open(service.store(), path: "pond/0/blob", cache: BlockCache(budget: 0)).readAll()
        #expect(Array(blob) == [1, 2, 3] + [UInt8](repeating: 7, count: 997))
    }

    /// Lets the store look as if a process of `owner` had been killed while it wrote `pond/3`, and `age` seconds had passed.
    private func leave(_ service: Service, owner: String, age: Double, _ conditions: S3StandIn.Conditions) throws {
        let values = service.standIn.values
        values["a.zarr/.zarrwlr-writers/1-dead"] = Array(owner.utf8)
        values.age("a.zarr/.zarrwlr-writers/1-dead", seconds: age)
        let claim = conditions == .honoured ? "claim" : "claim-1-dead.1"
        values["a.zarr/.zarrwlr-claims/pond/3/\(claim)"] = Array("1-dead.1".utf8)
        values["a.zarr/pond/3/blob/zarr.json"] = [1]
        for key in ["a.zarr/pond/3/blob/c/0", "a.zarr/pond/33/blob/c/0"] {
            _ = try S3Objects(service.bucket, client: HTTPClient()).begin(key)
        }
        values["a.zarr/pond/33/blob/zarr.json"] = [1]
    }

    /// What this process says of itself, but for the word `number`.
    private static func process(_ number: Int, _ word: String) -> String {
        var words = StagingOwner.current.text.split(separator: " ").map { String($0) }
        words[number] = word
        return words.joined(separator: " ")
    }

    private static var deadProcess: String { process(3, "1") }
    /// That of another machine, which has the same name.
    private static var namesake: String { process(1, "another.1") }

    @Test(
        arguments: S3StandIn.Conditions.allCases,
        [(deadProcess, 0), ("elsewhere boot 1 1", 301), (namesake, 301)] as [(String, Double)])
    func `what a process left that has ended is recognized, and removed with what it has not completed`(
        conditions: S3StandIn.Conditions, owner: (text: String, age: Double)
    ) throws {
        let service = try Service(conditions)
        try leave(service, owner: owner.text, age: owner.age, conditions)
        do {
            let store = service.store()
            #expect(try store.leftovers() == ["pond/3"])
            // Nothing was changed.
            #expect(service.keys.contains("pond/3/blob/zarr.json"))
            #expect(try store.removeLeftovers() == ["pond/3"])
            #expect(try store.leftovers() == [])
        }
        #expect(service.keys == ["pond/33/blob/zarr.json"])
        #expect(service.standIn.unfinished == ["a.zarr/pond/33/blob/c/0"])
    }

    @Test func `what a process sent before it ended is removed, too, if it comes after the rest was removed`() throws {
        let late = Mutex<(standIn: S3StandIn, bucket: S3Bucket)?>(nil)
        let looks = Mutex(0)
        let service = try Service { request in
            // Looks whether anything is there; the first comes when everything has been removed.
            guard request.query["max-keys"] == "1", request.query["prefix"] == "a.zarr/pond/3/",
                let (standIn, bucket) = late.withLock({ $0 })
            else { return nil }
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            switch look {
            case 1: standIn.values["a.zarr/pond/3/blob/c/7"] = [1]
            case 2: _ = try? S3Objects(bucket, client: HTTPClient()).begin("a.zarr/pond/3/blob/c/8")
            case 3: standIn.values["a.zarr/pond/3/zarr.json"] = [1]
            default: break
            }
            return nil
        }
        late.withLock { $0 = (service.standIn, service.bucket) }
        try leave(service, owner: Self.deadProcess, age: 0, .honoured)
        #expect(try service.store().removeLeftovers() == ["pond/3"])
        #expect(service.keys == ["pond/33/blob/zarr.json"])
        #expect(service.standIn.unfinished == ["a.zarr/pond/33/blob/c/0"])
        #expect(looks.withLock { $0 } == 4)
    }

    @Test(arguments: S3StandIn.Conditions.allCases)
    func `what a living process is writing is left alone although a dead one has claimed the same place`(
        conditions: S3StandIn.Conditions
    ) throws {
        let service = try Service(conditions)
        try leave(service, owner: Self.deadProcess, age: 0, conditions)
        // Where several claims can be put, the living one has the place.
        let living = "\(getpid())-living"
        service.standIn.values["a.zarr/.zarrwlr-writers/\(living)"] = Array(StagingOwner.current.text.utf8)
        service.standIn.values["a.zarr/.zarrwlr-claims/pond/3/claim-\(living).1"] = Array("\(living).1".utf8)
        #expect(try service.store().leftovers() == [])
        #expect(try service.store().removeLeftovers() == [])
        #expect(service.keys.contains("pond/3/blob/zarr.json"))
        // When that has ended, too, both claims are leftovers.
        service.standIn.values["a.zarr/.zarrwlr-writers/\(living)"] = Array(Self.deadProcess.utf8)
        #expect(Set(try service.store().removeLeftovers()) == ["pond/3"])
        #expect(service.keys == ["pond/33/blob/zarr.json"])
    }

    @Test(
        arguments: [(StagingOwner.current.text, 100_000), ("elsewhere boot 1 1", 290), (namesake, 290)]
            as [(String, Double)])
    func `what a living process is writing is left alone`(owner: (text: String, age: Double)) throws {
        let service = try Service()
        try leave(service, owner: owner.text, age: owner.age, .honoured)
        let keys = service.keys
        do {
            let store = service.store()
            #expect(try store.leftovers() == [])
            #expect(try store.removeLeftovers() == [])
            // Its number is taken.
            #expect(try stage(1, in: store).publish(numberedIn: "pond") > 3)
        }
        #expect(Set(keys).isSubset(of: service.keys))
    }

    @Test(arguments: S3StandIn.Conditions.allCases)
    func `a node is removed although another process ended while it removed it`(
        conditions: S3StandIn.Conditions
    ) throws {
        let service = try Service(conditions)
        try leave(service, owner: Self.deadProcess, age: 0, conditions)
        service.standIn.values["a.zarr/pond/3/zarr.json"] = [1]
        do {
            let store = service.store()
            // Whoever removes a recording of the root has the lock on it.
            try store.withLock(on: "") { () throws(StoreError) in try store.removeNode("pond/3") }
        }
        #expect(service.keys == ["pond/33/blob/zarr.json"])
    }

    @Test func `a store that somebody else makes at the same time is opened`() throws {
        let standIn = S3StandIn()
        let server = try ScriptedServer { request, _ in
            // Between the look for a document and the list.
            if request.query["list-type"] != nil {
                standIn.values["new.zarr/zarr.json"] = Array(
                    #"{"node_type":"group","zarr_format":3,"attributes":{"a":1}}"#.utf8)
            }
            return standIn.answer(request)
        }
        let bucket = S3Bucket(
            S3Location(endpoint: server.url, region: "us-east-1", bucket: "birds", isInPath: true),
            credentials: AWSCredentials(accessKey: "key", secretKey: "secret"))
        let store = try S3Store.create(bucket, prefix: "new.zarr", client: HTTPClient())
        #expect(try ZarrGroup.open(store, path: "").attributes(as: [String: Int].self) == ["a": 1])
    }

    @Test func `what others have written in a group stays when the claim on it of a process that has ended is removed`()
        throws
    {
        let service = try Service()
        let values = service.standIn.values
        let group = Array(#"{"node_type":"group","zarr_format":3}"#.utf8)
        values["a.zarr/.zarrwlr-writers/1-dead"] = Array(Self.deadProcess.utf8)
        values["a.zarr/.zarrwlr-claims/lake/claim"] = Array("1-dead.1".utf8)
        // One that has appeared, one that is being written, and what nobody has.
        values["a.zarr/lake/0/zarr.json"] = group
        values["a.zarr/lake/0/blob/c/0"] = [1]
        values["a.zarr/.zarrwlr-writers/\(getpid())-living"] = Array(StagingOwner.current.text.utf8)
        values["a.zarr/.zarrwlr-claims/lake/1/claim"] = Array("\(getpid())-living.1".utf8)
        values["a.zarr/lake/1/blob/c/0"] = [1]
        values["a.zarr/lake/2/blob/c/0"] = [1]
        // That a living process has claimed something in it is enough to leave all as it is.
        #expect(try service.store().removeLeftovers() == [])
        values["a.zarr/.zarrwlr-claims/lake/1/claim"] = nil
        values["a.zarr/lake/1/zarr.json"] = group
        #expect(try service.store().removeLeftovers() == ["lake"])
        #expect(
            service.keys.filter { $0.hasPrefix("lake/") } == [
                "lake/0/blob/c/0", "lake/0/zarr.json", "lake/1/blob/c/0", "lake/1/zarr.json",
            ])
    }

    @Test func `a lock that its process could not remove does not stop that process`() throws {
        let service = try Service()
        let store = service.store()
        let identifier = try store.startedWriter().identifier
        service.standIn.values["a.zarr/.zarrwlr-locks/pond/lock-\(identifier).0"] = [1]
        var isDone = false
        try store.withLock(on: "pond") { () throws(StoreError) in isDone = true }
        #expect(isDone)
        #expect(service.keys.filter { $0.hasPrefix(".zarrwlr-locks/") } == [])
    }

    @Test(arguments: [1, 2_000])
    func `a node whose place others have taken leaves their document there`(nameLength: Int) throws {
        let service = try Service()
        let store = service.store()
        let node = try #require(try stage(10, in: store) as? S3StagedNode)
        #expect(try node.appear(at: "pond/0"))
        let name = String(repeating: "x", count: nameLength)
        let other = Array(#"{"node_type":"group","zarr_format":3,"attributes":{"\#(name)":1}}"#.utf8)
        service.standIn.values["a.zarr/.zarrwlr-claims/pond/0/claim"] = nil
        service.standIn.values["a.zarr/pond/0/zarr.json"] = other
        let error = #expect(throws: StoreError.self) { try store.syncNames(in: "pond") }
        #expect("\(error as Any)".contains("was removed by somebody"))
        #expect(service.standIn.values["a.zarr/pond/0/zarr.json"] == other)
    }

    @Test func `a store that others write is not removed, and who writes one that was removed is told`() throws {
        let service = try Service()
        let store = try S3Store.create(service.bucket, prefix: "c.zarr", client: HTTPClient())
        #expect(try ZarrGroup.create(in: store, path: "x", attributes: [String: String]()))
        let other = "c.zarr/.zarrwlr-writers/1-other"
        service.standIn.values[other] = Array(StagingOwner(process: 1).text.utf8)
        try S3Store.removeBare(service.bucket, prefix: "c.zarr", client: HTTPClient())
        #expect(service.standIn.values.keys.contains("c.zarr/zarr.json"))
        service.standIn.values[other] = nil
        try S3Store.removeBare(service.bucket, prefix: "c.zarr", client: HTTPClient())
        #expect(!service.standIn.values.keys.contains("c.zarr/zarr.json"))
        let late = S3Store(service.bucket, prefix: "c.zarr", client: HTTPClient())
        let error = #expect(throws: StoreError.self) { _ = try late.stageNode(numberedIn: "", from: nil) }
        #expect("\(error as Any)".contains("there is no store any more"))
    }

    @Test func `a prefix that has only itself as an object is empty`() throws {
        let service = try Service()
        service.standIn.values["new.zarr/"] = []
        let store = try S3Store.create(service.bucket, prefix: "new.zarr", client: HTTPClient())
        #expect(try store.contains("zarr.json"))
        service.standIn.values["other/"] = []
        service.standIn.values["other/notes"] = [1]
        let error = #expect(throws: StoreError.self) {
            _ = try S3Store.create(service.bucket, prefix: "other", client: HTTPClient())
        }
        #expect("\(error as Any)".contains("there is notes and no Zarr v3 store"))
    }

    @Test func `a recording that was published just before its process ended stays`() throws {
        let service = try Service()
        try leave(service, owner: Self.deadProcess, age: 0, .honoured)
        service.standIn.values["a.zarr/pond/3/zarr.json"] = [1]
        #expect(try service.store().removeLeftovers() == [])
        #expect(
            service.keys.filter { $0.hasPrefix(".") || $0.hasPrefix("pond/3/") } == [
                "pond/3/blob/zarr.json", "pond/3/zarr.json",
            ])
    }

    @Test(arguments: S3StandIn.Conditions.allCases)
    func `a process that was taken for dead publishes nothing`(conditions: S3StandIn.Conditions) throws {
        let service = try Service(conditions)
        let store = service.store()
        let node = try stage(10, in: store)
        let writers = service.standIn.values.keys.filter { $0.contains("-writers/") }
        for key in writers {
            service.standIn.values[key] = Array("elsewhere boot 1 1".utf8)
            service.standIn.values.age(key, seconds: 301)
        }
        #expect(try service.store().removeLeftovers() == ["pond/0"])
        #expect(throws: StoreError.self) { try node.publish(numberedIn: "pond") }
        #expect(try numbers(of: "pond/0", in: service.store()) == nil)
        #expect(!service.keys.contains("pond/0/zarr.json"))
    }

    @Test func `a lock of a process that has ended is taken, and one of a living process is waited for`() throws {
        let service = try Service()
        let values = service.standIn.values
        values["a.zarr/.zarrwlr-writers/1-dead"] = Array(Self.deadProcess.utf8)
        values["a.zarr/.zarrwlr-locks/pond/lock-1-dead.1"] = [1]
        #expect(try service.store().withLock(on: "pond") { () throws(StoreError) in 1 } == 1)
        values["a.zarr/.zarrwlr-writers/2-alive"] = Array("elsewhere boot 1 1".utf8)
        values["a.zarr/.zarrwlr-locks/pond/lock-2-alive.1"] = [1]
        let store = service.store()
        let isDone = Atomic<Bool>(false)
        let thread = try WorkerThread(name: "lock") {
            try? store.withLock(on: "pond") { () throws(StoreError) in isDone.store(true, ordering: .relaxed) }
        }
        #expect(eventually { service.server.requests.filter { $0.target.contains("lock-") }.count > 8 })
        let isTooEarly = isDone.load(ordering: .relaxed)
        #expect(!isTooEarly)
        values["a.zarr/.zarrwlr-locks/pond/lock-2-alive.1"] = nil
        thread.join()
        let isOver = isDone.load(ordering: .relaxed)
        #expect(isOver)
    }

    @Test func `one request in ten that fails changes nothing of what is written`() throws {
        let random = Mutex(RepeatableRandom(seed: 7))
        let service = try Service { request in
            random.withLock { random in
                switch Int.random(in: 0..<30, using: &random) {
                case 0: .init(503)
                case 1: .missing
                case 2: .init(500)
                default: nil
                }
            }
        }
        let store = service.store()
        for count in 90..<100 { _ = try stage(count, in: store).publish(numberedIn: "pond") }
        let found = try service.store().children(of: "pond").compactMap { name in
            try numbers(of: "pond/\(name)", in: service.store())?.count
        }
        #expect(found.sorted() == Array(90..<100))
    }

    @Test func `an answer that is lost does not make a number somebody else's`() throws {
        let isFirst = Mutex(true)
        let standIn = Mutex<S3StandIn?>(nil)
        let service = try Service { request in
            guard request.method == "PUT", request.path.contains("-claims/"),
                isFirst.withLock({ isFirst in
                    defer { isFirst = false }
                    return isFirst
                })
            else { return nil }
            _ = standIn.withLock { $0 }?.answer(request)
            return .missing
        }
        standIn.withLock { $0 = service.standIn }
        #expect(try stage(1, in: service.store()).publish(numberedIn: "pond") == 0)
        #expect(service.keys.filter { $0.contains("claims") } == [])
    }

    @Test func `a node is removed with its document first, and what is left of it is found`() throws {
        let isBroken = Mutex(false)
        let service = try Service { request in
            let isRest = request.method == "POST" && request.query["delete"] != nil
            return isRest && isBroken.withLock { $0 } ? .init(403) : nil
        }
        _ = try stage(100, in: service.store()).publish(numberedIn: "pond")
        isBroken.withLock { $0 = true }
        try service.store().removeNode("pond/0")
        #expect(!service.keys.contains("pond/0/zarr.json"))
        isBroken.withLock { $0 = false }
        // Its writer has ended.
        #expect(try service.store().leftovers() == ["pond/0"])
        #expect(try service.store().removeLeftovers() == ["pond/0"])
        #expect(service.keys == [])
    }

    @Test func `a store is made in an empty prefix only, and removed if it has nothing but groups`() throws {
        let service = try Service()
        #expect(throws: StoreError.self) {
            service.standIn.values["b.zarr/x"] = [1]
            _ = try S3Store.create(service.bucket, prefix: "b.zarr", client: HTTPClient())
        }
        let store = try S3Store.create(service.bucket, prefix: "c.zarr", client: HTTPClient())
        #expect(try ZarrGroup.create(in: store, path: "x/y", attributes: [String: String]()))
        #expect(service.standIn.values.keys.contains("c.zarr/x/y/zarr.json"))
        try S3Store.removeBare(service.bucket, prefix: "c.zarr", client: HTTPClient())
        #expect(!service.standIn.values.keys.contains { $0.hasPrefix("c.zarr/") && !$0.contains("-writers") })
        _ = try stage(1, in: service.store()).publish(numberedIn: "pond")
        try S3Store.removeBare(service.bucket, prefix: "a.zarr", client: HTTPClient())
        #expect(try numbers(of: "pond/0", in: service.store()) == [0])
    }
}
