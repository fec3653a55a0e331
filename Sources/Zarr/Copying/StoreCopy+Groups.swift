import Support
import Synchronization

/// Groups, whose nodes are copied one by one.
extension StoreCopy {
    /// Makes the root and the groups above `path` unless the destination has them.
    func makeGroups(above path: String) throws(StoreError) {
        try makeGroup("")
        var group = ""
        for name in path.split(separator: "/").dropLast() {
            group = Self.join(group, name)
            try makeGroup(group)
        }
    }

    private func makeGroup(_ path: String) throws(StoreError) {
        guard let document = try CopiedDocument(source, path: path, wholeType: wholeType), document.kind == .group
        else { throw StoreError(.failed, "is no group whose nodes can be copied one by one", key: path) }
        try make(path, document)
    }

    /// Makes the group at `path`, which is to have `document`, if the destination has none, and looks what is in it.
    func enter(_ path: String, _ document: CopiedDocument) throws(StoreError) -> Step {
        let present = try make(path, document)
        var outcome = CopyOutcome.group
        if present.plain != document.plain {
            outcome = .failed(
                StoreError(.failed, "the destination has it with another zarr.json, and it is left as it is", key: path)
            )
        } else if document.consolidatedPaths != nil {
            state.value.withLock { $0.consolidated.append(path) }
        }
        let children = NodeNames(try source.children(of: path).filter { !Self.isHidden($0) })
        let names = children.distinct
        let loose = try source.looseValues(in: path).filter { $0 != "zarr.json" && !Self.isHidden($0) }
        return .enter(
            outcome, nodes: names.filter(NodeName.isAllowed), twins: children.twins,
            loose: loose + names.filter { !NodeName.isAllowed($0) })
    }

    /// Makes the group at `path`, which is to have `document`, if the destination has nothing there, and returns the document that it has.
    /// Throws if that is an array, or a group that appears as a whole: nothing is put into these.
    @discardableResult
    func make(_ path: String, _ document: CopiedDocument) throws(StoreError) -> CopiedDocument {
        if try !destination.contains(Self.join(path, "zarr.json")) {
            try checkIsNoTwin(path)
            let node = try destination.stageNode()
            try node.write(document.plain, to: "zarr.json")
            _ = try destination.publish(node, as: path, document: document.plain)
        }
        let present = try CopiedDocument(destination, path: path, wholeType: wholeType)
        guard let present, present.kind == .group else {
            throw StoreError(
                .failed, "the destination has an array or a recording there, and it is left as it is", key: path)
        }
        return present
    }

    /// Throws if the destination has a node from which the one at `path` could not be told. What was there first is looked at once for each group:
    /// the source has no such names.
    func checkIsNoTwin(_ path: String) throws(StoreError) {
        try NodeNames.checkIsNoTwin(path) { folder throws(StoreError) in
            if let known = state.value.withLock({ $0.namesThere[folder] }) { return known }
            let names = try NodeNames.there(in: folder, of: destination)
            state.value.withLock { $0.namesThere[folder] = names }
            return names
        }
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
