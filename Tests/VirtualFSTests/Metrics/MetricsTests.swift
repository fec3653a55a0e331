import Foundation
import Glibc
import Recordings
import Support
import SyntheticRecordings
import TestSupport
import Testing

@testable import VirtualFS

struct MetricsTests {
    private let names = [".zarrwlr/metrics", ".zarrwlr/status.json"]

    /// What the live text at `path` says from its beginning to its end, `size` bytes at a time.
    private func text(_ volume: Volume, _ path: String, size: UInt64 = 1_000) throws -> String {
        let handle = try volume.open(volume.attributes(at: path).inode)
        defer { #expect(throws: Never.self) { try volume.release(handle) } }
        return try text(volume, handle, size: size)
    }

    private func text(_ volume: Volume, _ handle: UInt64, size: UInt64 = 1_000) throws -> String {
        var bytes: [UInt8] = []
        while case let piece = try volume.read(handle, offset: UInt64(bytes.count), size: size), !piece.isEmpty {
            bytes += piece.flatMap { Array($0.bytes) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func prometheus(_ volume: Volume) throws -> PrometheusDocument {
        try PrometheusDocument(text(volume, ".zarrwlr/metrics"))
    }

    private func json(_ volume: Volume) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(text(volume, ".zarrwlr/status.json").utf8))
        return try #require(object as? [String: Any])
    }

    /// A volume with something to tell of everything.
    private func usedVolume() throws -> Volume {
        var sources = MetricSources()
        sources.cache = BlockCache(budget: 50_000)
        sources.store = "/data/say \"hi\"\\\r\n.zarr"
        sources.version = "1.2.3"
        sources.confinement = [("landlock", 7), ("seccomp", 1)]
        for kind in BlockKind.allCases {
            let owner = sources.cache.makeOwner(of: kind)
            for number in 0..<UInt64(kind.rawValue + 1) * 20 {
                let key = BlockKey(owner: owner, number: number)
                _ = sources.cache.block(key, isAhead: number % 2 == 0) { Block(count: 1_000) { _ in } }
                _ = sources.cache.block(key) { Block(count: 1_000) { _ in } }
            }
        }
        sources.decoding[.aac].units.add(3)
        sources.decoding[.aac].samples.add(3_000)
        sources.decoding[.aac].preRollSamples.add(1_000)
        let samples = SyntheticSamples(seed: 1, unreadable: 5_000..<5_001)
        let volume = Volume(
            Catalogue(
                recordings: [
                    .synthetic("0", source: "a", sampleCount: 10_000, samples: samples), .synthetic("1", source: "b"),
                    .synthetic("3", source: "too long", sampleCount: .max),
                ], problems: [RecordingError("is not served", recording: "2")]), sources: sources, log: .silent)
        let handle = try volume.open(volume.attributes(at: "a.wav").inode)
        for (offset, size) in [(0, 100), (1_000, 2_000)] as [(UInt64, UInt64)] {
            try volume.answerRead(handle, offset: offset, size: size) { _ in }
        }
        #expect(errno { try volume.answerRead(handle, offset: 5_000, size: 100) { _ in } } == EIO)
        for (number, kind) in RequestKind.allCases.enumerated() where kind != .read {
            for _ in 0..<number { volume.count(kind) }
        }
        return volume
    }

    @Test func `metrics have the form that Prometheus reads`() throws {
        let document = try prometheus(usedVolume())
        #expect(document.families.count >= 25)
        #expect(document.families.allSatisfy { $0.name.hasPrefix("zarrwlr_") })
        let facts = ["store": "/data/say \"hi\"\\\r\n.zarr", "version": "1.2.3"]
        #expect(document["zarrwlr_mount_info", facts] == 1)
        #expect(document["zarrwlr_confinement", ["measure": "landlock"]] == 7)
    }

    @Test func `metrics and status.json have the same numbers`() throws {
        let volume = try usedVolume()
        let document = try prometheus(volume)
        let object = try json(volume)
        #expect(Set(document.families.map(\.name)) == Set(object.keys.map { "zarrwlr_\($0)" }))
        let changing = ["zarrwlr_uptime_seconds", "zarrwlr_resident_memory_bytes"]
        for family in document.families where !changing.contains(family.name) {
            let value = try #require(object[String(family.name.dropFirst("zarrwlr_".count))])
            for sample in family.samples {
                let said = [String(sample.name.dropFirst(family.name.count))] + sample.labels.keys
                switch (said, value) {
                case (["", "version", "store"], let facts as [String: String]),
                    (
                        ["", "store", "version"], let facts as [String: String]
                    ):
                    #expect(facts["version"] == sample.labels["version"])
                case (["_sum"], let histogram as [String: Any]):
                    #expect(histogram["sum"] as? Double == sample.value)
                case (["_count"], let histogram as [String: Any]):
                    #expect(histogram["count"] as? Double == sample.value)
                case (["_bucket", "le"], let histogram as [String: Any]):
                    let bound = try #require(sample.labels["le"].flatMap { Double($0) })
                    let buckets = try #require(histogram["buckets"] as? [[String: Double]])
                    let bucket = bound.isInfinite ? nil : buckets.first { $0["le"] == bound }
                    #expect(bound.isInfinite || bucket?["count"] == sample.value)
                case ([""], let number as Double):
                    #expect(number == sample.value)
                case (_, let members as [String: Double]):
                    #expect(members[try #require(sample.labels.values.first)] == sample.value, "\(sample)")
                default:
                    Issue.record("\(sample) is not in \(value)")
                }
            }
        }
    }

    @Test func `metrics count reads, their failures, their bytes and their durations`() throws {
        let volume = try usedVolume()
        let document = try prometheus(volume)
        #expect(document["zarrwlr_requests_total", ["kind": "read"]] == 3)
        #expect(document["zarrwlr_read_bytes_total", [:]] == 2_100)
        #expect(document["zarrwlr_read_errors_total", [:]] == 1)
        #expect(document["zarrwlr_read_seconds_count", [:]] == 3)
        #expect(document["zarrwlr_open_files", [:]] == 1)
        #expect(document["zarrwlr_recordings", ["state": "learned"]] == 2)
        #expect(document["zarrwlr_recordings", ["state": "waiting"]] == 0)
        #expect(document["zarrwlr_recordings", ["state": "problem"]] == 2)
        for (number, kind) in RequestKind.allCases.enumerated() where kind != .read {
            #expect(document["zarrwlr_requests_total", ["kind": "\(kind)"]] == Double(number))
        }
        #expect(try #require(document["zarrwlr_resident_memory_bytes", [:]]) > 1_000_000)
        #expect(try #require(document["zarrwlr_uptime_seconds", [:]]) > 0)
    }

    @Test func `metrics report what is cached, how often that helped, and what was decoded`() throws {
        let volume = try usedVolume()
        let document = try prometheus(volume)
        let kinds = ["samples", "states", "chunks", "indexes", "pictures", "reserved"]
        let kept = try kinds.map { try #require(document["zarrwlr_cache_bytes", ["kind": $0]]) }
        #expect(kept.reduce(0, +) == Double(volume.sources.cache.byteCount))
        #expect(document["zarrwlr_cache_budget_bytes", [:]] == 50_000)
        #expect(document["zarrwlr_cache_hits_total", ["kind": "samples"]] == 20)
        #expect(document["zarrwlr_cache_misses_total", ["kind": "samples"]] == 10)
        #expect(document["zarrwlr_cache_hit_ratio", ["kind": "samples"]] == 20 / 30.0)
        #expect(document["zarrwlr_prefetch_blocks_total", [:]] == 150)
        #expect(document["zarrwlr_prefetch_used_bytes_total", [:]] == 150_000)
        #expect(document["zarrwlr_prefetch_wasted_blocks_total", [:]] == 0)
        #expect(document["zarrwlr_decoded_units_total", ["codec": "aac"]] == 3)
        #expect(document["zarrwlr_preroll_ratio", ["codec": "aac"]] == 0.25)
        #expect(document["zarrwlr_preroll_ratio", ["codec": "flac"]] == 0)
    }

    @Test func `an open metrics file keeps the numbers of the time at which it was opened`() throws {
        let volume = try usedVolume()
        let table = try volume.open(volume.attributes(at: ".zarrwlr/metrics").inode)
        let first = try text(volume, table)
        let status = try volume.open(volume.attributes(at: ".zarrwlr/status.json").inode)
        let firstStatus = try text(volume, status)
        let lookups = volume.requests[.lookup]
        volume.count(.lookup)
        #expect(try text(volume, table, size: 7) == first)
        #expect(try text(volume, status, size: 7) == firstStatus)
        #expect(
            try PrometheusDocument(first)["zarrwlr_requests_total", ["kind": "lookup"]] == Double(lookups))
        #expect(try prometheus(volume)["zarrwlr_requests_total", ["kind": "lookup"]] == Double(lookups + 1))
        let requests = try #require(json(volume)["requests_total"] as? [String: Any])
        #expect(requests["lookup"] as? UInt64 == lookups + 1)
        for handle in [table, status] { try volume.release(handle) }
    }

    @Test func `metrics files keep their size, whatever their numbers are, and the kernel may not keep them`() throws {
        let volume = try usedVolume()
        for name in names {
            let before = try volume.attributes(at: name)
            #expect(try volume.caching(of: before.inode) == .live)
            for _ in 0..<1_000 { volume.count(.lookup) }
            let attributes = try volume.attributes(at: name)
            #expect(attributes.size == before.size)
            let handle = try volume.open(attributes.inode)
            #expect(try text(volume, handle).utf8.count == Int(attributes.size))
            try volume.release(handle)
        }
        for name in [".zarrwlr", "a.wav"] {
            #expect(try volume.caching(of: volume.attributes(at: name).inode) == .lasting)
        }
    }

    @Test func `the kernel keeps the reports about recordings unless there is a problem, which may pass`() throws {
        for (volume, caching) in [(try usedVolume(), NodeCaching.changing), (Volume([]), .lasting)] {
            for name in [".zarrwlr/recordings.csv", ".zarrwlr/problems.txt"] {
                #expect(try volume.caching(of: volume.attributes(at: name).inode) == caching)
            }
        }
    }

    @Test(arguments: [
        0, 1, -1, 1.5, 1e300, -1e-300, -1.7976931348623157e308, Double(UInt64.max), -2.2250738585072014e-308, 1.0 / 3,
    ])
    func `no number makes a text longer than it is announced`(number: Double) throws {
        func metrics(_ number: Double, count: UInt64) -> [Metric] {
            let buckets = [(bound: 0.1, count: count), (bound: 2.0, count: count)]
            return [
                Metric("one", "help", .gauge(number)),
                Metric("more", "help", .counter([Metric.Sample(label: ("kind", "x"), value: number)])),
                Metric(
                    "times", "help",
                    .histogram(LatencyHistogram.Snapshot(buckets: buckets, count: count, sum: number))),
                Metric("facts", "help", .info([("store", "a\"b")])),
            ]
        }
        for text in [PrometheusText.self, StatusDocument.self] as [any LiveText.Type] {
            let byteCount = text.byteCount(of: metrics(0, count: 0))
            for count in [0, 12, UInt64.max] {
                #expect(text.text(of: metrics(number, count: count), byteCount: byteCount).utf8.count == byteCount)
            }
        }
    }

    @Test func `reading the metrics does not count as reading a recording`() throws {
        let volume = Volume([])
        let handle = try volume.open(volume.attributes(at: ".zarrwlr/status.json").inode)
        try volume.answerRead(handle, offset: 0, size: 4_096) { _ in }
        try volume.release(handle)
        let document = try prometheus(volume)
        #expect(document["zarrwlr_requests_total", ["kind": "read"]] == 0)
        #expect(document["zarrwlr_requests_total", ["kind": "report"]] == 1)
        #expect(document["zarrwlr_read_seconds_count", [:]] == 0)
    }
}
