import Importing
import Recordings
import Support
import WaveFile

/// The options of `zarrwlr import`.
enum ImportOption {
    typealias Option = CommandOption<ImportCommand.Configuration>

    static let all: [Option] = [
        Option(
            "--codec",
            effect: .value("CODEC") { configuration, text throws(CommandError) in
                let codec = try choice(text, "--codec", of: CodecRegistry.encodings.map(\.codec))
                configuration.options.codec = codec
                configuration.options.requiresLossless = CodecRegistry.isLossless(codec) == true
            },
            help: "how to keep audio: \(CodecWords.encodings) (\(ImportOptions.defaultCodec.rawValue))",
            words: CodecRegistry.encodings.map(\.codec.rawValue)),
        Option(
            "--bitrate",
            effect: .value("BITS") { configuration, text throws(CommandError) in
                configuration.options.bitRate = try bitRate(text)
            },
            help: "bits a second of \(CodecWords.lossyEncodings("and")), all channels together, such as 96k"),
        Option(
            "--reencode", effect: .flag { $0.options.reencodes = true },
            help: "decode and encode anew sources that are \(CodecWords.copiedCodecs) already"),
        Option(
            "--ultrasonic",
            effect: .value("HOW") { configuration, text throws(CommandError) in
                configuration.options.ultrasound = try choice(
                    text, "--ultrasonic", of: ImportOptions.Ultrasound.allCases)
            },
            help: "sources too fast for \(CodecWords.lossyEncodings("or")): "
                + "refuse, resample, or relabel (time-expanded) (refuse)",
            words: ImportOptions.Ultrasound.allCases.map(\.rawValue)),
        Option(
            "--stream",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.options.stream = try number(text, "--stream", 0...Int(Int32.max))
            },
            help: "the stream to import, if a file has several (its default)"),
        Option(
            "--start",
            effect: .value("TIME") { configuration, text throws(CommandError) in
                configuration.options.starts.fallback = try time(text, "--start")
            },
            help: "the start of recordings whose start is not known otherwise"),
        Option(
            "--override-start",
            effect: .value("TIME") { configuration, text throws(CommandError) in
                configuration.options.starts.override = try time(text, "--override-start")
            },
            help: "the start of the one SOURCE, whatever it says itself"),
        Option(
            "--timezone",
            effect: .value("ZONE") { configuration, text throws(CommandError) in
                do throws(ClockZoneError) {
                    configuration.options.starts.zone = try ClockZone(text)
                } catch {
                    throw CommandError("option '--timezone': \(error)")
                }
            },
            help: "the zone of starts that are written without an offset: Europe/Berlin, +02:00, Z"),
        Option(
            "--shift",
            effect: .value("SECONDS") { configuration, text throws(CommandError) in
                configuration.options.starts.shiftNanoseconds = try shift(text)
            },
            help: "add seconds to the start of every SOURCE, since the clock was wrong"),
        Option(
            "--trust-clock", effect: .flag { $0.options.starts.trustsClock = true },
            help: "take starts from clocks that were never set (1970-01-01, 1980-01-01, 2000-01-01)"),
        Option(
            "--set",
            effect: .value("KEY=VALUE") { configuration, text throws(CommandError) in
                let (key, value) = try attribute(text)
                configuration.options.attributes[key] = value
            },
            help: "an attribute of your own for every recording; may be repeated"),
        Option(
            "--keep-tree", effect: .flag { $0.keepsTree = true },
            help: "make a group of each folder below a SOURCE"),
        Option(
            "--sidecars", effect: .flag { $0.keepsSidecars = true },
            help: "also keep what lies beside the sound in a folder SOURCE and is no sound"),
        Option(
            "--keep-collapsed", effect: .flag { $0.options.keepsCollapsedSilence = true },
            help: "import triggered AudioMoth recordings (...T.WAV) as they are, silence left out (refuse them)"),
        Option(
            "--strict", effect: .flag { $0.options.isStrict = true },
            help: "refuse sources that are damaged or cut short (imported as far as they go, with a note)"),
        Option(
            "--verify", effect: .flag { $0.options.proof = .everything },
            help: "check all of the recordings of sources that are there already, not only whether all parts are there"),
        Option(
            "--jobs", "-j",
            effect: .value("N") { configuration, text throws(CommandError) in
                configuration.jobs = try number(text, "--jobs", 1...1024)
            },
            help: "threads to work with, on as many files at a time (as many as there are processors)"),
        Option("--dry-run", "-n", effect: .flag { $0.isDryRun = true }, help: "only report what would be done"),
        Option(
            "--quiet", "-q", effect: .flag { $0.isQuiet = true },
            help: "print failures and warnings only"),
        Option("--verbose", "-v", effect: .flag { $0.isVerbose = true }, help: "also name what is passed over"),
        Option(
            "--json", effect: .flag { $0.isJSON = true },
            help: "print a line of JSON for each source, and for all that is passed over"),
    ]

    private static func choice<Choice: RawRepresentable<String>>(
        _ text: String, _ name: String, of choices: [Choice]
    ) throws(CommandError) -> Choice {
        guard let choice = choices.first(where: { $0.rawValue == text.lowercased() }) else {
            let names = choices.map(\.rawValue).joined(separator: ", ")
            throw CommandError("option '\(name)': '\(text)' is none of \(names)")
        }
        return choice
    }

    private static func number(
        _ text: String, _ name: String, _ range: ClosedRange<Int>
    ) throws(CommandError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw CommandError(
                "option '\(name)': '\(text)' is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func time(_ text: String, _ name: String) throws(CommandError) -> Timestamp {
        guard let time = Timestamp(iso8601: text) else {
            throw CommandError("option '\(name)': '\(text)' is no time such as 2024-05-31T22:39:11+02:00")
        }
        return time
    }

    /// The nanoseconds that `text` says, as the value of --shift.
    static func shift(_ text: String) throws(CommandError) -> Int64 {
        guard let nanoseconds = nanoseconds(text) else {
            throw CommandError("option '--shift': '\(text)' is no number of seconds such as -3600 or 0.25")
        }
        return nanoseconds
    }

    /// The nanoseconds of seconds such as `-3600` or `0.25`.
    private static func nanoseconds(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }),
            parts.joined().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let fraction = Int64((parts.dropFirst().joined() + "000000000").prefix(9)),
            let seconds = Int64(whole)?.multiplied(by: 1_000_000_000)?.adding(fraction)
        else { return nil }
        return isNegative ? -seconds : seconds
    }

    private static func bitRate(_ text: String) throws(CommandError) -> Int {
        let isThousands = text.last == "k" || text.last == "K"
        guard let number = Int(isThousands ? String(text.dropLast()) : text),
            let bits = number.multiplied(by: isThousands ? 1000 : 1), (500...10_000_000).contains(bits)
        else { throw CommandError("option '--bitrate': '\(text)' is no rate such as 96k, from 500 to 10000k") }
        return bits
    }

    private static func attribute(_ text: String) throws(CommandError) -> (key: String, value: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw CommandError("option '--set': '\(text)' is not KEY=VALUE")
        }
        guard !text.isEscaped else { throw CommandError("option '--set': '\(text)' is no UTF-8") }
        let key = String(text[..<equals])
        guard !ImportOptions.reservedAttributes.contains(key) else {
            throw CommandError("option '--set': '\(key)' is an attribute that the import sets itself")
        }
        return (key, String(text[text.index(after: equals)...]))
    }
}
