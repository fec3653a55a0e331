public import Support
import Synchronization
public import Zarr

/// A check of all recordings of a store, or of a part of it.
public struct StoreCheck: Sendable {
    /// What is to be done.
    public struct Options: Sendable {
        /// Whether everything is decoded and compared with its checksums.
        public var isDeep = false
        /// Whether what can be repaired is repaired. Audio is never touched.
        public var isRepairing = false
        /// Recordings that are checked at a time.
        public var threads = Parallel.processorCount

        /// A check that reads everything and changes nothing.
        public init() {}
    }

    /// How far a check has got.
    public struct Progress: Sendable {
        /// Recordings done, of how many.
        public let recordings: Int, recordingCount: Int
        /// Bytes of audio processed, of how many, as far as the store says. In a deep check most of a byte counts only once it is
        /// decoded.
        public let byteCount: UInt64, totalByteCount: UInt64
    }

    /// The result of a check.
    public struct Summary: Sendable {
        /// How many recordings there are.
        public internal(set) var recordings = 0
        /// Bytes of audio processed.
        public internal(set) var byteCount: UInt64 = 0
        /// Findings by kind; those that were repaired are not counted here.
        public internal(set) var faults = 0, unchecked = 0, notes = 0
        /// Findings that were repaired, and that could be.
        public internal(set) var repaired = 0, repairable = 0
    }

    private let store: any Store
    /// The same store, if it can be written to.
    private var writableStore: (any WritableStore)? { store as? any WritableStore }
    private let groups: [String]
    private let recordings: [String]
    private let problems: [RecordingError]
    private let cache: BlockCache
    private let options: Options

    /// A check of what lies at and below the group `root` of `store`. Throws if that is not a group, or cannot be read.
    public init(_ store: any Store, root: String, options: Options, cache: BlockCache) throws(ZarrError) {
        let catalogue = try Catalogue(store: store, root: root, cache: cache, log: .silent)
        var groups = [root]
        var recordings: [String] = []
        var problems: [RecordingError] = []
        catalogue.forEachMember { contents, member in
            switch member {
            case .group(let group): groups.append(group.path)
            case .recording(let number): recordings.append(contents.path(of: number))
            case .problem(let problem): problems.append(problem)
            }
        }
        self.store = store
        self.cache = cache
        self.options = options
        self.groups = groups
        self.recordings = recordings
        self.problems = problems
    }

    /// Checks everything, and repairs if that was asked for. `report` is called with each finding, from any thread, one
    /// finding at a time, in the order of the recordings.
    public func run(
        progress: @escaping @Sendable (Progress) -> Void, report: @escaping @Sendable (Finding) -> Void
    ) -> Summary {
        let results = Mutex(Results(recordingCount: recordings.count, report: report))
        results.withLock { $0.report(problems.map { Finding($0) } + changedGroups() + leftovers()) }
        let counter = CheckCounter(byteCounts: announcedByteCounts, isDeep: options.isDeep, report: progress)
        Parallel.forEach(count: recordings.count, threads: options.threads) { index in
            let findings = findings(recordings[index], progress: counter.read) { counter.decoded($0, of: index) }
            results.withLock { $0.add(findings, of: index) }
            counter.finish(index)
        }
        var summary = results.withLock { $0.summary }
        summary.byteCount = counter.byteCount
        return summary
    }

    /// Bytes of audio that each recording has, as the document of its array says.
    private var announcedByteCounts: [UInt64] {
        Parallel.map(recordings, threads: options.threads) { path in
            let blob = try? ZarrArray.open(store, path: "\(path)/\(HierarchyNames.blob)", cache: cache)
            let array = blob ?? (try? ZarrArray.open(store, path: path, cache: cache))
            return array?.byteCount ?? 0
        }
    }

    /// The findings about the recording at `path`, after repairs. `progress` is called with the number of bytes read since the last
    /// call, and `decoded`, with how much of the recording was decoded, from 0 to 1.
    private func findings(
        _ path: String, progress: @escaping @Sendable (UInt64) -> Void, decoded: @escaping @Sendable (Double) -> Void
    ) -> [Finding] {
        do throws(RecordingError) {
            let node = try RecordingNode(store: store, path: path, cache: cache)
            var check = RecordingCheck(
                store: store, node: node, cache: cache, isDeep: options.isDeep,
                addsChecksums: options.isRepairing, progress: progress, decoded: decoded)
            check.run()
            return repaired(check)
        } catch {
            return [Finding(error)]
        }
    }

    // MARK: - Repairing

    /// The findings of `check`, after repairs.
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

    /// The groups whose documents do not have their checksums.
    private func changedGroups() -> [Finding] {
        groups.filter { (try? DocumentChecksum.verdict(on: $0, in: store)) == .wrong }.map { path in
            var finding = Finding.changedDocument("", of: path)
            finding.repair = .possible
            guard options.isRepairing, let store = writableStore else { return finding }
            do throws(ZarrError) {
                try DocumentChecksum.renew(path, in: store)
                finding.repair = .done
                return finding
            } catch {
                return Finding(.unchecked, "cannot be repaired: \(error)", recording: path)
            }
        }
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

/// What has been found, reported in the order of the recordings.
private struct Results {
    private(set) var summary: StoreCheck.Summary
    private let reportOne: @Sendable (Finding) -> Void
    /// Findings of recordings that come after one that is still being checked.
    private var waiting: [Int: [Finding]] = [:]
    private var next = 0

    init(recordingCount: Int, report: @escaping @Sendable (Finding) -> Void) {
        summary = StoreCheck.Summary(recordings: recordingCount)
        reportOne = report
    }

    /// Takes the findings of the recording at `index`.
    mutating func add(_ findings: [Finding], of index: Int) {
        waiting[index] = findings
        while let findings = waiting.removeValue(forKey: next) {
            report(findings)
            next += 1
        }
    }

    mutating func report(_ findings: [Finding]) {
        for finding in findings {
            summary.count(finding)
            reportOne(finding)
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
