public import Support

/// The value of a column for one recording, before it is written as text or JSON.
public enum RecordingValue: Sendable, Equatable {
    case text(String)
    /// A path in a store, without a leading slash; empty for the root.
    case path(String)
    case count(UInt64)
    case real(Double)
    case time(Timestamp)
    /// How long `samples` samples last, taken `rate` times a second.
    case duration(samples: UInt64, rate: UInt32)
    case flag(Bool)
    /// How many times `part` goes into `whole`.
    case ratio(whole: UInt64, part: UInt64)

    /// What kind of value it is.
    public enum Kind: Sendable {
        case text, path, count, real, time, duration, flag, ratio
    }

    /// The value as programs read it: numbers in plain decimals, a duration in seconds, a time in ISO 8601.
    public var text: String {
        switch self {
        case .text(let text), .path(let text): text.displayedName
        case .count(let count): "\(count)"
        case .real(let number): "\(number)"
        case .time(let time): time.description
        case .duration(let samples, let rate): SampleDuration(samples: samples, rate: rate).seconds
        case .flag(let flag): "\(flag)"
        case .ratio(let whole, let part): "\(Double(whole) / Double(part))"
        }
    }
}

extension RecordingValue: Encodable {
    /// Writes a number, a Boolean or a text; a duration is its seconds.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text, .path, .time: try value.encode(text)
        case .count(let count): try value.encode(count)
        case .real(let number): try value.encode(number)
        case .duration(let samples, let rate): try value.encode(Double(samples) / Double(rate))
        case .flag(let flag): try value.encode(flag)
        case .ratio(let whole, let part): try value.encode(Double(whole) / Double(part))
        }
    }
}
