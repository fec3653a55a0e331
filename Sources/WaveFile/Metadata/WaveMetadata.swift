import Support

/// The metadata that recorders and editors put into the chunks of a WAV file.
public struct WaveMetadata: Sendable {
    /// The fields of the `guan` chunk, in the file's order.
    public private(set) var guano: [MetadataField] = []
    /// The fields of the `wamd` chunk (Wildlife Acoustics), in the file's order, with the names that GUANO's authors use.
    public private(set) var wamd: [MetadataField] = []
    /// The fields of `LIST` chunks of type `INFO`, with names of four characters.
    public private(set) var info: [MetadataField] = []
    /// The `bext` chunk.
    public private(set) var broadcast: BroadcastExtension?
    /// The text of the `iXML` chunk.
    public private(set) var ixml: String?
    /// The loops of the `smpl` chunk.
    public private(set) var sampler: SamplerChunk?
    /// The marks of the chunks `cue ` and `LIST` of type `adtl`, in the file's order.
    public var cues: [CuePoint] { cueChunks.points }
    /// How many marks there are that are not among `cues`, since they are too many.
    public var leftOutCueCount: Int { cueChunks.leftOutCount }
    /// The chunks that are kept as they are, in the file's order.
    public private(set) var chunks: [SourceChunk] = []
    /// The names and sizes of chunks that would be among those, but are too long, or have numbers in another byte order.
    public private(set) var leftOutChunks: [(identifier: String, byteCount: UInt64)] = []

    private var cueChunks = CueChunks()

    /// The most bytes of a chunk that are read. Metadata is short; longer chunks are cut.
    public static let contentsLimit: UInt64 = 1 << 20

    /// No metadata.
    public init() {}

    /// Reads the metadata chunks of `source`, whose bytes are `file`. Fields that are not valid are left out, since any
    /// program may write metadata.
    public init(of source: WaveSource, in file: WaveBytes) throws(WaveSourceError) {
        for chunk in source.head.chunks + source.laterChunks {
            try add(chunk, of: file, isBigEndian: source.head.format.isBigEndian)
        }
    }

    /// Reads the metadata of chunks that another kind of file keeps, each with its header: the `riff` blocks of `flac
    /// --keep-foreign-metadata`.
    public init(chunks: [[UInt8]]) {
        for chunk in chunks {
            var reader = ByteReader(chunk)
            guard let identifier = reader.read(4), let size = reader.readLittleEndian(UInt32.self),
                let contents = reader.read(min(Int(size), reader.remaining))
            else { continue }
            add(
                String(decoding: identifier, as: UTF8.self), Array(contents), byteCount: UInt64(size),
                isBigEndian: false)
        }
    }

    /// Adds a comment of another kind of file, kept like the `ICMT` of a WAV file, unless there is one already.
    public mutating func add(comment: String) {
        if self.comment == nil { info.append(MetadataField(name: "ICMT", value: comment)) }
    }

    /// Adds marks of another kind of file, by the samples of the sound.
    public mutating func add(marks: [CuePoint]) {
        cueChunks.add(marks)
    }

    /// Adds the fields of `chunk` of `file`, if it is one of metadata.
    mutating func add(
        _ chunk: WaveChunk, of file: WaveBytes, isBigEndian: Bool = false
    ) throws(WaveSourceError) {
        let start = try file.bytes(chunk.contents, atMost: 4)
        guard Self.identifiers.contains(chunk.identifier) || SourceChunk.isKept(chunk.identifier, start) else { return }
        add(
            chunk.identifier, try file.bytes(chunk.contents, atMost: Self.contentsLimit),
            byteCount: UInt64(chunk.contents.count), isBigEndian: isBigEndian)
    }

    private static let identifiers: Set = ["guan", "bext", "LIST", "cue ", "smpl"]

    /// Adds the chunk `identifier` of `byteCount` bytes, of which `contents` are the first.
    mutating func add(_ identifier: String, _ contents: [UInt8], byteCount: UInt64, isBigEndian: Bool) {
        keep(identifier, contents, byteCount, isBigEndian)
        switch identifier {
        case "guan": guano += GuanoChunk(parsing: contents).fields
        case "wamd": wamd += Self.wamdFields(contents)
        case "LIST":
            info += InfoList(parsing: contents, isBigEndian: isBigEndian).fields
            cueChunks.add(list: contents, isBigEndian: isBigEndian)
        case "bext": broadcast = broadcast ?? BroadcastExtension(parsing: contents, isBigEndian: isBigEndian)
        case "cue ": cueChunks.add(cue: contents, isBigEndian: isBigEndian)
        case "smpl": sampler = sampler ?? SamplerChunk(parsing: contents, isBigEndian: isBigEndian)
        case "iXML": ixml = ixml ?? Self.text(contents[...])
        default: break
        }
    }

    /// Keeps the chunk as it is, if it is one of those, and if there is room for it.
    private mutating func keep(_ identifier: String, _ contents: [UInt8], _ byteCount: UInt64, _ isBigEndian: Bool) {
        guard let chunk = SourceChunk(identifier, contents) else { return }
        let sum = chunks.reduce(contents.count) { $0 + $1.contents.count }
        if UInt64(contents.count) == byteCount, sum <= SourceChunk.byteCountLimit,
            !isBigEndian || SourceChunk.isText(identifier)
        {
            chunks.append(chunk)
        } else {
            leftOutChunks.append((identifier, byteCount))
        }
    }

    /// The comment in `ICMT`, where AudioMoth and others put it.
    var comment: String? { info.first { $0.name == "ICMT" }?.value }

    // MARK: - Parts

    /// Entries of an identifier (16 bits), a size (32 bits), and that many bytes.
    static func wamdFields(_ contents: [UInt8]) -> [MetadataField] {
        var reader = ByteReader(contents)
        var fields: [MetadataField] = []
        while let identifier = reader.readLittleEndian(UInt16.self),
            let size = reader.readLittleEndian(UInt32.self), let bytes = reader.read(Int(size))
        {
            if let name = wamdNames[identifier] { fields.append(MetadataField(name: name, value: text(bytes))) }
        }
        return fields
    }

    /// The names of the entries that are text.
    private static let wamdNames: [UInt16: String] = [
        0x01: "model", 0x02: "serial", 0x03: "firmware", 0x04: "prefix", 0x05: "timestamp", 0x06: "gpsfirst",
        0x07: "gpstrack", 0x08: "software", 0x09: "license", 0x0A: "notes", 0x0B: "auto_id", 0x0C: "manual_id",
        0x12: "microphone", 0x13: "sensitivity",
    ]

    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(encoded: bytes.prefix { $0 != 0 })[...].trimmed
    }
}

/// A field of a recording's metadata: a name and a text.
public struct MetadataField: Sendable, Equatable {
    /// The name in the file, or in the specification of its format.
    public let name: String
    /// The value, without white space around it.
    public let value: String

    /// A field of this name and this value.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

extension Substring {
    /// The text without white space and NUL at its ends.
    var trimmed: String {
        // Most texts have visible characters of ASCII at their ends.
        if let first = utf8.first, let last = utf8.last, (0x21..<0x7F).contains(first), (0x21..<0x7F).contains(last) {
            return String(self)
        }
        let isBlank: (Character) -> Bool = { $0.isWhitespace || $0 == "\0" }
        var rest = drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(rest)
    }
}
