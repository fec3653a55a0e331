public import Support
import Synchronization
public import Zarr

/// A check of all recordings of a store, or of a part of it.
public struct StoreCheck: Sendable {
    /// What is to be done.
    public struct Options: Sendable {
        /// Whether everything is decoded and held against its sums.
        public var isDeep = false
        /// Whether what can be put right is put right. Audio is never touched.
        public var isRepairing = false
        /// Recordings that are looked at at a time.
        public var threads = Parallel.processorCount

        /// A check that reads everything and changes nothing.
        public init() {}
    }

    /// How far a check has come.
    public struct Progress: Sendable {
        /// Recordings done, of how many.
        public let recordings: Int, recordingCount: Int
        /// Bytes of audio gone through, of how many, as far as the store says.
        public let byteCount: UInt64, totalByteCount: UInt64
    }

    /// What came of a check.
    public struct Summary: Sendable {
        /// How many recordings there are.
        public internal(set) var recordings = 0
        /// Bytes of audio gone through.
        public internal(set) var byteCount: UInt64 = 0
        /// Findings by their kind; what was repaired counts as none of them.
        public internal(set) var faults = 0, unchecked = 0, notes = 0
        /// Findings that were put right, and that could be.
        public internal(set) var repaired = 0, repairable = 0
    }

    private let store: any Store
    /// The same store, if it can be written to.
    private var writableStore: (any WritableStore)? { store as? any WritableStore }
    private let recordings: [String]
    private let problems: [RecordingError]
    private let cache: BlockCache
    private let options: Options

    /// A check of what lies at and below the group `root` of `store`. Throws where that is no group or cannot be listed.
    public init(_ store: any Store, root: String, options: Options, cache: BlockCache) throws(ZarrError) {
        let scan = try StoreScan(
            root: root, opener: RecordingOpener(store: store, cache: cache, file: nil, log: .silent))
        self.store = store
        self.cache = cache
        self.options = options
        recordings = scan.found.map(\.path)
        problems = scan.problems
    }

    /// Checks everything, and repairs if that was asked for. What is found is told to `report`, from any thread but one finding at
    /// a time, in the order of the recordings.
    public func run(
        progress: @escaping @Sendable (Progress) -> Void, report: @escaping @Sendable (Finding) -> Void
    ) -> Summary {
        let results = Mutex(Results(recordingCount: recordings.count, report: report))
        results.withLock { $0.tell(problems.map { Finding($0) } + leftovers()) }
        let done = Atomic<Int>(0)
        let byteCount = Atomic<UInt64>(0)
        let totalByteCount = announcedByteCount
        let tellProgress: @Sendable () -> Void = {
            progress(
                Progress(
                    recordings: done.load(ordering: .relaxed), recordingCount: recordings.count,
                    byteCount: byteCount.load(ordering: .relaxed), totalByteCount: totalByteCount))
        }
        Parallel.forEach(count: recordings.count, threads: options.threads) { index in
            let findings = findings(recordings[index]) { bytes in
                byteCount.add(bytes, ordering: .relaxed)
                tellProgress()
            }
            results.withLock { $0.add(findings, of: index) }
            done.add(1, ordering: .relaxed)
            tellProgress()
        }
        var summary = results.withLock { $0.summary }
        summary.byteCount = byteCount.load(ordering: .relaxed)
        return summary
    }

    /// Bytes of audio that all recordings have by what the store says of their arrays.
    private var announcedByteCount: UInt64 {
        let sum = Mutex<UInt64>(0)
        Parallel.forEach(count: recordings.count, threads: options.threads) { index in
            let path = recordings[index]
            let blob = try? ZarrArray.open(store, path: "\(path)/\(HierarchyNames.blob)", cache: cache)
            guard let array = blob ?? (try? ZarrArray.open(store, path: path, cache: cache)) else { return }
            sum.withLock { $0 = $0.adding(array.byteCount) ?? .max }
        }
        return sum.withLock { $0 }
    }

    /// What is to be said of the recording at `path`, after what can be put right was. Bytes gone through are told to `progress`.
    private func findings(_ path: String, progress: @escaping @Sendable (UInt64) -> Void) -> [Finding] {
        do throws(RecordingError) {
            let node = try RecordingNode(store: store, path: path, cache: cache)
            var check = RecordingCheck(
                store: store, node: node, cache: cache, isDeep: options.isDeep, progress: progress)
            check.run()
            return repaired(check)
        } catch {
            return [Finding(error)]
        }
    }

    // MARK: - Repairing

    /// The findings of `check`, after what can be put right was.
    private func repaired(_ check: RecordingCheck) -> [Finding] {
        var findings = check.findings
        guard options.isRepairing else { return findings }
        for (indices, repair) in check.repairs {
            do {
                guard let store = writableStore else {
                    throw StoreError(.denied, "the store can only be read", key: "")
                }
                try repair.apply(to: store, path: check.node.path, cache: cache)
                for index in indices { findings[index].repair = .done }
            } catch {
                findings.append(Finding(.unchecked, "cannot be repaired: \(error)", recording: check.node.path))
            }
        }
        return findings
    }

    /// What imports that were interrupted have left behind.
    private func leftovers() -> [Finding] {
        guard let store = writableStore else { return [] }
        do throws(StoreError) {
            let names = try options.isRepairing ? store.removeLeftovers() : store.leftovers()
            return names.map { name in
                Finding(
                    .note, "\(name) was left behind by something that was interrupted; no reader sees it",
                    recording: "",
                    repair: options.isRepairing ? .done : .possible)
            }
        } catch {
            return [Finding(.unchecked, "what was left behind cannot be listed: \(error)", recording: "")]
        }
    }
}

/// What has been found, told in the order of the recordings.
private struct Results {
    private(set) var summary: StoreCheck.Summary
    private let report: @Sendable (Finding) -> Void
    /// Findings of recordings whose turn has not come.
    private var waiting: [Int: [Finding]] = [:]
    private var next = 0

    init(recordingCount: Int, report: @escaping @Sendable (Finding) -> Void) {
        summary = StoreCheck.Summary(recordings: recordingCount)
        self.report = report
    }

    /// Takes the findings of the recording at `index`.
    mutating func add(_ findings: [Finding], of index: Int) {
        waiting[index] = findings
        while let findings = waiting.removeValue(forKey: next) {
            tell(findings)
            next += 1
        }
    }

    mutating func tell(_ findings: [Finding]) {
        for finding in findings {
            summary.count(finding)
            report(finding)
        }
    }
}

extension StoreCheck.Summary {
    fileprivate mutating func count(_ finding: Finding) {
        switch finding.repair {
        case .done:
            repaired += 1
            return
        case .possible: repairable += 1
        case .impossible: break
        }
        switch finding.kind {
        case .fault: faults += 1
        case .unchecked: unchecked += 1
        case .note: notes += 1
        }
    }
}
