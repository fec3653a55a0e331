/// The offsets of a region from UTC, at all times: a file of the time zone database in the form TZif. RFC 9636.
struct TimeZoneTable: Sendable, Equatable {
    private struct Change: Equatable {
        /// Seconds since 1970, in UTC.
        let time: Int64
        /// Seconds east of UTC from then on.
        let offset: Int64
    }

    /// In the order of their times.
    private let changes: [Change]
    /// The offset before the first change.
    private let firstOffset: Int64
    /// The rule after the last change; nil if the last offset holds for ever.
    private let rule: TimeZoneRule?

    private static let headerByteCount = 44

    /// The counts in a header. RFC 9636, section 3.1.
    private struct Counts {
        let version: UInt8
        let times, types, characters, leaps, standards, universals: Int

        init?(_ reader: inout ByteReader) {
            guard reader.read(4)?.elementsEqual("TZif".utf8) == true, let version = reader.readByte(), reader.skip(15)
            else { return nil }
            var counts: [Int] = []
            for _ in 0..<6 {
                guard let count = reader.readBigEndian(UInt32.self), count < 1 << 20 else { return nil }
                counts.append(Int(count))
            }
            self.version = version
            (universals, standards, leaps) = (counts[0], counts[1], counts[2])
            (times, types, characters) = (counts[3], counts[4], counts[5])
        }

        /// Bytes of the data behind the header, if times have `timeByteCount`.
        func byteCount(timeByteCount: Int) -> Int {
            times * (timeByteCount + 1) + types * 6 + characters + leaps * (timeByteCount + 4) + standards + universals
        }
    }

    /// Nil if `bytes` are not TZif.
    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard var counts = Counts(&reader) else { return nil }
        let hasLongTimes = counts.version >= UInt8(ascii: "2")
        if hasLongTimes {
            guard reader.skip(counts.byteCount(timeByteCount: 4)), let long = Counts(&reader) else { return nil }
            counts = long
        }
        var times: [Int64] = []
        for _ in 0..<counts.times {
            let time =
                hasLongTimes ? reader.readBigEndian(Int64.self) : reader.readBigEndian(Int32.self).map { Int64($0) }
            guard let time else { return nil }
            times.append(time)
        }
        guard let kinds = reader.read(counts.times) else { return nil }
        var offsets: [Int64] = []
        for _ in 0..<counts.types {
            guard let offset = reader.readBigEndian(Int32.self), reader.skip(2), offset.magnitude < 26 * 3600
            else { return nil }
            offsets.append(Int64(offset))
        }
        guard let firstOffset = offsets.first, kinds.allSatisfy({ $0 < offsets.count }),
            zip(times, times.dropFirst()).allSatisfy(<),
            reader.skip(
                counts.characters + counts.leaps * (hasLongTimes ? 12 : 8) + counts.standards + counts.universals)
        else { return nil }
        self.firstOffset = firstOffset
        changes = zip(times, kinds).map { Change(time: $0, offset: offsets[Int($1)]) }
        let footer = hasLongTimes ? reader.read(reader.remaining) ?? [] : []
        let text = String(decoding: footer.dropFirst().prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        rule = text.isEmpty ? nil : TimeZoneRule(text)
        guard text.isEmpty || rule != nil else { return nil }
    }

    /// Seconds east of UTC at `time`, which is in seconds since 1970.
    func offset(at time: Int64) -> Int64 {
        if let rule, changes.last.map({ time >= $0.time }) ?? true { return rule.offset(at: time) }
        return changes.last { $0.time <= time }?.offset ?? firstOffset
    }
}
