import Recordings
import Support

/// A group of the store as a directory: groups in it become directories, recordings WAV files.
///
/// The group is listed, and its members named, when somebody looks into the directory.
final class GroupDirectory: Directory {
    let group: CatalogueGroup
    let modified: Timestamp
    let caching = NodeCaching.lasting
    /// The time of directories whose own is not known.
    private let fallbackTime: Timestamp
    /// Names that somebody else has here.
    private let reserved: [[UInt8]]
    private let listed = SingleFlight<Listing>()

    /// What is in the directory.
    private struct Listing: Sendable {
        let contents: GroupContents
        /// The groups, as they were named.
        let directories: [GroupDirectory]
        /// The names of all members, in order.
        let names: ByteRows
        /// Which member has each: a group, or after all of these, a recording.
        let members: [UInt32]
    }

    /// The directory of `group`, in which the names `reserved` are left to others. Its time, and that of those in it whose own is not
    /// known, is `fallbackTime`.
    init(_ group: CatalogueGroup, reserved: [[UInt8]] = [], fallbackTime: Timestamp) {
        self.group = group
        self.reserved = reserved
        self.fallbackTime = fallbackTime
        modified = group.modified ?? fallbackTime
    }

    var extendedAttributes: [(name: String, value: String)] { [("path", "/\(group.path)")] }

    var count: Int { listing.names.count }

    func name(at place: Int) -> [UInt8] { Array(listing.names[place]) }

    func place(of name: [UInt8]) -> Int? {
        let place = listing.names.lowerBound(of: name)
        return place < count && listing.names.compare(place, with: name) == 0 ? place : nil
    }

    /// How many children have names that come before `name`.
    func lowerBound(of name: [UInt8]) -> Int { listing.names.lowerBound(of: name) }

    func identity(at place: Int) -> NodeIdentity {
        let listing = listing
        let member = Int(listing.members[place])
        return member < listing.directories.count
            ? .group(path: listing.directories[member].group.path)
            : .recording(path: listing.contents.path(of: member - listing.directories.count))
    }

    func child(at place: Int) -> Child {
        let listing = listing
        let member = Int(listing.members[place])
        return member < listing.directories.count
            ? .directory(listing.directories[member])
            : .file(RecordingFile(contents: listing.contents, number: member - listing.directories.count))
    }

    // MARK: - Members

    /// What the store has in the group.
    var contents: GroupContents { listing.contents }

    /// The directories in it, in no order.
    var directories: [GroupDirectory] { listing.directories }

    /// The recording at `place`; nil for a directory.
    func recording(at place: Int) -> Int? {
        let listing = listing
        let number = Int(listing.members[place]) - listing.directories.count
        return number < 0 ? nil : number
    }

    /// The places of the recordings, by their numbers.
    func placesOfRecordings() -> [Int] {
        let listing = listing
        var places = [Int](repeating: 0, count: listing.contents.recordingCount)
        for (place, member) in listing.members.enumerated() where member >= listing.directories.count {
            places[Int(member) - listing.directories.count] = place
        }
        return places
    }

    private var listing: Listing {
        listed.get {
            let contents = group.list()
            let directories = Self.ordered(contents.groups).map { GroupDirectory($0, fallbackTime: fallbackTime) }
            let naming = FileNaming(
                count: directories.count + contents.recordingCount, reserved: reserved
            ) { member in
                guard member >= directories.count else {
                    return FileNaming.Child(name: FileName(directory: directories[member].group.name), number: nil)
                }
                let wanted = contents.naming(of: member - directories.count)
                return FileNaming.Child(name: FileName(source: wanted.sourceName), number: wanted.number)
            }
            return Listing(
                contents: contents, directories: directories, names: naming.names, members: naming.children)
        }
    }

    /// Those first whose names can be file names as they are, then in the order of their bytes.
    private static func ordered(_ groups: [CatalogueGroup]) -> [CatalogueGroup] {
        groups
            .map { group in
                let name = Array(group.name.utf8)
                return (group: group, isMended: FileName(directory: group.name).bytes() != name, name: name)
            }
            .sorted { left, right in
                left.isMended == right.isMended ? left.name.lexicographicallyPrecedes(right.name) : right.isMended
            }
            .map(\.group)
    }
}
