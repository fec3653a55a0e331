import Recordings
import Support

/// The recordings of a store in the groups in which the store has them.
struct PlainTree: Sendable {
    let catalogue: Catalogue
    let root: GroupDirectory

    /// The tree of what `catalogue` has, with the names `reserved` left to others in its root.
    init(_ catalogue: Catalogue, reserved: [[UInt8]], options: VolumeOptions) {
        self.catalogue = catalogue
        root = GroupDirectory(catalogue.root, reserved: reserved, fallbackTime: options.modified)
    }

    /// Calls `body` with each directory and its path below the mountpoint: the root, then those in it, then those in these, and so
    /// on, those of one directory in the order of their names.
    func forEachDirectory(_ body: (_ directory: GroupDirectory, _ path: String) -> Void) {
        var level = [(directory: root, path: "")]
        while !level.isEmpty {
            var next: [(directory: GroupDirectory, path: String)] = []
            for (directory, path) in level {
                body(directory, path)
                for place in 0..<directory.count where directory.recording(at: place) == nil {
                    guard case .directory(let child as GroupDirectory) = directory.child(at: place) else { continue }
                    next.append((child, Self.path(of: place, in: directory, at: path)))
                }
            }
            level = next
        }
    }

    /// Calls `body` with each recording, its number in what is in its group, and the path of its file below the mountpoint, in the
    /// order that the catalogue has them in.
    func forEachRecording(_ body: (_ contents: GroupContents, _ number: Int, _ path: String) -> Void) {
        var directories: [ObjectIdentifier: (directory: GroupDirectory, path: String, places: [Int])] = [:]
        forEachDirectory { directory, path in
            directories[ObjectIdentifier(directory.contents)] = (directory, path, directory.placesOfRecordings())
        }
        catalogue.forEachMember { contents, member in
            guard case .recording(let number) = member, let known = directories[ObjectIdentifier(contents)] else {
                return
            }
            body(contents, number, Self.path(of: known.places[number], in: known.directory, at: known.path))
        }
    }

    /// The path below the mountpoint of the file of the recording at `path` of the store, found by listing the groups on the way;
    /// nil if there is no such recording.
    func path(ofRecording path: String) -> String? {
        var directory = root
        var filePath = ""
        while true {
            let rest = path.utf8.dropFirst(directory.group.path.isEmpty ? 0 : directory.group.path.utf8.count + 1)
            guard !rest.contains(UInt8(ascii: "/")) else {
                let next = (0..<directory.count).first { place in
                    guard directory.recording(at: place) == nil,
                        case .group(let group) = directory.identity(at: place)
                    else { return false }
                    return path.utf8.starts(with: "\(group)/".utf8)
                }
                guard let next, case .directory(let child as GroupDirectory) = directory.child(at: next) else {
                    return nil
                }
                filePath = Self.path(of: next, in: directory, at: filePath)
                directory = child
                continue
            }
            guard let number = directory.contents.recording(named: String(decoding: rest, as: UTF8.self)) else {
                return nil
            }
            return Self.path(of: directory.placesOfRecordings()[number], in: directory, at: filePath)
        }
    }

    /// The path of the child at `place` of the `directory` at `path`.
    static func path(of place: Int, in directory: some Directory, at path: String) -> String {
        let name = String(decoding: directory.name(at: place), as: UTF8.self)
        return path.isEmpty ? name : "\(path)/\(name)"
    }
}
