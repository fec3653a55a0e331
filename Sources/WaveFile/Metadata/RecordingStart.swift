public import Support

/// When a recording's first sample was taken, and what says so.
public struct RecordingStart: Sendable, Equatable {
    /// What a start can be known from; earlier ones are believed before later ones.
    public enum Origin: String, Sendable, CaseIterable {
        case guano = "GUANO"
        case broadcast = "bext"
        case audioMothComment = "AudioMoth comment"
        case wamd
        case fileName = "file name"
        case option
    }

    /// The moment; without an offset where nothing says which.
    public let time: Timestamp
    /// What says so.
    public let origin: Origin

    /// The start that the file itself tells, else its name, else `fallback`; nil where nothing does. The time of the import
    /// is none.
    ///
    /// - Parameters:
    ///   - metadata: what the file's chunks say.
    ///   - fileName: the file's name, without its folder.
    ///   - sampleRate: of the file, which `bext` counts in.
    ///   - fallback: what the user says.
    ///   - offsetMinutes: minutes east of UTC for a moment that was written without them.
    public init?(
        metadata: WaveMetadata, fileName: String, sampleRate: UInt32, fallback: Timestamp? = nil,
        offsetMinutes: Int? = nil
    ) {
        for origin in Origin.allCases {
            let found: Timestamp? =
                switch origin {
                case .guano: Self.time(of: "Timestamp", in: metadata.guano)
                case .broadcast: metadata.broadcast?.start(sampleRate: sampleRate)
                case .audioMothComment: metadata.comment.flatMap { Timestamp(audioMothComment: $0) }
                case .wamd: Self.time(of: "timestamp", in: metadata.wamd)
                case .fileName: Timestamp(fileName: fileName)
                case .option: fallback
                }
            guard let found else { continue }
            time = found.offsetMinutes == nil ? offsetMinutes.map { found.read(atOffset: $0) } ?? found : found
            self.origin = origin
            return
        }
        return nil
    }

    private static func time(of name: String, in fields: [MetadataField]) -> Timestamp? {
        fields.first { $0.name == name }.flatMap { Timestamp(iso8601: $0.value) }
    }
}

extension Timestamp {
    /// The moment that a clock `minutes` east of UTC showed as this one's digits.
    fileprivate func read(atOffset minutes: Int) -> Timestamp {
        let shifted = seconds.subtracting(Int64(minutes) * 60) ?? seconds
        return Timestamp(seconds: shifted, nanoseconds: nanoseconds, offsetMinutes: minutes)
    }
}

extension BroadcastExtension {
    /// The origination date and time, to the fraction of a second that the time reference has where it agrees with them.
    fileprivate func start(sampleRate: UInt32) -> Timestamp? {
        guard let start = Timestamp(iso8601: "\(Self.divided(date, by: "-"))T\(Self.divided(time, by: ":"))"),
            sampleRate > 0
        else { return nil }
        let (second, samples) = timeReference.quotientAndRemainder(dividingBy: UInt64(sampleRate))
        let secondOfDay = ((start.seconds % 86_400) + 86_400) % 86_400
        guard second == UInt64(secondOfDay) else { return start }
        return Timestamp(
            seconds: start.seconds, nanoseconds: Int64(samples * 1_000_000_000 / UInt64(sampleRate)))
    }

    /// The text with whatever divides its numbers replaced.
    private static func divided(_ text: String, by divider: Character) -> String {
        String(text.map { $0.isNumber ? $0 : divider })
    }
}
