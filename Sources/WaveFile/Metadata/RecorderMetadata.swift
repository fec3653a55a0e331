/// Where a recording was made, and by which recorder, as the recorder wrote it.
public struct RecorderMetadata: Sendable, Equatable {
    /// Where it was made.
    public let position: GeographicPosition?
    /// The recorder's manufacturer.
    public let make: String?
    /// The recorder's model.
    public let model: String?
    /// The recorder's serial number.
    public let serial: String?
    /// Metres above the sea.
    public let elevation: Double?
    /// Degrees Celsius in the recorder.
    public let internalTemperature: Double?
    /// Degrees Celsius outside.
    public let externalTemperature: Double?

    /// The elevations that are believed, in metres.
    public static let elevations: ClosedRange<Double> = -12_000...100_000
    /// The temperatures that are believed, in degrees Celsius.
    public static let temperatures: ClosedRange<Double> = -150...150

    /// Bytes of a text that may be a name; what is longer is something else.
    private static let textLimit = 255

    /// Reads the fields of a file. Each fact is taken from GUANO, else from `wamd`, else from a comment; if none of
    /// them has it, it is unknown.
    ///
    /// - Parameters:
    ///   - guano: the fields of the `guan` chunk, by their names.
    ///   - wamd: the fields of the `wamd` chunk, by the names that `WaveMetadata` gives them.
    ///   - comments: texts in which AudioMoth names itself: `ICMT` and `IART`, or what another kind of file has for
    ///     them. Evaluated only if the fields lack the model, the serial number or the temperature.
    public init(
        guano: [String: String] = [:], wamd: [String: String] = [:], comments: @autoclosure () -> [String] = []
    ) {
        let named = (
            model: Self.name(guano["Model"]) ?? Self.name(wamd["model"]),
            serial: Self.name(guano["Serial"]) ?? Self.name(wamd["serial"])
        )
        let temperature = Self.number(guano["Temperature Int"], in: Self.temperatures)
        let isComplete = named.model != nil && named.serial != nil && temperature != nil
        let comments = isComplete ? [] : comments()
        let audioMoth = comments.lazy.compactMap { Self.audioMothSerial(in: $0) }.first
        position =
            guano["Loc Position"].flatMap { GeographicPosition($0) }
            ?? wamd["gpsfirst"].flatMap { GeographicPosition($0) }
        make = Self.name(guano["Make"])
        model = named.model ?? audioMoth.map { _ in Self.audioMoth }
        serial = named.serial ?? audioMoth
        elevation =
            Self.number(guano["Loc Elevation"], in: Self.elevations)
            ?? Self.number(wamd["gpsfirst"].flatMap { GeographicPosition.altitude(in: $0) }, in: Self.elevations)
        internalTemperature =
            temperature
            ?? (audioMoth == nil
                ? nil
                : comments.lazy.compactMap { Self.number(Self.audioMothTemperature(in: $0), in: Self.temperatures) }
                    .first)
        externalTemperature = Self.number(guano["Temperature Ext"], in: Self.temperatures)
    }

    private static func number(_ text: String?, in range: ClosedRange<Double>) -> Double? {
        guard let number = text.flatMap({ Double($0[...].trimmed) }), range.contains(number) else { return nil }
        return number
    }

    /// The number in `temperature was 19.3C`, as AudioMoth's firmware writes it.
    private static func audioMothTemperature(in comment: String) -> String? {
        guard let start = comment.range(of: "temperature was ") else { return nil }
        let rest = comment[start.upperBound...]
        let number = rest.prefix { "-.0123456789".contains($0) }
        return rest[number.endIndex...].first == "C" ? String(number) : nil
    }

    private static func name(_ text: String?) -> String? {
        guard let name = text?[...].trimmed, !name.isEmpty, name.utf8.count <= textLimit else { return nil }
        return name
    }

    private static let audioMoth = "AudioMoth"

    /// The 16 hexadecimal digits in `AudioMoth 24E144055E080032`, as AudioMoth's firmware writes it.
    private static func audioMothSerial(in comment: String) -> String? {
        let name = "\(audioMoth) "
        var rest = comment.utf8[...]
        while !rest.starts(with: name.utf8) {
            guard rest.popFirst() != nil else { return nil }
        }
        let digits = rest.dropFirst(name.utf8.count).prefix {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
        }
        guard digits.count == 16, digits.allSatisfy("0123456789ABCDEFabcdef".utf8.contains) else { return nil }
        return String(Substring(digits))
    }
}
