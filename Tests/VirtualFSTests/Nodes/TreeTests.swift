import Glibc
import Support
import Synchronization
import Testing

@testable import VirtualFS

struct TreeTests {
    /// A root with the directories `a`, `b` and `c`, in each of which files called `0`, `1` and `2` have the same identities as
    /// those in the others: what a store can bring about whose paths hash alike.
    private let directories = ["a", "b", "c"].map { name in
        FixedDirectory(name, (0..<3).map { ("\($0)", .recording(path: "\($0)"), nil) })
    }

    private var root: FixedDirectory {
        FixedDirectory("root", directories.map { ($0.title, .group(path: $0.title), $0) })
    }

    private func bytes(_ name: String) -> [UInt8] { Array(name.utf8) }

    @Test(arguments: [["a", "b", "c"], ["c", "a", "b"], ["b", "b", "a", "c"]])
    func `nodes have inodes of their own, and keep them, in whatever order they are looked up`(order: [String]) throws {
        let tree = Tree(root: root)
        let top = try tree.entry(of: .root)
        var found: [Inode: String] = [:]
        for name in order {
            let directory = try tree.child(bytes(name), of: top)
            for file in ["0", "1", "2"] {
                let entry = try tree.child(bytes(file), of: directory)
                #expect(
                    found.updateValue("\(name)/\(file)", forKey: entry.inode) ?? "\(name)/\(file)" == "\(name)/\(file)")
            }
        }
        #expect(found.count == 9)
        for (inode, path) in found {
            let entry = try tree.entry(of: inode)
            #expect(tree.path(of: entry) == path)
            guard case .file(let file as FixedFile) = entry.child else {
                Issue.record("\(path) is no file")
                continue
            }
            #expect(file.path == path)
        }
    }

    @Test func `all directories are searched for an inode that is not known, but only once`() throws {
        let inode = try {
            let tree = Tree(root: root)
            return try tree.child(bytes("1"), of: tree.child(bytes("b"), of: tree.entry(of: .root))).inode
        }()
        let tree = Tree(root: root)
        #expect(directories.allSatisfy { $0.takeCount() == 0 || $0.title == "b" })
        #expect(tree.path(of: try tree.entry(of: inode)).hasSuffix("/1"))
        #expect(directories.allSatisfy { $0.takeCount() > 0 })
        #expect(throws: VirtualFSError.self) { try tree.entry(of: Inode(rawValue: 77)) }
        #expect(directories.allSatisfy { $0.takeCount() == 0 })
    }

    @Test func `nobody searches for an inode that an earlier tree had and this one does not`() throws {
        let earlier = Tree(root: root)
        let top = try earlier.entry(of: .root)
        _ = try earlier.children(of: earlier.child(bytes("a"), of: top))
        let gone = try earlier.child(bytes("c"), of: top)
        let goneFile = try earlier.child(bytes("0"), of: gone)
        let tree = Tree(
            root: FixedDirectory("root", directories.dropLast().map { ($0.title, .group(path: $0.title), $0) }))
        #expect(tree.follow(earlier).map(\.names) == [[bytes("c")]])
        _ = directories[1].takeCount()
        for inode in [gone.inode, goneFile.inode] {
            #expect(errno { try tree.entry(of: inode) } == ESTALE)
        }
        #expect(directories[1].takeCount() == 0)
    }

    @Test func `the children of a directory are made when it is looked into`() throws {
        let tree = Tree(root: root)
        let top = try tree.entry(of: .root)
        let directory = try tree.child(bytes("b"), of: top)
        #expect(directories.allSatisfy { $0.takeCount() == 0 })
        _ = try tree.children(of: directory)
        #expect(directories.map { $0.takeCount() > 0 } == [false, true, false])
        #expect(tree.parent(of: directory).inode == .root)
        #expect(tree.parent(of: top).inode == .root)
    }

    @Test func `many threads that look up the same nodes first get the same inodes`() throws {
        let tree = Tree(root: root)
        let found = Mutex<[String: Set<Inode>]>([:])
        Parallel.forEach(count: 90, threads: 8) { index in
            let (name, file) = (["a", "b", "c"][index % 3], "\(index / 3 % 3)")
            do {
                let top = try tree.entry(of: .root)
                let entry = try tree.child(Array(file.utf8), of: tree.child(Array(name.utf8), of: top))
                found.withLock { _ = $0["\(name)/\(file)", default: []].insert(entry.inode) }
            } catch {
                Issue.record(error)
            }
        }
        let inodes = found.withLock { $0 }
        #expect(inodes.count == 9)
        #expect(inodes.values.allSatisfy { $0.count == 1 })
        #expect(Set(inodes.values.joined()).count == 9)
    }
}

/// A directory of given children, files unless they are directories, that counts how often it was asked how many it has.
private final class FixedDirectory: Directory {
    let title: String
    let modified = Timestamp(seconds: 0)
    let caching = NodeCaching.lasting
    let extendedAttributes: [(name: String, value: String)] = []
    private let children: [(name: String, identity: NodeIdentity, directory: FixedDirectory?)]
    private let counted = Counter()
    private let taken = Mutex<UInt64>(0)

    init(_ title: String, _ children: [(name: String, identity: NodeIdentity, directory: FixedDirectory?)]) {
        self.title = title
        self.children = children
    }

    /// How often it was asked since this was last called.
    func takeCount() -> UInt64 {
        taken.withLock { taken in
            defer { taken = counted.value }
            return counted.value - taken
        }
    }

    var count: Int {
        counted.add()
        return children.count
    }

    func name(at place: Int) -> [UInt8] { Array(children[place].name.utf8) }
    func identity(at place: Int) -> NodeIdentity { children[place].identity }

    func child(at place: Int) -> Child {
        children[place].directory.map { .directory($0) } ?? .file(FixedFile(path: "\(title)/\(children[place].name)"))
    }
}

private struct FixedFile: File {
    let path: String
    var caching: NodeCaching { .lasting }
    var extendedAttributes: [(name: String, value: String)] { [] }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus { throw .notFound }
    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        throw .notFound
    }
}
