extension MetadataField {
    /// Parts of names of GUANO fields that say where a recording was made.
    private static let locationParts = [
        "loc ", "location", "gps", "latitude", "longitude", "elevation", "altitude", "position", "coordinate",
        "waypoint",
        "utm", "easting", "northing", "geo",
    ].map { Array($0.utf8) }
    /// Words that do.
    private static let locationWords = ["lat", "lon", "loc"].map { Array($0.utf8) }

    /// Names of fields of most recordings that do not, so that they need not be searched.
    private static let otherNames: Set = [
        "Make", "Model", "Serial", "Original Filename", "Temperature Int", "Temperature Ext", "Note",
        "Firmware Version", "Humidity", "Samplerate", "Filter HP", "Filter LP", "TE",
    ]

    /// Whether it says where a recording was made: by its name, or by coordinates in its value.
    var isLocation: Bool {
        if Self.otherNames.contains(name) { return value.hasCoordinates }
        // In lower case. Bytes are compared, since this is asked of each field of each recording.
        let name = name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        let words = name.split { "|. _-".utf8.contains($0) }
        return Self.locationParts.contains { name.contains(run: $0) }
            || words.contains { word in Self.locationWords.contains { $0.elementsEqual(word) } } || value.hasCoordinates
    }
}

extension [UInt8] {
    /// Whether `run` is among the bytes.
    fileprivate func contains(run: [UInt8]) -> Bool {
        guard let first = run.first, run.count <= count else { return false }
        return (0...(count - run.count)).contains { index in
            self[index] == first && self[index..<(index + run.count)].elementsEqual(run)
        }
    }
}

extension CuePoint {
    /// The same, without texts in which there are coordinates.
    var withoutCoordinates: CuePoint {
        var point = self
        if label?.hasCoordinates == true { point.label = nil }
        if note?.hasCoordinates == true { point.note = nil }
        if text?.hasCoordinates == true { point.text = nil }
        return point
    }
}

extension String {
    /// Whether there seem to be geographic coordinates in the text: two numbers with at least three decimals that could be degrees, with no
    /// more than two words between them, or a number before a sign of degrees.
    var hasCoordinates: Bool {
        guard mayHaveCoordinates else { return false }
        /// How many words there were since the last number that could be degrees.
        var distance = Int.max
        for word in split(whereSeparator: { $0.isWhitespace || ",;/()[]{}=:\"".contains($0) }) {
            if word.unicodeScalars.contains("\u{B0}") && word.contains(where: \.isNumber) && !word.hasTemperatureUnit {
                return true
            }
            if word.hasPreciseDegrees {
                if distance <= 2 { return true }
                distance = 0
            } else if word.utf8.contains(where: { (0x30...0x39).contains($0) }) {
                distance = .max
            } else if distance < .max {
                distance += 1
            }
        }
        return hasISO6709
    }

    /// False if there are no coordinates in the text for certain, as in most: no two numbers with three decimals, no sign of degrees, and no
    /// sign between digits.
    private var mayHaveCoordinates: Bool {
        var decimals = 0
        var longNumbers = 0
        var isBehindDot = false
        var previous: (UInt8, UInt8) = (0, 0)
        for byte in utf8 {
            let isDigit = (0x30...0x39).contains(byte)
            if byte == 0xB0, previous.1 == 0xC2 { return true }
            if isDigit, [0x2B, 0x2D].contains(previous.1), (0x30...0x39).contains(previous.0) { return true }
            if isDigit, isBehindDot {
                decimals += 1
                if decimals == 3 { longNumbers += 1 }
            } else {
                isBehindDot = byte == 0x2E
                decimals = 0
            }
            if longNumbers == 2 { return true }
            previous = (previous.1, byte)
        }
        return false
    }

    /// Whether there is a position in the text as phones write it: `+49.0900+005.0500/`.
    private var hasISO6709: Bool {
        split { !"+-.0123456789".contains($0) }.contains { run in
            let signs = run.filter { $0 == "+" || $0 == "-" }.count
            return signs >= 2 && run.filter { $0 == "." }.count >= 2 && ("+-".contains(run.first ?? " "))
        }
    }
}

extension Substring {
    /// Whether a sign of degrees in it belongs to a temperature.
    fileprivate var hasTemperatureUnit: Bool {
        guard let sign = unicodeScalars.firstIndex(of: "\u{B0}") else { return false }
        let next = unicodeScalars[unicodeScalars.index(after: sign)...].first
        return next == "C" || next == "F"
    }

    /// Whether it is a number of at most 180, with a sign or a hemisphere or neither, and at least three decimals.
    fileprivate var hasPreciseDegrees: Bool {
        let digits = drop { "+-NSEWnsew".contains($0) }
        var number = digits.prefix { $0 == "." || $0.isNumber }
        let rest = digits[number.endIndex...]
        // The end of a sentence.
        if number.last == ".", rest.isEmpty { number.removeLast() }
        guard rest.isEmpty || rest.count == 1 && "NSEWnsew".contains(rest), let dot = number.firstIndex(of: "."),
            number[dot...].utf8.count > 3, let degrees = Double(number)
        else { return false }
        return degrees <= 180
    }
}
