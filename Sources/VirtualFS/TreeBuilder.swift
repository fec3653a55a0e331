import Recordings
import Support

/// Makes the tree of a catalogue: groups become directories, recordings WAV files, `.zarrwlr` describes them.
struct TreeBuilder {
    private static let ownDirectory = ".zarrwlr"

    private let catalogue: Catalogue
    private var groups: GroupHierarchy
    private let modified: Timestamp

    private var nodes: [Node] = []
    private var inodes = InodeTable()
    /// The directories whose children are still to be added: index of the node, index of the group.
    private var pending: [(node: Int, group: Int)] = []

    /// A builder for what `catalogue` has in `options.group`.
    init(_ catalogue: Catalogue, options: VolumeOptions) {
        var groups = GroupHierarchy(top: options.group)
        for (index, entry) in catalogue.entries.enumerated() {
            if let group = groups.index(ofGroup: entry.group) { groups.addRecording(index, toGroup: group) }
        }
        for problem in catalogue.scanProblems { groups.addGroup(around: problem.recording) }
        self.catalogue = catalogue
        self.groups = groups
        modified = options.modified
    }

    /// The tree.
    consuming func build() -> Tree {
        let root = Node(
            inode: inodes.addRoot(index: 0), parent: 0, name: [], storePath: groups[0].path, content: .directory(0..<0),
            modified: modified)
        nodes = [root]
        pending = [(node: 0, group: 0)]
        var next = 0
        while next < pending.count {
            addChildren(of: pending[next].node, group: groups[pending[next].group])
            next += 1
        }
        addReports()
        return Tree(nodes: nodes, inodes: inodes)
    }

    private enum Child {
        case group(Int)
        case recording(Int)
        case ownDirectory
    }

    private mutating func addChildren(of parent: Int, group: GroupHierarchy.Group) {
        var children: [Child] =
            groups.orderedSubgroups(of: group).map(Child.group) + group.recordings.map(Child.recording)
        var naming = FileNaming(reserved: parent == 0 ? [Array(Self.ownDirectory.utf8)] : [])
        var names = naming.names(of: children.map(nameWanted))
        if parent == 0 {
            children.append(.ownDirectory)
            names.append(Array(Self.ownDirectory.utf8))
        }
        let ordered = zip(children, names).sorted { $0.1.lexicographicallyPrecedes($1.1) }
        nodes[parent].content = .directory(nodes.count..<nodes.count + ordered.count)
        for (child, name) in ordered { add(child, name: name, to: parent) }
    }

    private func nameWanted(by child: Child) -> FileNaming.Child {
        switch child {
        case .group(let index):
            return FileNaming.Child(name: FileName(directory: groups[index].name), number: nil)
        case .recording(let index):
            let entry = catalogue.entries[index]
            return FileNaming.Child(name: FileName(source: entry.sourceName), number: entry.number)
        case .ownDirectory:
            return FileNaming.Child(name: FileName(directory: Self.ownDirectory), number: nil)
        }
    }

    private mutating func add(_ child: Child, name: [UInt8], to parent: Int) {
        let identity: NodeIdentity
        let content: Node.Content
        var storePath: String?
        var modified = modified
        switch child {
        case .group(let index):
            identity = .group(path: groups[index].path)
            content = .directory(0..<0)
            storePath = groups[index].path
            modified = catalogue.modificationTime(ofGroup: groups[index].path) ?? modified
            pending.append((node: nodes.count, group: index))
        case .recording(let index):
            let entry = catalogue.entries[index]
            identity = .recording(path: entry.path)
            content = .recording(entry)
            storePath = entry.path
        case .ownDirectory:
            identity = .builtIn(name: Self.ownDirectory)
            content = .directory(0..<0)
        }
        let inode = inodes.add(identity, index: nodes.count)
        nodes.append(
            Node(
                inode: inode, parent: parent, name: name, storePath: storePath, content: content, modified: modified))
    }

    /// Fills `.zarrwlr`.
    private mutating func addReports() {
        guard
            let directory = nodes.firstIndex(where: { $0.name == Array(Self.ownDirectory.utf8) && $0.storePath == nil })
        else { return }
        let reports = Report.allCases.sorted { $0.fileName < $1.fileName }
        nodes[directory].content = .directory(nodes.count..<nodes.count + reports.count)
        for report in reports {
            let inode = inodes.add(.builtIn(name: "\(Self.ownDirectory)/\(report.fileName)"), index: nodes.count)
            nodes.append(
                Node(
                    inode: inode, parent: directory, name: Array(report.fileName.utf8), storePath: nil,
                    content: .report(report), modified: modified))
        }
    }
}
