import Support

/// A pattern by which recorders put the start of a recording into the names of their files.
private struct RecorderNaming: Sendable {
    /// A part of a name.
    enum Part: Sendable {
        /// A number of a date or a time, with this number of digits.
        case number(Field, digits: Int)
        /// One or more digits without a meaning for the time.
        case counter
        /// One of these characters.
        case oneOf(String)
        /// Exactly this text.
        case text(String)
    }

    /// The meaning of a number in a name.
    enum Field: Sendable {
        case year, month, day, hour, minute, second, millisecond
    }

    /// The place of the pattern in a name.
    enum Place: Sendable {
        /// Anywhere, but not next to another digit.
        case anywhere
        /// The whole name, without its extension.
        case whole
        /// The end of the name, without its extension.
        case end
    }

    let parts: [Part]
    let place: Place
    /// Whether the order of the numbers in its dates is certain.
    let isCertain: Bool

    /// The pattern that `template` describes: `yyyy`, `yy`, `MM`, `dd`, `HH`, `mm`, `ss` and `SSS` are numbers, `#` is a counter, `{…}` is
    /// one of the characters in the braces, and everything else is text, as is everything between quotes.
    init(_ template: String, _ place: Place = .anywhere, isCertain: Bool = true) {
        parts = Self.parts(of: template)
        self.place = place
        self.isCertain = isCertain
    }

    /// The known patterns, the most specific first. None has a date whose numbers could be in another order (day first or month
    /// first), unless it is not certain: then dates count that cannot be read in another order.
    static let all: [RecorderNaming] = [
        // Frontier Labs BAR: S20210205T035946676+1000_E20210205T045941523+1000_….wav (firmware 3 and later).
        // https://www.frontierlabs.com.au, BAR-LT user guide, "File naming".
        RecorderNaming("yyyyMMddTHHmmssSSS"),
        // AudioMoth 20240903_202615.WAV, Song Meter PREFIX_20240903_202615.wav ($ if set by GPS), Frontier Labs
        // 20190422T200000+1000_REC.flac, AMAR….20190512T123456Z.wav, icListen, Loggerhead, Swift, Echo Meter.
        // https://www.openacousticdevices.info, Wildlife Acoustics "Song Meter SM4 user guide", JASCO AMAR, Ocean Sonics.
        // Loggers that separate by full stops: 20230504.195202.wav.
        RecorderNaming("yyyyMMdd{_$-Tt .}HHmmss"),
        // BirdNET-Pi: 2023-09-15-birdnet-06:12:27.wav, and 2023-09-15-birdnet-RTSP_1-06:12:27.wav if a stream is recorded.
        // https://github.com/mcguirepr89/BirdNET-Pi, scripts/birdnet_recording.sh.
        RecorderNaming("yyyy-MM-dd'-birdnet-'HH{:-_.}mm{:-_.}ss"),
        RecorderNaming("yyyy-MM-dd'-birdnet-RTSP_'#-HH{:-_.}mm{:-_.}ss"),
        // Anabat Swift 2019-05-12 22-11-33.wav, Solo 2018-06-01=06.00.00.wav, and phones: 2022-08-30_12-08-00 (1).wav.
        // Titley Scientific "Anabat Swift user manual"; https://solo-system.github.io.
        RecorderNaming("yyyy-MM-dd{_Tt =-}HH{-:._}mm{-:._}ss"),
        RecorderNaming("yyyy-MM-dd{_Tt =-}HHmmss"),
        // 2016-08-01--12.00.00.wav and 2016.08.01-21.30.00.wav.
        RecorderNaming("yyyy-MM-dd'--'HH{-:._}mm{-:._}ss"),
        RecorderNaming("yyyy.MM.dd{_Tt -}HH{-:._}mm{-:._}ss"),
        RecorderNaming("yyyy_MM_dd_HH_mm_ss"),
        // A single run of digits: 20230504195202.wav (Frontier Labs' first BAR, and loggers that print the clock without separators).
        RecorderNaming("yyyyMMddHHmmss"),
        // Embedded Ocean Systems WISPR3: WISPR_230504_195202.wav.
        RecorderNaming("'WISPR_'yyMMdd'_'HHmmss"),
        // HARP: SOCAL_H_65_140101_003000.x.wav, and SOCAL34N_sitN_090109_194602.d100.x.wav if it is decimated.
        // Scripps Whale Acoustics Lab, "Triton user manual".
        RecorderNaming("yyMMdd'_'HHmmss'.x'", .end),
        RecorderNaming("yyMMdd'_'HHmmss'.d'#'.x'", .end),
        // Zoom: 230101_235959_Tr1.WAV, _TrLR and _TrMic for the tracks of a recording, and 230101-235959.WAV.
        // Zoom "H1essential operation manual".
        RecorderNaming("yyMMdd{_-}HHmmss'_Tr'#"),
        RecorderNaming("yyMMdd{_-}HHmmss'_Tr'{LM}"),
        RecorderNaming("yyMMdd-HHmmss", .whole),
        // Others write the day first, or the month: 310523_235959.wav.
        RecorderNaming("yyMMdd{_-}HHmmss", isCertain: false),
        // SoundTrap: 5353.191106120000.wav. Ocean Instruments "SoundTrap user guide", "File naming".
        RecorderNaming(".yyMMddHHmmss", .end),
    ]

