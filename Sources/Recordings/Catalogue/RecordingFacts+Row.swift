import SQLite
import Support
import WaveFile

/// A recording's facts as columns of a catalogue.
extension RecordingFacts {
    /// The columns' names, in order.
    static let columns = """
        source, codec, rate, channels, bits, is_float, rate_reason, samples, start_seconds, start_nanoseconds, start_offset, \
        modified_seconds, modified_nanoseconds, sha256, head, tail
        """

    /// The columns' values, in order.
    var row: [DatabaseValue] {
        [
            .text(sourceName), .text(codec.rawValue), .integer(Int64(format.sampleRate)),
            .integer(Int64(format.channels)), .integer(Int64(format.encoding.bits)),
            .integer(format.encoding.isFloat ? 1 : 0), DatabaseValue(rateReason), DatabaseValue(sampleCount),
            start.map { .integer($0.seconds) } ?? .null, start.map { .integer($0.nanoseconds) } ?? .null,
            start?.offsetMinutes.map { .integer(Int64($0)) } ?? .null, .integer(modified.seconds),
            .integer(modified.nanoseconds), DatabaseValue(sourceSHA256), DatabaseValue(envelopeSize?.headByteCount),
            DatabaseValue(envelopeSize?.tailByteCount),
        ]
    }

    /// The facts that the row of the recording at `path` has; nil if it makes no sense, as everything is possible in a file.
    init?(_ row: ArraySlice<DatabaseValue>, path: String, isArray: Bool) {
        let columns = Array(row)
        guard columns.count == 16, let sourceName = columns[0].text,
            let codec = columns[1].text.flatMap({ AudioCodec(rawValue: $0) }),
            let rate = columns[2].integer.flatMap({ UInt32(exactly: $0) }),
            let channels = columns[3].integer.flatMap({ Int(exactly: $0) }),
            let bits = columns[4].integer, let isFloat = columns[5].integer,
            let encoding = SampleEncoding.all.first(where: { $0.bits == bits && $0.isFloat == (isFloat != 0) }),
            let format = WaveFormat(sampleRate: rate, channels: channels, encoding: encoding),
            let samples = columns[7].integer, let modifiedSeconds = columns[11].integer,
            let modifiedNanoseconds = columns[12].integer
        else { return nil }
        self.init(
            path: path, isArray: isArray, sourceName: sourceName, codec: codec, format: format,
            sampleCount: UInt64(bitPattern: samples),
            modified: Timestamp(seconds: modifiedSeconds, nanoseconds: modifiedNanoseconds, offsetMinutes: 0))
        rateReason = columns[6].text
        start = columns[8].integer.map { seconds in
            Timestamp(
                seconds: seconds, nanoseconds: columns[9].integer ?? 0,
                offsetMinutes: columns[10].integer.flatMap { Int(exactly: $0) })
        }
        sourceSHA256 = columns[13].text
        envelopeSize = columns[14].integer.map { head in
            EnvelopeSize(
                headByteCount: UInt64(bitPattern: head), tailByteCount: UInt64(bitPattern: columns[15].integer ?? 0))
        }
    }
}

extension SampleEncoding {
    fileprivate static let all: [SampleEncoding] = [
        .unsigned8, .integer16, .integer24, .integer32, .float32, .float64,
    ]
}
