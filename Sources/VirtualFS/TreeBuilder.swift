import Recordings
import Support

/// Makes the tree of a catalogue: groups become directories, recordings WAV files, `.zarrwlr` describes them.
struct TreeBuilder {
    private static let ownDirectory = ".zarrwlr"

    private var groups: GroupHierarchy
    private var problems: [RecordingError]
    private let recordings: [(recording: Recording, size: UInt64)]
    private let modified: Timestamp

    private var nodes: [Node] = []
    private var inodes = InodeTable()
    /// The directories whose children are still to be added: index of the node, index of the group.
    private var pending: [(node: Int, group: Int)] = []
    /// The node of each recording, in the catalogue's order.
    private var recordingNodes: [Int]

    /// A builder for what `catalogue` has in `options.group`.
    init(_ catalogue: Catalogue, options: VolumeOptions) {
        var groups = GroupHierarchy(top: options.group)
        var problems = catalogue.problems.filter { groups.contains($0.recording) }
        var recordings: [(recording: Recording, size: UInt64)] = []
        for recording in catalogue.recordings {
            guard let group = groups.index(ofGroup: recording.group) else { continue }
            guard let size = recording.waveByteCount else {
                problems.append(RecordingError("its WAV file would be too large to exist", recording: recording.path))
                continue
            }
            groups.addRecording(recordings.count, toGroup: group)
            recordings.append((recording, size))
        }
        for problem in problems { groups.addGroup(around: problem.recording) }
        self.groups = groups
        self.problems = problems
        self.recordings = recordings
        modified = options.modified
        recordingNodes = Array(repeating: 0, count: recordings.count)
    }

    /// The tree, and what is not in it.
    consuming func build() -> (tree: Tree, problems: [RecordingError]) {
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
        addOwnFiles()
        adoptNewestTimes()
        return (Tree(nodes: nodes, inodes: inodes), problems)
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
            let recording = recordings[index].recording
            return FileNaming.Child(name: FileName(source: recording.sourceName), number: recording.number)
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
            pending.append((node: nodes.count, group: index))
        case .recording(let index):
            let (recording, size) = recordings[index]
            identity = .recording(path: recording.path)
            content = .recording(recording, size: size)
            storePath = recording.path
            modified = recording.start ?? recording.modified
            recordingNodes[index] = nodes.count
        case .ownDirectory:
            identity = .builtIn(name: Self.ownDirectory)
            content = .directory(0..<0)
        }
        let inode = inodes.add(identity, index: nodes.count)
        nodes.append(
            Node(
                inode: inode, parent: parent, name: name, storePath: storePath, content: content, modified: modified))
    }

    /// Fills `.zarrwlr`, once every file has its name.
    private mutating func addOwnFiles() {
        guard
            let directory = nodes.firstIndex(where: { $0.name == Array(Self.ownDirectory.utf8) && $0.storePath == nil })
        else { return }
        let rows = zip(recordings, recordingNodes).map { (recording: $0.recording, path: nodes.path(of: $1)) }
        let texts: [(name: String, content: Node.Content)] = [
            ("problems.txt", .text(Block(Array(ProblemsText.text(of: problems).utf8)))),
            ("recordings.csv", .text(Block(Array(RecordingsTable.text(of: rows).utf8)))),
        ]
        let files = (texts + LiveText.allCases.map { ($0.fileName, .live($0)) }).sorted { $0.name < $1.name }
        nodes[directory].content = .directory(nodes.count..<nodes.count + files.count)
        for (name, content) in files {
            let inode = inodes.add(.builtIn(name: "\(Self.ownDirectory)/\(name)"), index: nodes.count)
            nodes.append(
                Node(
                    inode: inode, parent: directory, name: Array(name.utf8), storePath: nil,
                    content: content, modified: modified))
        }
    }

    /// Makes every directory that holds recordings, at any depth, as new as the newest of them, counts its directories, and
    /// makes `.zarrwlr` as new as the root.
    private mutating func adoptNewestTimes() {
        var newest: [Timestamp?] = nodes.map { node in
            guard case .recording = node.content else { return nil }
            return node.modified
        }
        // Parents come before their children.
        for index in nodes.indices.dropFirst().reversed() {
            let parent = nodes[index].parent
            if let time = newest[index], newest[parent].map({ $0 < time }) ?? true { newest[parent] = time }
            if nodes[index].children != nil { nodes[parent].directoryCount += 1 }
        }
        for index in nodes.indices {
            let isOwn = nodes[index].storePath == nil
            if let time = newest[isOwn ? 0 : index] { nodes[index].modified = time }
        }
    }
}

extension Timestamp {
    fileprivate static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
