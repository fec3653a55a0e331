public import Support
import Synchronization
public import Zarr

/// A check of all recordings of a store, or of a part of it.
public struct StoreCheck: Sendable {
    /// What is to be done.
    public struct Options: Sendable {
        /// Whether everything is decoded and compared with its checksums.
        public var isDeep = false
        /// Whether what can be repaired is repaired. Without a copy of the store, audio is not touched.
        public var isRepairing = false
        /// Recordings that are checked at a time; nil for as many as is best.
        public var threads: Int?
        /// If only a part of the recordings is to be checked, which; nil for all.
        public var part: CheckPart?

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
        /// How many recordings were checked.
        public internal(set) var recordings = 0
        /// How many recordings are left behind the part that was checked.
        public internal(set) var remaining = 0
        /// Bytes of audio processed.
        public internal(set) var byteCount: UInt64 = 0
        /// Findings by kind; those that were repaired are not counted here.
        public internal(set) var faults = 0, unchecked = 0, notes = 0
        /// Chunks that plain arrays leave out, which are the fill value.
        public internal(set) var absentChunks: UInt64 = 0
        /// Findings that were repaired, and that could be.
        public internal(set) var repaired = 0, repairable = 0
    }

    private let store: any Store
    /// The same store, if it cannot be asked what is in a folder.
    private let catalogued: CataloguedStore?
    /// The same store, if it can be written to.
    private var writableStore: (any WritableStore)? { store as? any WritableStore }
    private let members: StoreMembers
    /// Mends what is damaged; nil if there is no copy.
    private let mending: StoreMending?
    private let cache: BlockCache
    private let options: Options

    /// A check of what lies at and below the group `root` of `store`. If it repairs and there is a `copy` of the store, what is damaged is
    /// mended from that. Throws if the group is none, or cannot be read, in either.
    public init(
        _ store: any Store, root: String, copy: (any Store)? = nil, options: Options, cache: BlockCache
    ) throws(ZarrError) {
        catalogued = store.listsFolders ? nil : CataloguedStore(store, log: .silent)
        let store: any Store = catalogued ?? store
        members = try StoreMembers(of: store, root: root, cache: cache)
        if options.isRepairing, let copy, let store = store as? any WritableStore {
            mending = try StoreMending(store, from: copy, root: root, cache: cache)
        } else {
            mending = nil
        }
        self.store = store
        self.cache = cache
        self.options = options
    }

    /// Checks everything, and repairs if that was asked for. `report` is called with each finding, from any thread, one
    /// finding at a time, in the order of the recordings.
    public func run(
        progress: @escaping @Sendable (Progress) -> Void, report: @escaping @Sendable (Finding) -> Void
    ) -> Summary {
        let (members, groupFindings) = mending?.mendGroups(self.members) ?? (self.members, changedGroups())
        let hidden = mending?.hiddenRecordings(besides: members) ?? []
        let all = members.recordings + hidden
        let recordings = options.part?.recordings(of: all) ?? all
        // Those that are recordings in the copy are looked at as such.
        let problems = members.problems.filter { !hidden.contains($0.recording) }.map { Finding($0) }
        let missing = mending?.missingRecordings(besides: members) ?? []
        let part = options.part.map { CheckLimit($0) }
        let results = Mutex(Results(report: report) { options.part?.onChecked(recordings[$0]) })
        results.withLock { $0.report(problems + groupFindings + missing + leftovers()) }
        let counter = CheckCounter(
            byteCounts: announcedByteCounts(of: recordings), isDeep: options.isDeep, report: progress)
        Parallel.forEach(count: recordings.count, threads: threads) { index in
            guard part?.mayBegin(index) ?? true else { return }
            let findings = findings(recordings[index], progress: counter.read) { counter.decoded($0, of: index) }
            results.withLock { $0.add(findings, of: index) }
            counter.finish(index)
        }
        results.withLock { $0.report(unseen()) }
        var summary = results.withLock { $0.summary }
        summary.byteCount = counter.byteCount
        summary.remaining = recordings.count - summary.recordings
        return summary
    }

    private var threads: Int { options.threads ?? store.readingThreads }

