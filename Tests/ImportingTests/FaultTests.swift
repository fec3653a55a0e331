import Foundation
import Glibc
import Support
import Synchronization
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

/// Stores in which one request after the other goes wrong, for each codec: no byte is ever wrong, and when the store has healed, all is
/// right again.
struct FaultTests {
    private static let faults: [FaultyStore.Fault] = [
        .error(EIO), .error(EACCES), .error(EMFILE), .error(ESTALE), .missing, .cut, .changed, .stall,
    ]

    /// A recording, and what is in it.
    private struct Fixture {
        let files: ImportFixture
        let store: FaultyStore
        let path: String
        let good: Reading

        init(_ source: RotTests.Source) throws {
            files = try ImportFixture()
            path = try source.recording(in: files, byteCount: 12_000).path
            let directory = files.folder.appending(path: "store.zarr")
            store = FaultyStore(try DirectoryStore(path: directory.path))
            good = try Reading(path, in: store)
            try #require(good.header != nil && good.errorCount == 0 && !good.pieces.isEmpty)
        }

        /// Whether each part of `reading` is what it should be, or missing. If what the store has of the source around the samples seems not
        /// to be there, or to be no array, it is another file, and that is as promised.
        func isWrong(_ reading: Reading, _ fault: FaultyStore.Fault) -> Bool {
            var reading = reading
            if fault == .missing, store.hitKey?.contains("/source_head") == true { reading.header = nil }
            return !reading.isRightOrMissing(good)
        }

        /// Calls `body` for the first request, the second and so on, until it returns that no request went wrong.
        func forEachRequest(_ body: (_ number: Int) throws -> Bool) throws {
            var number = 1
            while try body(number) {
                store.heal()
                number += 1
            }
            store.heal()
        }

        /// Calls `body` with `fault` at the request `number`, and returns whether there was such a request.
        func failing<T>(
            _ number: Int, _ fault: FaultyStore.Fault, _ body: () throws -> T
        ) rethrows -> (result: T, isHit: Bool, isHeader: Bool) {
            store.fail(call: number, with: fault)
            let result = try body()
            let key = store.hitKey
            store.heal()
            return (result, key != nil, [.missing, .cut].contains(fault) && key?.contains("/source_") == true)
        }

        /// Whether each part of `reading` is what it should be, or missing. If what the store has of the source around the samples seems not
        /// to be there, or to be no array, it is another file, and that is as promised.
        func isRight(_ reading: Reading, exceptHeader: Bool) -> Bool {
            var reading = reading
            if exceptHeader { reading.header = nil }
            return reading.isRightOrMissing(good)
        }

        func isWhole(_ reading: Reading) -> Bool { reading.header == good.header && reading.pieces == good.pieces }
    }

    @Test(arguments: RotTests.Source.all, faults)
    func `a recording is read right or not at all, whichever request goes wrong, and right when the store has healed`(
        _ source: RotTests.Source, _ fault: FaultyStore.Fault
    ) throws {
        let fixture = try Fixture(source)
        try fixture.forEachRequest { number in
            let (reading, isHit, isHeader) = try fixture.failing(number, fault) {
                try Reading(fixture.path, in: fixture.store)
            }
            let isRight = fixture.isRight(reading, exceptHeader: isHeader)
            #expect(isRight, "request \(number)")
            if fault == .stall { #expect(fixture.isWhole(reading)) }
            return isHit
        }
        let isWhole = try fixture.isWhole(Reading(fixture.path, in: fixture.store))
        #expect(isWhole)
    }

    @Test(arguments: RotTests.Source.all, faults)
    func `an open recording is right again when the store has healed, whichever request went wrong`(
        _ source: RotTests.Source, _ fault: FaultyStore.Fault
    ) throws {
        let fixture = try Fixture(source)
        try fixture.forEachRequest { number in
            let recording = try Recording(
                store: fixture.store, path: fixture.path, cache: BlockCache(budget: 16 << 20), log: .silent)
            let (reading, isHit, isHeader) = fixture.failing(number, fault) { Reading(recording) }
            let isRight = fixture.isRight(reading, exceptHeader: isHeader)
            #expect(isRight, "request \(number)")
            var healed = Reading(recording)
            if fault == .cut, !fixture.isWhole(healed) {
                // A chunk that could not be decoded is tried again after a second.
                usleep(1_100_000)
                healed = Reading(recording)
            }
            let isWhole = fixture.isWhole(healed)
            #expect(isWhole, "request \(number), afterwards")
            return isHit
        }
    }

    @Test(arguments: RotTests.Source.all, faults)
    func `what is listed is right or missing, whichever request goes wrong, and is all there afterwards`(
        _ source: RotTests.Source, _ fault: FaultyStore.Fault
    ) throws {
        let fixture = try Fixture(source)
        let good = try listed(fixture.store)
        try #require(good.count == 1)
        try fixture.forEachRequest { number in
            let (found, isHit, isHeader) = fixture.failing(number, fault) { (try? listed(fixture.store)) ?? [] }
            #expect(found.isEmpty || found == good || isHeader, "request \(number)")
            return isHit
        }
        #expect(try listed(fixture.store) == good)
    }

    @Test(arguments: RotTests.Source.all, [FaultyStore.Fault.error(EIO), .error(EACCES), .missing, .cut, .changed])
    func `a check never calls a request that goes wrong a fault of the store, and finds nothing afterwards`(
        _ source: RotTests.Source, _ fault: FaultyStore.Fault
    ) throws {
        let fixture = try Fixture(source)
        try fixture.forEachRequest { number in
            let (findings, isHit, _) = fixture.failing(number, fault) { (try? check(fixture.store)) ?? [] }
            // What is missing or cut may be damage.
            if ![.missing, .cut].contains(fault) {
                let faults = findings.filter { $0.kind == .fault }.map(\.description)
                #expect(faults == [], "request \(number)")
            }
            return isHit
        }
        #expect(try check(fixture.store).isEmpty)
    }

    private func check(_ store: any Store) throws -> [Finding] {
        var options = StoreCheck.Options()
        options.isDeep = true
        options.threads = 1
        let check = try StoreCheck(store, root: "", options: options, cache: BlockCache(budget: 16 << 20))
        let findings = Mutex<[Finding]>([])
        _ = check.run { _ in
        } report: { finding in
            findings.withLock { $0.append(finding) }
        }
        return findings.withLock { $0 }
    }

    /// The recordings that a catalogue of `store` shows, with their numbers of samples and bytes.
    private func listed(_ store: any Store) throws -> [String] {
        let catalogue = try Catalogue(store: store, cache: BlockCache(budget: 1 << 20), log: .silent)
        catalogue.learn()
        var found: [String] = []
        catalogue.forEachMember { contents, member in
            guard case .recording(let number) = member, let facts = try? contents.recording(number).facts else {
                return
            }
            let size = facts.waveExtent?.fileSize ?? 0
            found.append("\(facts.path) \(facts.sourceName) \(facts.format) \(facts.sampleCount) \(size)")
        }
        return found
    }
}
