import Support

/// Nodes that appear as a whole.
extension StoreCopy {
    /// Lets those of `batch` appear that were written, and calls `report` with what became of each.
    func publish(_ batch: [(path: String, step: Step)], _ report: (String, Step) -> Void) {
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
                let isNew = try NodeNames.whileNoTwin(of: copy.place, in: destination) { () throws(StoreError) in
                    try copy.node.appear(at: copy.place)
                }
                guard isNew else { return try outcomeOfPresent(copy.place) }
                return .copied(valueCount: copy.valueCount, byteCount: copy.byteCount)
            }
        }
        let names = syncNames(of: staged)
        return zip(staged, appeared).map { copy, result in
            switch result {
            case .failure(let error): return failure(error)
            case .success(.copied) where names[NodeName.parent(of: copy.place)] != nil:
                guard let problem = names[NodeName.parent(of: copy.place)] else { return .untried }
                try? copy.node.withdraw(from: copy.place)
                return failure(problem)
            case .success(let outcome): return outcome
            }
        }
    }

    /// Syncs the names in the groups of `staged`, and returns why that failed, by group.
    private func syncNames(of staged: [StagedCopy]) -> [String: StoreError] {
        var problems: [String: StoreError] = [:]
        for group in Set(staged.map { NodeName.parent(of: $0.place) }) {
            do throws(StoreError) {
                try destination.syncNames(in: group)
            } catch {
                problems[group] = error
            }
        }
        return problems
    }

    /// What becomes of the node at `path`, in whose place the destination has something.
    func outcomeOfPresent(_ path: String) throws(StoreError) -> CopyOutcome {
        guard try destination.contains("\(path)/zarr.json") else {
            guard !destination.isBeingWritten(path) else {
                throw StoreError(
                    .failed, "is being written by another command: copy once more when that is done", key: path)
            }
            throw StoreError(
                .failed, "the destination has something else there, which is no Zarr node",
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
}