    private static func parts(of template: String) -> [Part] {
        var parts: [Part] = []
        var rest = template[...]
        while let first = rest.first {
            if first == "{", let end = rest.firstIndex(of: "}") {
                parts.append(.oneOf(String(rest[rest.index(after: rest.startIndex)..<end])))
                rest = rest[rest.index(after: end)...]
            } else if first == "'", let end = rest.dropFirst().firstIndex(of: "'") {
                parts.append(.text(String(rest[rest.index(after: rest.startIndex)..<end])))
                rest = rest[rest.index(after: end)...]
            } else if first == "#" {
                parts.append(.counter)
                rest = rest.dropFirst()
            } else if let field = fields[first] {
                let run = rest.prefix { $0 == first }
                parts.append(.number(field, digits: run.count))
                rest = rest[run.endIndex...]
            } else {
                let text = rest.prefix { !"{'#".contains($0) && fields[$0] == nil }
                parts.append(.text(String(text)))
                rest = rest[text.endIndex...]
            }
        }
        return parts
    }

    private static let fields: [Character: Field] = [
        "y": .year, "M": .month, "d": .day, "H": .hour, "m": .minute, "s": .second, "S": .millisecond,
    ]
}

extension RecorderNaming {
    /// What a name says where it has the pattern.
    struct Match {
        /// The time; nil if the name could mean several.
        let time: Timestamp?
    }

    /// The time at the front of `text`, which is a name or the rest of one; nil if the text does not match. `hasMilliseconds` says whether
    /// three digits behind an underscore are certain to be milliseconds.
    func match(atFrontOf text: Substring, hasMilliseconds: Bool) -> Match? {
        var scanner = TextScanner(text)
        var numbers: [Field: String] = [:]
        var isISO = false
        for part in parts {
            switch part {
            case .number(let field, let digits):
                guard let number = scanner.digits(digits) else { return nil }
                numbers[field] = String(number)
            case .counter:
                guard scanner.digits(1) != nil else { return nil }
                while scanner.digits(1) != nil {}
            case .oneOf(let characters):
                if numbers[.hour] == nil { isISO = scanner.isAt(oneOf: "Tt") }
                guard scanner.skip(oneOf: characters) else { return nil }
            case .text(let text): guard scanner.skip(text) else { return nil }
            }
        }
        guard !scanner.isAtDigit, place == .anywhere || scanner.isAtEnd,
            let year = numbers[.year], let month = numbers[.month], let day = numbers[.day],
            let hour = numbers[.hour], let minute = numbers[.minute], let second = numbers[.second]
        else { return nil }
        let date = "\(year.utf8.count == 2 ? "20" : "")\(year)-\(month)-\(day)"
        guard Timestamp(iso8601: "\(date)T\(hour):\(minute):\(second)") != nil else { return nil }
        guard isCertain || Self.hasOneOrder([year, month, day]) else { return Match(time: nil) }
        guard
            let suffix = TimeSuffix(
                scanner, isISO: isISO || numbers[.millisecond] != nil, hasMilliseconds: hasMilliseconds),
            let hour = suffix.hour(hour)
        else { return Match(time: nil) }
        let fraction = (numbers[.millisecond] ?? suffix.fraction).map { ".\($0)" } ?? ""
        return Match(time: Timestamp(iso8601: "\(date)T\(hour):\(minute):\(second)\(fraction)\(suffix.zone)"))
    }
}

