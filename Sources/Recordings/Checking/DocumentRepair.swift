import Support
import Zarr

/// Takes documents as they are: their checksums become those of their content.
struct DocumentRepair: RecordingRepair {
    /// The nodes.
    let paths: [String]
    let believesWhatIsThere = true

    func apply(to store: any WritableStore, path: String, cache: BlockCache) throws {
        for path in paths { try DocumentChecksum.renew(path, in: store) }
    }
}

extension Finding {
    /// The document of a node has another content than it was written with. `name` is the node below `recording`; empty for itself.
    static func changedDocument(_ name: String, of recording: String) -> Finding {
        let document = name.isEmpty ? "zarr.json" : "\(name)/zarr.json"
        return Finding(
            .fault,
            "\(document) does not have its checksum: it is damaged, or another program changed it",
            recording: recording)
    }
}

extension RecordingCheck {
    /// Compares the documents of the recording and of its arrays with their checksums. What cannot be read is found elsewhere.
    mutating func checkDocuments() {
        var names = [""]
        if case .group = node.content, let group = try? ZarrGroup.open(store, path: node.path),
            let children = try? group.children()
        {
            names += children
        }
        for name in names {
            let path = name.isEmpty ? node.path : "\(node.path)/\(name)"
            guard (try? DocumentChecksum.verdict(on: path, in: store)) == .wrong else { continue }
            add([.changedDocument(name, of: node.path)], repair: DocumentRepair(paths: [path]))
        }
    }
}
