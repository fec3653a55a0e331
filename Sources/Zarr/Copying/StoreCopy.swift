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
    private enum Step: Sendable {
        case done(CopyOutcome)
        case publish(StagedCopy)
        /// It is a group with these nodes; what lies beside them is left out.
        case enter(CopyOutcome, nodes: [String], loose: [String])
    }

    private struct State {
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

    private let source: any Store
    private let destination: any WritableStore
    private let wholeType: String
    private let threads: Int
    private let cancellation: Cancellation
    private let state = SharedState()

    private final class SharedState: Sendable {
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
            case .failed(let error):
                state.hasFailed = true
                state.isHopeless = state.isHopeless || error.isFailure(with: ENOSPC, EDQUOT, EROFS)
            case .untried: state.hasFailed = true
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
                case .enter(let outcome, let nodes, let loose):
                    report(path, outcome)
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
                return .done(.passedOver("is no Zarr node, and is not copied"))
            }
            guard document.kind == .whole else { return try enter(path, document) }
            if try destination.contains("\(path)/zarr.json") { return .done(try outcomeOfPresent(path)) }
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

    /// What became of a node because of `error`.
    private func failure(_ error: StoreError) -> CopyOutcome {
        let isGivenUp = error.isCancellation || error.isFailure(with: ECANCELED)
        return isGivenUp ? .untried : .failed(error)
    }

    // MARK: - Nodes that appear as a whole

    /// Lets those of `batch` appear that were written, and calls `report` with what became of each.
    private func publish(_ batch: [(path: String, step: Step)], _ report: (String, Step) -> Void) {
        var staged: [StagedCopy] = []
        for (_, step) in batch { if case .publish(let copy) = step { staged.append(copy) } }
        var outcomes = publish(staged)[...]
        for (path, step) in batch {
            guard case .publish = step else {
                report(path, step)
                continue
            }
            if let outcome = outcomes.popFirst() { report(path, .done(outcome)) }
        }
    }

    private func publish(_ staged: [StagedCopy]) -> [CopyOutcome] {
        guard !staged.isEmpty else { return [] }
        let problems = destination.sync(staged.map(\.node))
        let appeared = Parallel.map(Array(zip(staged, problems)), threads: threads) { [self] copy, problem in
            Result { () throws(StoreError) -> CopyOutcome in
                if let problem { throw problem }
                try copy.verify()
                guard try copy.node.appear(at: copy.place) else { return try outcomeOfPresent(copy.place) }
                return .copied(valueCount: copy.valueCount, byteCount: copy.byteCount)
            }
        }
        let names = syncNames(of: staged)
        return zip(staged, appeared).map { copy, result in
            switch result {
            case .failure(let error): return failure(error)
            case .success(.copied) where names[Self.parent(of: copy.place)] != nil:
                guard let problem = names[Self.parent(of: copy.place)] else { return .untried }
                try? copy.node.withdraw(from: copy.place)
                return failure(problem)
            case .success(let outcome): return outcome
            }
        }
    }

    /// Syncs the names in the groups of `staged`, and returns why that failed, by group.
    private func syncNames(of staged: [StagedCopy]) -> [String: StoreError] {
        var problems: [String: StoreError] = [:]
        for group in Set(staged.map { Self.parent(of: $0.place) }) {
            do throws(StoreError) {
                try destination.syncNames(in: group)
            } catch {
                problems[group] = error
            }
        }
        return problems
    }

    /// What becomes of the node at `path`, in whose place the destination has something.
    private func outcomeOfPresent(_ path: String) throws(StoreError) -> CopyOutcome {
        guard try destination.contains("\(path)/zarr.json") else {
            throw StoreError(
                .failed, "the destination has something else there, which is no Zarr node, or is being written",
                key: path)
        }
        let comparison = ValueComparison(source: source, destination: destination)
        let present = try destination.values(below: path).map { ($0.key, $0) }
        let others = Dictionary(present) { first, _ in first }
        for value in try source.values(below: path) {
            let name = String(decoding: value.key.utf8.dropFirst(path.utf8.count + 1), as: UTF8.self)
            guard let other = others[value.key] else {
                if value.byteCount == nil, try !source.contains(value.key) { continue }
                throw StoreError(.failed, "the destination has it without \(name), and it is left as it is", key: path)
            }
            guard try comparison.isSame(value, as: other) else {
                throw StoreError(
                    .failed, "the destination has it with another \(name), and it is left as it is", key: path)
            }
        }
        return .alreadyThere
    }

    // MARK: - Groups

    /// Makes the groups above `path` that the destination does not have.
    private func makeGroups(above path: String) throws(StoreError) {
        var group = ""
        for name in path.split(separator: "/").dropLast() {
            group = Self.join(group, name)
            guard let document = try CopiedDocument(source, path: group, wholeType: wholeType), document.kind == .group
            else { throw StoreError(.failed, "is no group whose nodes can be copied one by one", key: group) }
            try make(group, document)
        }
    }

    /// Makes the group at `path`, which is to have `document`, if the destination has none, and looks what is in it.
    private func enter(_ path: String, _ document: CopiedDocument) throws(StoreError) -> Step {
        try make(path, document)
        var outcome = CopyOutcome.group
        if try CopiedDocument(destination, path: path, wholeType: wholeType)?.plain != document.plain {
            outcome = .failed(
                StoreError(.failed, "the destination has it with another zarr.json, and it is left as it is", key: path)
            )
        } else if document.consolidatedPaths != nil {
            state.value.withLock { $0.consolidated.append(path) }
        }
        let names = try source.children(of: path).filter { NodeName.isAllowed($0) && !Self.isHidden($0) }
        let loose = try source.looseValues(in: path).filter { $0 != "zarr.json" && !Self.isHidden($0) }
        return .enter(outcome, nodes: names, loose: loose)
    }

    private func make(_ path: String, _ document: CopiedDocument) throws(StoreError) {
        guard try !destination.contains(Self.join(path, "zarr.json")) else { return }
        let node = try destination.stageNode()
        try node.write(document.plain, to: "zarr.json")
        _ = try destination.publish(node, as: path, document: document.plain)
    }

    /// Gives the group at `path` its consolidated metadata, now that what they name is there.
    private func complete(_ path: String, _ report: (String, CopyOutcome) -> Void) {
        do throws(StoreError) {
            guard let document = try CopiedDocument(source, path: path, wholeType: wholeType),
                let other = try CopiedDocument(destination, path: path, wholeType: wholeType),
                document.plain == other.plain, let paths = document.consolidatedPaths
            else { throw StoreError(.changed, "changed while it was copied", key: path) }
            guard Set(other.consolidatedPaths ?? []).isSubset(of: paths) else {
                return report(
                    path,
                    .passedOver("keeps its consolidated metadata, which name nodes that the source does not have"))
            }
            guard !other.bytes.bytes.elementsEqual(document.bytes.bytes) else { return }
            try destination.replace(Self.join(path, "zarr.json"), with: Array(document.bytes.bytes))
        } catch {
            report(path, failure(error))
        }
    }

    // MARK: - Paths

    private static func isHidden(_ name: String) -> Bool { name.hasPrefix(NodeName.reservedPrefix) }

    private static func join(_ path: String, _ name: some StringProtocol) -> String {
        path.isEmpty ? String(name) : "\(path)/\(name)"
    }

    private static func parent(of path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }
}
