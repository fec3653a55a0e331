public import Support

/// When a recording's first sample was taken, and what says so.
public struct RecordingStart: Sendable, Equatable {
    /// What a start can be known from; earlier ones are believed before later ones.
    public enum Origin: String, Sendable, CaseIterable {
        case guano = "GUANO"
        case broadcast = "bext"
        case audioMothComment = "AudioMoth comment"
        case wamd
        case ixml = "iXML"
        /// `RecordingStart`, or `DATE` with a time, of FLAC, Ogg and other tags.
        case tag
        case fileName = "file name"
        /// `ICRD` of a WAV file's INFO list: often the day of editing, so that it comes after the name.
        case creationDate = "ICRD"
        /// `creation_time` of MP4 and other containers: often the time of coding.
        case creationTime = "creation_time"
        case option
    }

    /// The moment; without an offset where nothing says which.
    public let time: Timestamp
    /// What says so.
    public let origin: Origin

    /// The start that the file itself says, else its name, else `fallback`; nil if nothing does. The time of the import is none.
    ///
    /// A moment of a clock that was never set (`isOfUnsetClock`) is passed over, unless `trustsClock`.
    ///
    /// - Parameters:
    ///   - metadata: what the file's chunks say.
    ///   - tags: what the tags of the file and its stream say, by their names.
    ///   - fileName: the file's name, without its folder.
    ///   - sampleRate: of the file, which `bext` counts in.
    ///   - fallback: what the user says.
    ///   - offsetMinutes: minutes east of UTC for a moment that was written without them.
    public init?(
        metadata: WaveMetadata, tags: [String: String] = [:], fileName: String, sampleRate: UInt32,
        fallback: Timestamp? = nil, offsetMinutes: Int? = nil, trustsClock: Bool = false
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
            guard let found, trustsClock || origin == .option || !found.isOfUnsetClock else { continue }
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
    /// Whether it lies on a day on which the clocks of devices begin when they were never set, or lost power: 1970-01-01 (Unix),
    /// 1980-01-01 (FAT, GPS) and 2000-01-01 (real-time clocks). A clock that was not set runs on from there.
    public var isOfUnsetClock: Bool {
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

    /// The moment that a clock `minutes` east of UTC showed as this one's digits.
    fileprivate func read(atOffset minutes: Int) -> Timestamp {
        let shifted = seconds.subtracting(Int64(minutes) * 60) ?? seconds
        return Timestamp(seconds: shifted, nanoseconds: nanoseconds, offsetMinutes: minutes)
    }
}

extension BroadcastExtension {
    /// The origination date and time, to the fraction of a second that the time reference has where it agrees with them.
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
