import Recordings
import Support
import Synchronization

/// The recordings of a store, all of them learned, by the days on which they begin.
final class RecordingsByDay: Sendable {
    /// The name of the directory of recordings without a start.
    private static let unknown = "unknown"

    /// A recording, in few bytes.
    struct Member {
        /// Which of the groups it is in.
        let group: UInt32
        /// Its number there.
        let number: UInt32
    }

    /// The directories of the years, and of the recordings without a start.
    let directory: DirectoryList
    private let catalogue: Catalogue
    /// Recordings that could not be served.
    private let unserved: [(contents: GroupContents, number: Int)]
    /// `Catalogue.healedCount` before the recordings were looked at.
    private let healedCount: Int
    /// When the recordings that could not be served were last tried again.
    private let lastLook = Mutex(ContinuousClock.now)

    /// Learns all recordings of `catalogue`. `path` is that of the directory below the mountpoint, and `modified` the time of all
    /// directories. Throws `interrupted` if nobody waits for that any more.
    init(_ catalogue: Catalogue, path: String, modified: Timestamp) throws(VirtualFSError) {
        self.catalogue = catalogue
        healedCount = catalogue.healedCount
        catalogue.learn()
        var groups: [GroupContents] = []
        var numbers: [ObjectIdentifier: UInt32] = [:]
        var days: [CalendarDay?: [Member]] = [:]
        var unserved: [(contents: GroupContents, number: Int)] = []
        catalogue.forEachMember { contents, member in
            guard case .recording(let number) = member, !Cancellation.isRequested else { return }
            guard let facts = try? contents.facts(of: number) else {
                unserved.append((contents, number))
                return
            }
            let group = numbers[ObjectIdentifier(contents)] ?? UInt32(clamping: groups.count)
            if Int(group) == groups.count {
                groups.append(contents)
                numbers[ObjectIdentifier(contents)] = group
            }
            days[facts.start?.day, default: []].append(Member(group: group, number: UInt32(clamping: number)))
        }
        guard !Cancellation.isRequested else { throw .interrupted }
        self.unserved = unserved
        let caching = unserved.isEmpty && !catalogue.isUnsettled ? NodeCaching.lasting : .unsettled
        func directory(_ members: [Member]) -> DayDirectory {
            DayDirectory(of: members, in: groups, view: path, modified: modified, caching: caching)
        }
        var years: [String: [DirectoryList.Named]] = [:]
        var top: [DirectoryList.Named] = []
        for (day, members) in days {
            if let day {
                years[day.yearText, default: []].append(("\(day)", directory(members)))
            } else {
                top.append((Self.unknown, directory(members)))
            }
        }
        for (year, days) in years {
            top.append((year, DirectoryList(path: "\(path)/\(year)", days, modified: modified, caching: caching)))
        }
        self.directory = DirectoryList(path: path, top, modified: modified, caching: caching)
    }

    /// Whether a recording is served now that could not be served, or was rewritten since. Those that could not be served are tried
    /// again, but not all the time.
    var isOutdated: Bool {
        let isDue = lastLook.withLock { last in
            let now = ContinuousClock.now
            guard !unserved.isEmpty, now - last >= .seconds(1) else { return false }
            last = now
            return true
        }
        if isDue {
            for (contents, number) in unserved where !Cancellation.isRequested { _ = try? contents.facts(of: number) }
        }
        return catalogue.healedCount != healedCount
    }
}
