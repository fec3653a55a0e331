public import Support

/// The time of a recording's first sample, and the source that it is taken from.
public struct RecordingStart: Sendable, Equatable {
    /// The sources of a start, the most trusted first.
    public enum Origin: String, Sendable, CaseIterable {
        case guano = "GUANO"
        case broadcast = "bext"
        case audioMothComment = "AudioMoth comment"
        case wamd
        case ixml = "iXML"
        /// `RecordingStart`, or `DATE` with a time, of FLAC, Ogg and other tags.
        case tag
        case fileName = "file name"
        /// `ICRD` of a WAV file's INFO list. It is often the day of editing, and so ranks below the name.
        case creationDate = "ICRD"
        /// `creation_time` of MP4 and other containers. It is often the time of encoding.
        case creationTime = "creation_time"
        case option
    }

    /// The time, without an offset if none is known.
    public let time: Timestamp
    /// The source of the time.
    public let origin: Origin

    /// The start from the first source that has one, in the order of `Origin`; nil if none has. The time of the import is never used.
    ///
    /// Times of a clock that was never set (`isOfUnsetClock`) are skipped, unless given by the user.
    ///
    /// - Parameters:
    ///   - metadata: the metadata in the file's chunks.
    ///   - tags: the tags of the file and its stream, by their names.
    ///   - fileName: the file's name, without its folder.
    ///   - sampleRate: the sample rate of the file, for the time reference in `bext`.
    ///   - fallback: the start given by the user.
    ///   - offsetMinutes: minutes east of UTC for a time that has no offset.
    public init?(
        metadata: WaveMetadata, tags: [String: String] = [:], fileName: String, sampleRate: UInt32,
        fallback: Timestamp? = nil, offsetMinutes: Int? = nil
    ) {
        for origin in Origin.allCases {
            let found: Timestamp? =
                switch origin {
                case .guano: Self.time(of: "Timestamp", in: metadata.guano)
                case .broadcast: metadata.broadcast?.start(sampleRate: sampleRate)
                case .audioMothComment: metadata.comment.flatMap { Timestamp(audioMothComment: $0) }
                case .wamd: Self.time(of: "timestamp", in: metadata.wamd)
                case .ixml: metadata.ixml.flatMap { Timestamp(ixml: $0) }
                case .tag: Self.time(ofTags: ["recordingstart", "date"], in: tags)
                case .fileName: Timestamp(fileName: fileName)
                case .creationDate: Self.time(of: "ICRD", in: metadata.info)
                case .creationTime: Self.time(ofTags: ["creation_time"], in: tags)
                case .option: fallback
                }
            guard let found, origin == .option || !found.isOfUnsetClock else { continue }
            time = found.offsetMinutes == nil ? offsetMinutes.map { found.read(atOffset: $0) } ?? found : found
            self.origin = origin
            return
        }
        return nil
    }

    private static func time(of name: String, in fields: [MetadataField]) -> Timestamp? {
        fields.first { $0.name == name }.flatMap { Timestamp(metadata: $0.value) }
    }

    private static func time(ofTags names: [String], in tags: [String: String]) -> Timestamp? {
        names.lazy.compactMap { name in
            tags.first { $0.key.lowercased() == name }.flatMap { Timestamp(metadata: $0.value) }
        }.first
    }
}

extension Timestamp {
    /// Whether it is on a day on which clocks start if they were never set or lost power: 1970-01-01 (Unix), 1980-01-01 (FAT, GPS) or
    /// 2000-01-01 (real-time clocks). A clock that is not set runs on from there.
    fileprivate var isOfUnsetClock: Bool {
        let day = String(
            Timestamp(seconds: seconds.adding(Int64(offsetMinutes ?? 0) * 60) ?? seconds).description.prefix(10))
        return ["1970-01-01", "1980-01-01", "2000-01-01"].contains(day)
    }

    /// The origination date and time of an iXML chunk's `BEXT` element. See http://www.gallery.co.uk/ixml/.
    fileprivate init?(ixml: String) {
        func element(_ name: String) -> Substring? {
            guard let start = ixml.range(of: "<\(name)>"),
                let end = ixml[start.upperBound...].range(of: "</\(name)>")
            else { return nil }
            return ixml[start.upperBound..<end.lowerBound]
        }
        guard let date = element("BWF_ORIGINATION_DATE"), let time = element("BWF_ORIGINATION_TIME") else { return nil }
        self.init(metadata: "\(date) \(time)")
    }

    /// The time at which a clock `minutes` east of UTC showed the date and time of day that this one shows in UTC.
    fileprivate func read(atOffset minutes: Int) -> Timestamp {
        let shifted = seconds.subtracting(Int64(minutes) * 60) ?? seconds
        return Timestamp(seconds: shifted, nanoseconds: nanoseconds, offsetMinutes: minutes)
    }
}

extension BroadcastExtension {
    /// The origination date and time, with the fraction of a second of the time reference if that agrees with them.
    fileprivate func start(sampleRate: UInt32) -> Timestamp? {
        guard let start = Timestamp(metadata: "\(date) \(time)"),
            sampleRate > 0
        else { return nil }
        let (second, samples) = timeReference.quotientAndRemainder(dividingBy: UInt64(sampleRate))
        let secondOfDay = ((start.seconds % 86_400) + 86_400) % 86_400
        guard second == UInt64(secondOfDay) else { return start }
        return Timestamp(
            seconds: start.seconds, nanoseconds: Int64(samples * 1_000_000_000 / UInt64(sampleRate)))
    }
}
