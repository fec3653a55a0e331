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

    /// Bytes of a text that may be a name; what is longer is something else.
    private static let textLimit = 255

    /// Reads the fields of a file. Each fact is taken from GUANO, else from `wamd`, else from a comment; if none of
    /// them has it, it is unknown.
    ///
    /// - Parameters:
    ///   - guano: the fields of the `guan` chunk, by their names.
    ///   - wamd: the fields of the `wamd` chunk, by the names that `WaveMetadata` gives them.
    ///   - comments: texts in which AudioMoth names itself: `ICMT` and `IART`, or what another kind of file has for
    ///     them. Evaluated only if the fields lack the model or the serial number.
    public init(
        guano: [String: String] = [:], wamd: [String: String] = [:], comments: @autoclosure () -> [String] = []
    ) {
        let named = (
            model: Self.name(guano["Model"]) ?? Self.name(wamd["model"]),
            serial: Self.name(guano["Serial"]) ?? Self.name(wamd["serial"])
        )
        let isNamed = named.model != nil && named.serial != nil
        let audioMoth = isNamed ? nil : comments().lazy.compactMap { Self.audioMothSerial(in: $0) }.first
        position =
            guano["Loc Position"].flatMap { GeographicPosition($0) }
            ?? wamd["gpsfirst"].flatMap { GeographicPosition($0) }
        make = Self.name(guano["Make"])
        model = named.model ?? audioMoth.map { _ in Self.audioMoth }
        serial = named.serial ?? audioMoth
    }

    /// Metadata with these values.
    public init(position: GeographicPosition?, make: String?, model: String?, serial: String?) {
        self.position = position
        self.make = make
        self.model = model
        self.serial = serial
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
