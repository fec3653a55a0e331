import Recordings
import Support

extension Volume {
    /// Counts a request of `kind`. Reads are counted by the volume itself.
    public func count(_ kind: RequestKind) {
        requests.add(kind)
    }

    /// All metrics of the mount, with their present values.
    var metrics: [Metric] {
        let cache = sources.cache.statistics
        return mountMetrics + confinementMetrics + requestMetrics + Self.metrics(of: cache) + decodeMetrics
            + Self.metrics(of: cache.ahead)
    }

    private var mountMetrics: [Metric] {
        let recordings = counts
        return [
            Metric(
                "mount_info", "The mounted store, and the version of the program",
                .info([("store", sources.store), ("version", sources.version)])),
            Metric(
                "uptime_seconds", "Seconds since the mount began", .gauge((ContinuousClock.now - began) / .seconds(1))),
            Metric(
                "recordings",
                "Recordings by whether they are learned, not looked at yet (waiting), or cannot be served",
                .gauge([
                    Metric.Sample(label: ("state", "learned"), value: Double(recordings.learned)),
                    Metric.Sample(label: ("state", "waiting"), value: Double(recordings.waiting)),
                    Metric.Sample(label: ("state", "problem"), value: Double(recordings.problems)),
                ])),
            Metric("open_files", "Files that somebody has open", .gauge(Double(openFiles.count))),
            Metric(
                "resident_memory_bytes", "Bytes of the whole program in main memory",
                .gauge(Double(ProcessMemory.residentByteCount ?? 0))),
        ]
    }

    /// Nothing if the program is none that confines itself.
    private var confinementMetrics: [Metric] {
        guard !sources.confinement.isEmpty else { return [] }
        let samples = sources.confinement.map { measure, level in
            Metric.Sample(label: ("measure", measure), value: Double(level))
        }
        var metrics = [
            Metric(
                "confinement",
                "Measures that confine the program: 0 if one is not in force, else 1, or the version of Landlock",
                .gauge(samples))
        ]
        if !sources.reachable.isEmpty {
            metrics.append(
                Metric(
                    "reachable_info", "What the confined program may read, change and connect to",
                    .info(sources.reachable.map { ($0.right, $0.what) })))
        }
        return metrics
    }

    private var requestMetrics: [Metric] {
        [
            Metric(
                "requests_total",
                "Requests of the kernel: read is of recordings, report of what the mount tells of itself, write is refused",
                .counter(RequestKind.allCases, label: "kind") { requests[$0] }),
            Metric("read_bytes_total", "Bytes of recordings given to the kernel", .counter(requests.readBytes.value)),
            Metric("read_errors_total", "Reads of recordings that failed", .counter(requests.readErrors.value)),
            Metric(
                "read_seconds", "How long reads of recordings took, from request to reply",
                .histogram(requests.readSeconds.snapshot)),
        ]
    }

    private static func metrics(of cache: BlockCacheStatistics) -> [Metric] {
        let kinds = BlockKind.allCases
        var kept = kinds.map { Metric.Sample(label: ("kind", "\($0)"), value: Double(cache[$0].byteCount)) }
        kept.append(Metric.Sample(label: ("kind", "reserved"), value: Double(cache.reservedByteCount)))
        return [
            Metric("cache_budget_bytes", "Bytes that may be kept in memory", .gauge(Double(cache.budget))),
            Metric(
                "cache_bytes",
                "Bytes kept in memory: decoded samples, decoder states, Zarr chunks, indexes, and what is kept for good",
                .gauge(kept)),
            Metric(
                "cache_hits_total", "Blocks that were in memory when a reader needed them",
                .counter(kinds, label: "kind") { cache[$0].hits }),
            Metric(
                "cache_misses_total", "Blocks that were not, and had to be decoded",
                .counter(kinds, label: "kind") { cache[$0].misses }),
            Metric(
                "cache_hit_ratio", "Share of hits in both, 0 where there are none",
                .gauge(
                    kinds.map { kind in
                        let share = share(cache[kind].hits, besides: cache[kind].misses)
                        return Metric.Sample(label: ("kind", "\(kind)"), value: share)
                    })),
            Metric(
                "cache_evictions_total", "Blocks that were dropped to make room",
                .counter(kinds, label: "kind") { cache[$0].evictions }),
        ]
    }

    private var decodeMetrics: [Metric] {
        let codecs = sources.decoding.all
        func counted(_ value: (DecodeCounter) -> UInt64) -> Metric.Values {
            .counter(codecs, label: "codec", name: \.codec.rawValue) { value($0.counter) }
        }
        return [
            Metric("decoded_units_total", "Decode units that were decoded", counted { $0.units.value }),
            Metric("decoded_samples_total", "Samples of those units", counted { $0.samples.value }),
            Metric(
                "preroll_samples_total",
                "Samples decoded for nothing but the state of a decoder, or to prove from where Opus can be decoded",
                counted { $0.preRollSamples.value }),
            Metric(
                "preroll_ratio", "Share of those in all that was decoded, 0 where nothing was",
                .gauge(
                    codecs.map { codec, counter in
                        let share = Self.share(counter.preRollSamples.value, besides: counter.samples.value)
                        return Metric.Sample(label: ("codec", codec.rawValue), value: share)
                    })),
        ]
    }

    private static func metrics(of ahead: BlockCacheStatistics.Ahead) -> [Metric] {
        [
            Metric("prefetch_blocks_total", "Blocks decoded ahead of readers", .counter(ahead.made.blocks)),
            Metric(
                "prefetch_used_blocks_total", "Those of them that a reader then needed", .counter(ahead.used.blocks)),
            Metric(
                "prefetch_wasted_blocks_total", "Those of them that were dropped before any did",
                .counter(ahead.wasted.blocks)),
            Metric("prefetch_bytes_total", "Bytes decoded ahead of readers", .counter(ahead.made.bytes)),
            Metric("prefetch_used_bytes_total", "Those of them that a reader then needed", .counter(ahead.used.bytes)),
            Metric(
                "prefetch_wasted_bytes_total", "Those of them that were dropped before any did",
                .counter(ahead.wasted.bytes)),
        ]
    }

    private static func share(_ part: UInt64, besides rest: UInt64) -> Double {
        part == 0 ? 0 : Double(part) / (Double(part) + Double(rest))
    }
}
