import Recordings
import Support

/// The names of the files that a view has of recordings.
struct ViewLinks: Sendable {
    /// The name of the view's directory.
    let view: String
    /// What the names of its files end with, if they are those of the WAV files but for that; nil if that depends on the recording.
    let ending: String?

    /// A directory of the view, and for each recording of a group the place of its file there plus one; 0 if it has none.
    private struct Listed: Sendable {
        let directory: any Directory
        var places: [UInt32]
    }

    /// By the groups.
    private var listed: [ObjectIdentifier: Listed] = [:]

    /// The names in the directory `root` and those below it.
    init(_ root: any Directory, view: String, ending: String? = nil) {
        self.view = view
        self.ending = ending
        var pending = [root]
        while let directory = pending.popLast() {
            guard (try? directory.prepare()) != nil else { continue }
            for place in 0..<directory.count {
                switch directory.child(at: place) {
                case .directory(let child): pending.append(child)
                case .file(let file as any DerivedFile): add(file, at: place, in: directory)
                case .file: continue
                }
            }
        }
    }

    private mutating func add(_ file: any DerivedFile, at place: Int, in directory: any Directory) {
        let key = ObjectIdentifier(file.contents)
        if listed[key] == nil {
            let places = [UInt32](repeating: 0, count: file.contents.recordingCount)
            listed[key] = Listed(directory: directory, places: places)
        }
        listed[key]?.places[file.number] = UInt32(clamping: place + 1)
    }

    /// The name of the file of the recording `number` of `contents`; nil if there is none.
    func name(of number: Int, in contents: GroupContents) -> [UInt8]? {
        guard let listed = listed[ObjectIdentifier(contents)], listed.places[number] > 0 else { return nil }
        return listed.directory.name(at: Int(listed.places[number]) - 1)
    }
}
