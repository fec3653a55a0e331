import Recordings
import Support
import WaveFile

/// `.zarrwlr/recordings.csv`: every recording that is served, a line each.
///
/// Fields are quoted as RFC 4180 has it; lines end with a line feed, as Unix tools expect.
enum RecordingsTable {
    private static let header =
        "path,group,codec,rate,channels,bits,samples,seconds,start,sha256,rate_ground\n"

    /// The table of recordings and their paths below the mountpoint.
    static func text(of rows: [(recording: Recording, path: String)]) -> String {
        var text = header
        for (recording, path) in rows {
            let format = recording.format
            let fields = [
                path, recording.group, recording.codec.rawValue, "\(format.sampleRate)", "\(format.channels)",
                "\(format.encoding.bits)", "\(recording.sampleCount)",
                seconds(recording.sampleCount, rate: format.sampleRate), recording.start?.description ?? "",
                recording.sourceSHA256 ?? "", recording.rateGround ?? "",
            ]
            text += fields.map(quoted).joined(separator: ",")
            text += "\n"
        }
        return text
    }

    /// `samples / rate` to the nearest microsecond, in plain decimals.
    static func seconds(_ samples: UInt64, rate: UInt32) -> String {
        let rate = UInt64(max(rate, 1))
        let (whole, rest) = samples.quotientAndRemainder(dividingBy: rate)
        // The rest is below 2^32, so this stays far below 2^64.
        let microseconds = (rest * 1_000_000 + rate / 2) / rate
        let digits = String(microseconds % 1_000_000)
        return "\(whole + microseconds / 1_000_000).\(String(repeating: "0", count: 6 - digits.count))\(digits)"
    }

    private static func quoted(_ field: String) -> String {
        // By UTF-8 bytes: as a Character, a line feed after a carriage return is neither.
        guard field.utf8.contains(where: isSpecial) else { return field }
        let inner = field.utf8.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
        return "\"\(String(decoding: inner, as: UTF8.self))\""
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }
}
