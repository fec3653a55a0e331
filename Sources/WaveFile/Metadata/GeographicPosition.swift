/// A place on the earth, in WGS 84.
public struct GeographicPosition: Sendable, Equatable {
    /// The valid latitudes.
    public static let latitudes: ClosedRange<Double> = -90...90
    /// The valid longitudes.
    public static let longitudes: ClosedRange<Double> = -180...180

    /// Degrees north of the equator.
    public let latitude: Double
    /// Degrees east of Greenwich.
    public let longitude: Double

    /// Nil if there is no such place on the earth.
    public init?(latitude: Double, longitude: Double) {
        guard Self.latitudes.contains(latitude), Self.longitudes.contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Reads decimal degrees as GUANO has them in `Loc Position` (`49.09 5.05`), and as Wildlife Acoustics' recorders write them
    /// (`WGS84,49.09,N,5.05,W,310` or `WGS84,49.09,-5.05`): latitude first, signed or followed by its hemisphere; an altitude may
    /// follow. Nil for anything else, and for another datum.
    init?(_ text: String) {
        var words = Self.words(of: text)
        guard let latitude = Self.coordinate(&words, "N", "S"), let longitude = Self.coordinate(&words, "E", "W"),
            words.count <= 1
        else { return nil }
        self.init(latitude: latitude, longitude: longitude)
    }

    /// The altitude that follows the coordinates in a text as above, as it is written; nil if there is none.
    static func altitude(in text: String) -> String? {
        var words = words(of: text)
        guard coordinate(&words, "N", "S") != nil, coordinate(&words, "E", "W") != nil, words.count == 1 else {
            return nil
        }
        return words.first
    }

    /// The parts of a position, without the datum.
    private static func words(of text: String) -> ArraySlice<String> {
        // At commas if there is any: a decimal comma must not divide one number into two coordinates.
        let hasCommas = text.utf8.contains(UInt8(ascii: ","))
        var words = text.split { hasCommas ? $0 == "," : $0.isWhitespace }.map(\.trimmed)[...]
        if words.first.map({ $0.uppercased().hasPrefix("WGS") }) ?? false { words.removeFirst() }
        return words
    }

    /// Takes a number from the front of `words`, and its hemisphere, which is `positive` or `negative`.
    private static func coordinate(
        _ words: inout ArraySlice<String>, _ positive: String, _ negative: String
    ) -> Double? {
        guard let word = words.popFirst(), word.utf8.allSatisfy({ "+-.0123456789".utf8.contains($0) }),
            let degrees = Double(word)
        else { return nil }
        guard let hemisphere = words.first?.uppercased(), [positive, negative].contains(hemisphere) else {
            return degrees
        }
        words.removeFirst()
        // A negative number with a hemisphere is ambiguous.
        guard degrees >= 0 else { return nil }
        return hemisphere == positive ? degrees : -degrees
    }
}
