extension MetadataField {
    /// Words in names of GUANO fields that say where a recording was made.
    private static let locationWords = [
        "loc ", "location", "gps", "latitude", "longitude", "elevation", "altitude", "position", "coordinate",
        "waypoint",
        "utm", "easting", "northing", "geo",
    ]

    /// Whether it says where a recording was made: by its name, or by coordinates in its value.
    var isLocation: Bool {
        let name = name.lowercased()
        let words = name.split { "|. _-".contains($0) }
        return Self.locationWords.contains { name.contains($0) }
            || words.contains { $0 == "lat" || $0 == "lon" || $0 == "loc" }
            || value.hasCoordinates
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
        let number = digits.prefix { $0 == "." || $0.isNumber }
        let rest = digits[number.endIndex...]
        guard rest.isEmpty || rest.count == 1 && "NSEWnsew.".contains(rest), let dot = number.firstIndex(of: "."),
            number[dot...].utf8.count > 3, let degrees = Double(number)
        else { return false }
        return degrees <= 180
    }
}
