import Recordings
import Support

/// The directories and WAV files of a store's groups and recordings, as the store arranges them.
struct PlainTree: Sendable {
    let catalogue: Catalogue
    let root: GroupDirectory

    /// The tree of `catalogue` with files of that `kind`, in whose root no group or recording gets a name in `reserved`. It takes
    /// the place of `previous`, if that is one.
    init(
        _ catalogue: Catalogue, files kind: RecordingFileKind = .wave, reserved: [[UInt8]], options: VolumeOptions,
        previous: PlainTree? = nil
    ) {
        self.catalogue = catalogue
        root = GroupDirectory(
            catalogue.root, files: kind, reserved: reserved, fallbackTime: options.modified,
            isLiving: options.isLiving, previous: previous?.root)
    }

    /// Lists all groups, and calls `body` with the members of each directory and its path below the mountpoint, level
    /// by level from the root on; the directories of one directory come in the order of their names.
    func forEachDirectory(_ body: (_ members: GroupDirectory.Members, _ path: String) -> Void) {
        var level = [(directory: root, path: "")]
        while !level.isEmpty {
            var next: [(directory: GroupDirectory, path: String)] = []
            for (directory, path) in level {
                let members = directory.members
                body(members, path)
                for place in 0..<members.count {
                    guard let child = members.directory(at: place) else { continue }
                    next.append((child, members.path(of: place, in: path)))
                }
            }
            level = next
        }
    }

    /// Lists all groups, and calls `body` with each recording (the members of its group, and its number among them) and
    /// the path of its file below the mountpoint, in the order of the catalogue.
    func forEachRecording(_ body: (_ contents: GroupContents, _ number: Int, _ path: String) -> Void) {
        var known: [ObjectIdentifier: (members: GroupDirectory.Members, path: String, places: [Int])] = [:]
        forEachDirectory { members, path in
            known[ObjectIdentifier(members.contents)] = (members, path, members.placesOfRecordings())
        }
        catalogue.forEachMember { contents, member in
            guard case .recording(let number) = member, let known = known[ObjectIdentifier(contents)] else { return }
            body(contents, number, known.members.path(of: known.places[number], in: known.path))
        }
    }

    /// The path below the mountpoint of the WAV file of the recording at `path` of the store; nil if there is no such
    /// recording. Only the groups on the way are listed.
    func path(ofRecording path: String) -> String? {
        var directory = root
        var filePath = ""
        while true {
            let members = directory.members
            let rest = path.utf8.dropFirst(directory.group.path.isEmpty ? 0 : directory.group.path.utf8.count + 1)
            guard rest.contains(UInt8(ascii: "/")) else {
                guard let number = members.contents.recording(named: String(decoding: rest, as: UTF8.self)) else {
                    return nil
                }
                return members.path(of: members.placesOfRecordings()[number], in: filePath)
            }
            let next = (0..<members.count).first { place in
                members.directory(at: place).map { path.utf8.starts(with: "\($0.group.path)/".utf8) } ?? false
            }
            guard let next, let child = members.directory(at: next) else { return nil }
            filePath = members.path(of: next, in: filePath)
            directory = child
        }
    }
}

extension GroupDirectory.Members {
    /// The path below the mountpoint of the member at `place`, if that of the directory is `path`.
    func path(of place: Int, in path: String) -> String {
        let name = String(fileBytes: name(at: place))
        return path.isEmpty ? name : "\(path)/\(name)"
    }
}
