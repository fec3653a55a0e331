/// The text of an `iXML` chunk. See http://www.gallery.co.uk/ixml/.
public struct IXMLChunk: Sendable {
    /// Bytes that are looked at: the elements that are read come first, and other programs put whole documents behind them.
    private static let byteCountLimit = 1 << 16

    private let text: Substring

    /// The chunk with this text.
    public init(_ text: String) {
        self.text = Substring(text.utf8.prefix(Self.byteCountLimit))
    }

    /// What the chunk says of the recording and its place, by the names of the elements; those without a text are left out.
    public var fields: [MetadataField] {
        ["PROJECT", "SCENE", "TAPE", "TAKE", "NOTE", "LOCATION_NAME", "LOCATION_GPS", "LOCATION_ALTITUDE"].compactMap {
            name in
            element(name).map { MetadataField(name: name, value: $0) }
        }
    }

    /// The text of the first element called `name`; nil if there is none, or if it is empty.
    func element(_ name: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>") else { return nil }
        let rest = text[start.upperBound...]
        guard let end = rest.firstRange(of: "</\(name)>") else { return nil }
        let value = rest[..<end.lowerBound].trimmed
        guard !value.isEmpty, !value.contains("<") else { return nil }
        return value.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
    }
}
