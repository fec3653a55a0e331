/// Which metadata a WAV file has beside its samples. It changes the bytes and the size of the file.
public struct MetadataSelection: OptionSet, Sendable {
    /// A bit for each element.
    public let rawValue: UInt8

    /// The elements whose bits are set.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The `guan` chunk (GUANO).
    public static let guano = MetadataSelection(rawValue: 1)
    /// The `bext` chunk of Broadcast Wave.
    public static let broadcast = MetadataSelection(rawValue: 1 << 1)
    /// The `LIST` chunk of type `INFO`.
    public static let info = MetadataSelection(rawValue: 1 << 2)
    /// The chunks of marks in the sound: `cue `, `LIST` of type `adtl`, `smpl`.
    public static let cues = MetadataSelection(rawValue: 1 << 3)
    /// The source's other chunks, as they are.
    public static let source = MetadataSelection(rawValue: 1 << 5)
    /// Where recordings were made, in each of these chunks.
    public static let location = MetadataSelection(rawValue: 1 << 4)

    /// All metadata.
    public static let all: MetadataSelection = [.guano, .broadcast, .info, .cues, .source, .location]
    /// No metadata: a plain header, and no reason to hide where a recording was made.
    public static let none: MetadataSelection = .location

    /// Whether there is any chunk in it.
    public var hasChunks: Bool { !isDisjoint(with: [.guano, .broadcast, .info, .cues, .source]) }

    /// The selection that `text` names: `all`, `none`, or kinds of chunks and `nolocation`, joined by colons. `nolocation` alone is all
    /// without locations. Nil if it names something else.
    public init?(names text: String) {
        var selection: MetadataSelection = []
        var hasLocation = true
        let names = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        for name in names {
            switch name {
            case "all": selection.formUnion(.all)
            case "none" where names.allSatisfy { ["none", "nolocation"].contains($0) }: break
            case "nolocation": hasLocation = false
            default:
                guard let kind = Self.kinds.first(where: { $0.name == name })?.kind else { return nil }
                selection.formUnion(kind)
            }
        }
        if names.allSatisfy({ $0 == "nolocation" }) { selection = .all }
        self = hasLocation ? selection.union(.location) : selection.subtracting(.location)
    }

    /// The names of single kinds of chunks.
    public static let kindNames = kinds.map(\.name)

    /// The kinds of chunks in the order that a file has them, each with the name that users know it by.
    static let kinds: [(name: String, kind: MetadataSelection)] = [
        ("bext", .broadcast), ("info", .info), ("guano", .guano), ("cue", .cues), ("source", .source),
    ]
}
