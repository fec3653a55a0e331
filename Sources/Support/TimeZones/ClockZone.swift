import Glibc

/// The zone of a clock that does not say how far it is from UTC: a fixed offset, or a region with its changes to and from summer time.
public struct ClockZone: Sendable, Equatable {
    /// Why a clock's reading does not say which point in time it is.
    public enum Doubt: Sendable, Equatable {
        /// Clocks are put forward over it: no right clock shows it. It is taken as if the clock had not been changed yet.
        case skipped
        /// Clocks are put back over it: it is shown twice. The first is taken.
        case repeated
    }

    private enum Rules: Equatable {
        case offset(minutes: Int)
        case table(TimeZoneTable)
    }

    /// What the user calls it.
    public let name: String
    private let rules: Rules

    /// The folder of the system's time zones, from the package tzdata.
    private static let folder = "/usr/share/zoneinfo"
    /// The most bytes of a time zone's file, which has a few thousand.
    private static let byteCountLimit = 1 << 20

    /// The zone that `text` names: an offset (`Z`, `+2`, `+10`, `+1000`, `-03:30`), or a name of the IANA time zone database
    /// (`Europe/Berlin`).
    public init(_ text: String) throws(ClockZoneError) {
        name = text
        if let minutes = Self.offsetMinutes(text) {
            rules = .offset(minutes: minutes)
        } else {
            rules = .table(try Self.table(text))
        }
    }

    /// The point in time at which a clock in this zone shows `local`, read as if it were UTC, and what is doubtful about that.
    public func reading(_ local: Timestamp) -> (time: Timestamp, doubt: Doubt?) {
        switch rules {
        case .offset(let minutes): return (local.read(atOffset: Int64(minutes) * 60), nil)
        case .table(let table):
            // No zone changes twice within a day of a change.
            let day: Int64 = 86_400
            let before = table.offset(at: local.seconds.subtracting(day) ?? local.seconds)
            let after = table.offset(at: local.seconds.adding(day) ?? local.seconds)
            let holds = { (offset: Int64) in
                local.seconds.subtracting(offset).map { table.offset(at: $0) } == offset
            }
            guard before != after, holds(before) == holds(after) else {
                return (local.read(atOffset: holds(before) ? before : after), nil)
            }
            return (local.read(atOffset: before), holds(before) ? .repeated : .skipped)
        }
    }

    /// Minutes east of UTC in an offset; nil if `text` is none.
    private static func offsetMinutes(_ text: String) -> Int? {
        let isShort = text.utf8.count == 2 || text.utf8.dropFirst(2).first == UInt8(ascii: ":")
        let padded = isShort ? "\(text.prefix(1))0\(text.dropFirst())" : text
        return Timestamp(iso8601: "1970-01-01T00:00:00\(padded)")?.offsetMinutes
    }

    private static func table(_ name: String) throws(ClockZoneError) -> TimeZoneTable {
        guard access(folder, R_OK) == 0 else {
            throw ClockZoneError(
                "'\(name)': this system has no time zones: install tzdata, or write an offset such as +02:00")
        }
        let isName =
            name.utf8.count <= 64 && name.first.map { $0.isASCII && $0.isLetter } == true
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+-".contains($0)) }
            }
        guard isName, let bytes = contents("\(folder)/\(name)"), let table = TimeZoneTable(bytes) else {
            throw ClockZoneError(
                "'\(name)' is no time zone: write a name such as Europe/Berlin (see \(folder)), or an offset such as "
                    + "+02:00 or Z")
        }
        return table
    }

    private static func contents(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < byteCountLimit {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return bytes }
            bytes += piece.prefix(count)
        }
        return nil
    }
}

/// A time zone that is not known.
public struct ClockZoneError: DescribedError, Equatable {
    /// What was written, and what can be written instead.
    public let summary: String

    init(_ summary: String) {
        self.summary = summary
    }
}

extension Timestamp {
    /// The point in time at which a clock `offset` seconds east of UTC shows what this one shows in UTC.
    fileprivate func read(atOffset offset: Int64) -> Timestamp {
        Timestamp(
            seconds: seconds.subtracting(offset) ?? seconds, nanoseconds: nanoseconds,
            offsetMinutes: Int(clamping: offset / 60))
    }
}