extension RecorderNaming {
    /// Whether a date of three `numbers` of two digits, the year first, is no other date if the day or the month comes first.
    private static func hasOneOrder(_ numbers: [String]) -> Bool {
        let others = [[numbers[2], numbers[1], numbers[0]], [numbers[2], numbers[0], numbers[1]]]
        return others.allSatisfy { other in
            other == numbers || other[0] < firstShortYear
                || Timestamp(iso8601: "20\(other[0])-\(other[1])-\(other[2])T00:00:00") == nil
        }
    }

    /// Two digits are no year before this: hardly any recorder named its files by the clock. The first Song Meter is of 2007.
    private static let firstShortYear = "07"
}

extension Timestamp {
    /// The time in a recorder's file name, by `RecorderNaming.all`, with the fraction of a second and the offset from UTC that follow
    /// it, or the time that makes up the whole name on an old AudioMoth. Nil if there is none, or if what follows it makes another time
    /// of it, or could do so: see `TimeSuffix`.
    init?(fileName: String) {
        let stem = Self.stem(of: fileName)
        if let time = Timestamp(audioMothName: stem) {
            self = time
            return
        }
        // PAMGuard's sound recorder: PAM_20150801_120000_050.wav, "PAM" being the usual prefix. https://www.pamguard.org.
        let hasMilliseconds = stem.prefix(3).uppercased() == "PAM"
        var before: Character?
        for start in stem.indices {
            defer { before = stem[start] }
            guard !(before?.isASCIIDigit ?? false) || stem[start] == "." else { continue }
            for naming in RecorderNaming.all {
                guard let match = naming.match(atFrontOf: stem[start...], hasMilliseconds: hasMilliseconds) else {
                    continue
                }
                guard let time = match.time else { return nil }
                self = time
                return
            }
        }
        return nil
    }

    /// `name` without its extension. Digits alone after the last full stop are not an extension, but the time of a SoundTrap.
    private static func stem(of name: String) -> Substring {
        guard let dot = name.lastIndex(of: "."), !name[dot...].dropFirst().allSatisfy(\.isASCIIDigit) else {
            return name[...]
        }
        return name[..<dot]
    }

    /// The seconds since 1970 that an AudioMoth with firmware before 1.2.0 wrote as eight hexadecimal digits, such as `5B07C752`.
    /// Names of decimal digits only are refused, since they could be a date or another number, as are times before AudioMoth existed
    /// or far in the future.
    /// See https://github.com/OpenAcousticDevices/AudioMoth-Firmware-Basic, releases.
    private init?(audioMothName stem: Substring) {
        guard stem.utf8.count == 8, stem.allSatisfy({ $0.isASCIIDigit || ("A"..."F").contains($0) }),
            !stem.allSatisfy(\.isASCIIDigit), let seconds = Int64(stem, radix: 16),
            Self.audioMothSeconds.contains(seconds)
        else { return nil }
        self.init(seconds: seconds, offsetMinutes: 0)
    }

    /// 2016, when AudioMoth came out, up to 2030.
    private static let audioMothSeconds: Range<Int64> = 1_451_606_400..<1_893_456_000
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