    /// Bytes of audio that each of `recordings` has, as the document of its array says.
    private func announcedByteCounts(of recordings: [String]) -> [UInt64] {
        Parallel.map(recordings, threads: store.requestsAtOnce ?? threads) { path in
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
        var outcome = check(path, progress: progress, decoded: decoded)
        if outcome.findings.contains(where: { $0.kind != .note }), members.recordings.contains(path), hasVanished(path)
        {
            return [
                Finding(.unchecked, "was moved or removed while the store was checked: check it again", recording: path)
            ]
        }
        guard let mending = mending?.recording(path) else { return repaired(outcome) }
        outcome.findings += mending.lostArrays().map { name in
            Finding(.fault, "\(name) is not there, and the copy has it", recording: path)
        }
        guard outcome.findings.contains(where: { $0.kind != .note }) else { return repaired(outcome) }
        do {
            let written = try mending.mend()
            var findings = outcome.findings.filter { $0.kind != .note }
            findings.append(
                Finding(.note, "mended from the copy: \(written.joined(separator: ", "))", recording: path))
            for index in findings.indices { findings[index].repair = .done }
            // What is there now is checked as anything else.
            return findings + repaired(check(path, progress: { _ in }, decoded: { _ in }))
        } catch {
            // What was not proved is not believed either.
            outcome.repairs.removeAll { $0.repair.believesWhatIsThere }
            return repaired(outcome)
                + [Finding(.unchecked, "cannot be mended from the copy: \(error)", recording: path)]
        }
    }

    /// Whether there is no document of the recording at `path` any more.
    private func hasVanished(_ path: String) -> Bool {
        // A file that is open is still there to whoever reads it.
        store.forget()
        return (try? store.contains("\(path)/zarr.json")) == false
    }

    /// What was found about a recording, and what can be repaired.
    private struct Outcome {
        let path: String
        var findings: [Finding]
        var repairs: [(findings: [Int], repair: any RecordingRepair)] = []
    }

    private func check(
        _ path: String, progress: @escaping @Sendable (UInt64) -> Void, decoded: @escaping @Sendable (Double) -> Void
    ) -> Outcome {
        do throws(RecordingError) {
            let store = store.fetching
            let fetched = OpeningParts.fetch(path, in: store)
            defer { withExtendedLifetime(fetched) {} }
            let node = try RecordingNode(store: store, path: path, cache: cache)
            var check = RecordingCheck(
                store: store, node: node, cache: cache, isDeep: options.isDeep,
                addsChecksums: options.isRepairing, progress: progress, decoded: decoded)
            check.run()
            return Outcome(path: path, findings: check.findings, repairs: check.repairs)
        } catch {
            return Outcome(path: path, findings: [Finding(error)])
        }
    }

    // MARK: - Repairing

    /// The findings of `outcome`, after repairs.
    private func repaired(_ outcome: Outcome) -> [Finding] {
        var findings = outcome.findings
        guard options.isRepairing else { return findings }
        for (indices, repair) in outcome.repairs {
            do {
                guard let store = writableStore else {
                    throw StoreError(.denied, "the store can only be read", key: "")
                }
                try repair.apply(to: store, path: outcome.path, cache: cache)
                for index in indices { findings[index].repair = .done }
            } catch {
                findings.append(Finding(.unchecked, "cannot be repaired: \(error)", recording: outcome.path))
            }
        }
        return findings
    }

    /// The groups whose documents do not have their checksums.
    private func changedGroups() -> [Finding] {
        members.groups.filter { (try? DocumentChecksum.verdict(on: $0, in: store)) == .wrong }.map { path in
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

    /// That there may be what nobody could say.
    private func unseen() -> [Finding] {
        guard catalogued?.mayHaveMore == true else { return [] }
        return [
            Finding(
                .note,
                "what else there may be is not checked, since a web server cannot be asked what is in a folder: groups and "
                    + "recordings are those that the store's catalogue names, and arrays those that zarrwlr writes",
                recording: "")
        ]
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

    private let onDone: @Sendable (Int) -> Void

    /// `onDone` is called with the index of each recording when it and all before it are done.
    init(report: @escaping @Sendable (Finding) -> Void, onDone: @escaping @Sendable (Int) -> Void) {
        summary = StoreCheck.Summary()
        reportOne = report
        self.onDone = onDone
    }

    /// Takes the findings of the recording at `index`.
    mutating func add(_ findings: [Finding], of index: Int) {
        waiting[index] = findings
        while let findings = waiting.removeValue(forKey: next) {
            report(findings)
            onDone(next)
            next += 1
            summary.recordings = next
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
        absentChunks = absentChunks.adding(finding.absentChunkCount ?? 0) ?? .max
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
