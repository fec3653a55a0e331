import Glibc
public import Support
import Synchronization

/// Copies the nodes of a store to the same paths of another one, byte for byte.
///
/// A node that is copied as a whole appears at the destination when all of it is there, groups before what is in them, and consolidated metadata
/// when all else is done. What the destination has with the same bytes is left; what it has with others, or has alone, is, too. So a copy that
/// ended early goes on when it is made again.
public struct StoreCopy: Sendable {
    /// How much is done.
    public struct Progress: Sendable {
        /// Nodes that are done, and those that are known of.
        public fileprivate(set) var nodes = 0, knownNodes = 0
        /// Bytes that were copied.
        public fileprivate(set) var byteCount: UInt64 = 0
    }

    /// What is to be done next about a node.
    enum Step: Sendable {
        case done(CopyOutcome)
        case publish(StagedCopy)
        /// It is a group with these nodes; `twins` cannot be told from them by their paths, and what lies beside them is left out.
        case enter(CopyOutcome, nodes: [String], twins: [String], loose: [String])
    }

    struct State {
        /// The names that the destination had in groups in which other names than of ASCII are made.
        var namesThere: [String: [String]] = [:]
        var progress = Progress()
        /// The groups that have consolidated metadata.
        var consolidated: [String] = []
        /// Whether nothing more can be written.
        var isHopeless = false
        var hasFailed = false
    }

    /// How many nodes are written and not yet published, at least, so that one that takes long holds up no others.
    private static let minimumLead = 64
    /// How long nodes wait for others before they are synced together.
    private static let publicationMilliseconds = 60

    let source: any Store
    let destination: any WritableStore
    let wholeType: String
    let threads: Int
    private let cancellation: Cancellation
    let state = SharedState()

    final class SharedState: Sendable {
        let value = Mutex(State())
    }

    /// A copy from `source` to `destination`, with `threads` values at a time, of whose groups those appear as a whole whose attribute `type` is
    /// `wholeType`. If `cancellation` is requested, what is not written yet is given up.
    public init(
        from source: any Store, to destination: any WritableStore, wholeType: String, threads: Int,
        cancellation: Cancellation
    ) {
        self.source = source
        self.destination = destination
        self.wholeType = wholeType
        self.threads = max(threads, 1)
        self.cancellation = cancellation
    }

    /// The document that the root of a copy of the node at `path` of `source` begins with.
    ///
    /// Throws if there is no such node, or if the root is no group whose nodes are copied one by one.
    public static func rootDocument(
        of source: any Store, for path: String, wholeType: String
    ) throws(StoreError) -> [UInt8] {
        guard let document = try CopiedDocument(source, path: "", wholeType: wholeType) else {
            throw StoreError(.failed, "there is no zarr.json", key: "")
        }
        guard document.kind == .group else {
            throw StoreError(.denied, "is itself an array or a recording, and cannot be copied", key: "")
        }
        guard try source.contains(join(path, "zarr.json")) else {
            throw StoreError(.failed, "there is no such node", key: path)
        }
        return document.plain
    }

    /// Copies the node at `path` (empty: all), and makes the groups above it. `report` is called with what became of each node, each group before
    /// what is in it, and `progress` now and then, from any thread.
    ///
    /// Throws if nothing can be copied at all.
    public func run(
        _ path: String, progress: @escaping @Sendable (Progress) -> Void,
        report: (_ path: String, CopyOutcome) -> Void
    ) throws(StoreError) {
        try makeGroups(above: path)
        let report = { (path: String, outcome: CopyOutcome) in
            note(outcome)
            report(path, outcome)
        }
        var level = [path]
        while !level.isEmpty { level = try copy(level, progress, report) }
        guard state.value.withLock({ !$0.hasFailed }) else { return }
        for group in state.value.withLock({ $0.consolidated }) { complete(group, report) }
    }

    private func note(_ outcome: CopyOutcome) {
        state.value.withLock { state in
            switch outcome {
            case .failed, .untried: state.hasFailed = true
            case .copied, .alreadyThere, .group, .passedOver: break
            }
        }
    }

    // MARK: - Level by level

