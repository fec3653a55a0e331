public import Support

/// The start of a source, and what the user should know about how it was found.
public struct StartSearch: Sendable, Equatable {
    /// The start; nil if it is not known.
    public private(set) var start: RecordingStart?
    /// A time that was not taken, as the clock that wrote it was never set; nil if there is none.
    public private(set) var unsetClock: RecordingStart?
    /// What is doubtful about the start, given the zone in the rules.
    public private(set) var doubt: ClockZone.Doubt?
    /// Whether the start was shifted.
    public private(set) var isShifted = false

    /// Searches for the start of a source, in the order of `RecordingStart.Origin`. The time of the import is never used.
    ///
    /// Times of a clock that was never set (`Timestamp.isOfUnsetClock`) are passed over, unless the user trusts them.
    ///
    /// - Parameters:
    ///   - metadata: the metadata in the file's chunks.
    ///   - tags: the tags of the file and its stream, by their names.
    ///   - fileName: the file's name, without its folder.
    ///   - sampleRate: the sample rate of the file, for the time reference in `bext`.
    ///   - rules: what the user says.
    public init(
        metadata: WaveMetadata, tags: [String: String] = [:], fileName: String, sampleRate: UInt32,
        rules: StartRules = StartRules()
    ) {
        if let override = rules.override {
            take(override, .option, rules, shift: 0)
            return
        }
        for origin in RecordingStart.Origin.allCases {
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
                case .option: rules.fallback
                }
            guard let found else { continue }
            if origin == .option || rules.trustsClock || !found.isOfUnsetClock {
                take(found, origin, rules, shift: rules.shiftNanoseconds)
                return
            }
            unsetClock = unsetClock ?? RecordingStart(time: found, origin: origin)
        }
    }

    /// Takes `time` as the start, shifted by `shift` nanoseconds. A time without an offset is read in the zone of `rules`.
    private mutating func take(
        _ time: Timestamp, _ origin: RecordingStart.Origin, _ rules: StartRules, shift: Int64
    ) {
        let shifted = shift == 0 ? nil : time.adding(nanoseconds: shift)
        isShifted = shifted != nil
        let right = shifted ?? time
        guard right.offsetMinutes == nil, let zone = rules.zone else {
            start = RecordingStart(time: right, origin: origin)
            return
        }
        let reading = zone.reading(right)
        start = RecordingStart(time: reading.time, origin: origin)
        doubt = reading.doubt
    }

    private static func time(of name: String, in fields: [MetadataField]) -> Timestamp? {
        fields.first { $0.name == name }.flatMap { Timestamp(metadata: $0.value) }
    }

    /// The time in the tag with the first of `names`, which are in lower case. Spellings of a tag are tried in the order of their bytes,
    /// so that the same file always has the same start.
    private static func time(ofTags names: [String], in tags: [String: String]) -> Timestamp? {
        names.lazy.flatMap { name in tags.filter { $0.key.lowercased() == name }.sorted { $0.key < $1.key } }
            .compactMap { Timestamp(metadata: $0.value) }.first
    }
}

extension Timestamp {
    /// Whether it is on a day on which clocks start if they were never set or lost power: 1970-01-01 (Unix), 1980-01-01 (FAT, GPS) or
    /// 2000-01-01 (real-time clocks), by the clock or in UTC. A clock that is not set runs on from there.
    fileprivate var isOfUnsetClock: Bool {
        let local = seconds.adding(Int64(offsetMinutes ?? 0) * 60) ?? seconds
        return [seconds, local].contains { seconds in
            ["1970-01-01", "1980-01-01", "2000-01-01"].contains(Timestamp(seconds: seconds).description.prefix(10))
        }
    }

    /// The origination date and time of an iXML chunk's `BEXT` element.
    init?(ixml: String) {
        let chunk = IXMLChunk(ixml)
        guard let date = chunk.element("BWF_ORIGINATION_DATE"), let time = chunk.element("BWF_ORIGINATION_TIME") else {
            return nil
        }
        self.init(metadata: "\(date) \(time)")
    }
}

extension BroadcastExtension {
    /// The origination date and time, with the fraction of a second of the time reference if that agrees with them.
    fileprivate func start(sampleRate: UInt32) -> Timestamp? {
        guard let start = Timestamp(metadata: "\(date) \(time)"), sampleRate > 0 else { return nil }
        let (second, samples) = timeReference.quotientAndRemainder(dividingBy: UInt64(sampleRate))
        let secondOfDay = ((start.seconds % 86_400) + 86_400) % 86_400
        guard second == UInt64(secondOfDay) else { return start }
        return Timestamp(
            seconds: start.seconds, nanoseconds: Int64(samples * 1_000_000_000 / UInt64(sampleRate)),
            offsetMinutes: start.offsetMinutes)
    }
}
