import Support
import Synchronization

/// Groups, whose nodes are copied one by one.
extension StoreCopy {
    /// Makes the groups above `path` that the destination does not have.
    func makeGroups(above path: String) throws(StoreError) {
        var group = ""
        for name in path.split(separator: "/").dropLast() {
            group = Self.join(group, name)
            guard let document = try CopiedDocument(source, path: group, wholeType: wholeType), document.kind == .group
            else { throw StoreError(.failed, "is no group whose nodes can be copied one by one", key: group) }
            try make(group, document)
        }
    }

    /// Makes the group at `path`, which is to have `document`, if the destination has none, and looks what is in it.
    func enter(_ path: String, _ document: CopiedDocument) throws(StoreError) -> Step {
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
    func complete(_ path: String, _ report: (String, CopyOutcome) -> Void) {
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
}