    /// Copies the nodes at `paths`, and returns the paths of those in the groups among them.
    private func copy(
        _ paths: [String], _ progress: @escaping @Sendable (Progress) -> Void,
        _ report: (String, CopyOutcome) -> Void
    ) throws(StoreError) -> [String] {
        state.value.withLock { $0.progress.knownNodes += paths.count }
        let steps = OrderedBatches<Step>(
            lead: max(Self.minimumLead, 2 * threads), interval: .milliseconds(Self.publicationMilliseconds))
        let copying: WorkerThread
        do {
            copying = try WorkerThread(name: "copy") { [self] in
                cancellation.run {
                    Parallel.forEach(count: paths.count, threads: threads) { number in
                        steps.prepare(number)
                        steps.finish(number, step(paths[number], among: paths.count, progress))
                    }
                }
            }
        } catch {
            throw StoreError(.failed, "the copy cannot begin", key: "", cause: error)
        }
        var rest = paths[...]
        var next: [String] = []
        steps.forEach(count: paths.count) { batch in
            publish(Array(zip(rest, batch))) { path, step in
                progress(
                    state.value.withLock { state in
                        state.progress.nodes += 1
                        return state.progress
                    })
                switch step {
                case .done(let outcome): report(path, outcome)
                case .publish: break
                case .enter(let outcome, let nodes, let twins, let loose):
                    report(path, outcome)
                    for twin in twins {
                        let path = Self.join(path, twin)
                        report(path, .failed(StoreError(.denied, NodeNames.problem(of: twin), key: path)))
                    }
                    for name in loose {
                        report(Self.join(path, name), .passedOver("belongs to no Zarr node, and is not copied"))
                    }
                    next += nodes.map { Self.join(path, $0) }
                }
            }
            rest = rest.dropFirst(batch.count)
        }
        copying.join()
        return next
    }

    /// Writes what there is to be written of the node at `path`, one of `count`.
    private func step(_ path: String, among count: Int, _ progress: @escaping @Sendable (Progress) -> Void) -> Step {
        guard !Cancellation.isRequested, state.value.withLock({ !$0.isHopeless }) else { return .done(.untried) }
        do throws(StoreError) {
            guard let document = try CopiedDocument(source, path: path, wholeType: wholeType) else {
                guard !hasNodes(path) else {
                    throw StoreError(
                        .failed,
                        "cannot be copied: there is no zarr.json, though there are nodes in its folder; zarrwlr check says more",
                        key: path)
                }
                return .done(.passedOver("is no Zarr node, and is not copied"))
            }
            guard document.kind == .whole else { return try enter(path, document) }
            if try destination.contains("\(path)/zarr.json") { return .done(try outcomeOfPresent(path)) }
            try checkIsNoTwin(path)
            let staged = try StagedCopy(
                of: path, from: source, to: destination, threads: max(threads / count, 1)
            ) { byteCount in
                progress(
                    state.value.withLock { state in
                        state.progress.byteCount = state.progress.byteCount.adding(UInt64(byteCount)) ?? .max
                        return state.progress
                    })
            }
            if let staged { return .publish(staged) }
            return .done(try outcomeOfPresent(path))
        } catch {
            return .done(failure(error))
        }
    }

    /// Whether there are nodes in the folder at `path` of the source. Of many folders in it, only the first are looked at.
    private func hasNodes(_ path: String) -> Bool {
        ((try? source.children(of: path)) ?? []).prefix(64).contains {
            (try? source.contains("\(path)/\($0)/zarr.json")) ?? false
        }
    }

    /// What became of a node because of `error`.
    func failure(_ error: StoreError) -> CopyOutcome {
        let isGivenUp = error.isCancellation || error.isFailure(with: ECANCELED)
        // All others would fail for the same reason.
        if error.isFailure(with: ENOSPC, EDQUOT, EROFS) { state.value.withLock { $0.isHopeless = true } }
        return isGivenUp ? .untried : .failed(error)
    }

    // MARK: - Paths

    static func isHidden(_ name: String) -> Bool { name.hasPrefix(NodeName.reservedPrefix) }

    static func join(_ path: String, _ name: some StringProtocol) -> String {
        path.isEmpty ? String(name) : "\(path)/\(name)"
    }
}
