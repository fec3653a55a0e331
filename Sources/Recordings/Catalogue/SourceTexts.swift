import FoundationEssentials
import WaveFile

/// What a recording's document has of its source's metadata, as texts.
struct SourceTexts: Decodable, Sendable {
    /// The fields of the `guan` chunk.
    private(set) var guano: [MetadataField] = []
    /// The fields of the `wamd` chunk.
    private(set) var wamd: [MetadataField] = []
    /// The fields of INFO lists.
    private(set) var info: [MetadataField] = []
    /// The `bext` chunk.
    private(set) var broadcast: BroadcastExtension?
    /// The text of the `iXML` chunk.
    private(set) var ixml: String?
    /// The chunks that are kept as they are.
    private(set) var chunks: [SourceChunk] = []
    /// The marks in the sound.
    private(set) var marks: SourceMarks?
    /// The tags of the file and of its stream.
    private(set) var tags: [MetadataField] = []

    private enum CodingKeys: String, CodingKey {
        case guano, wamd, info, bext, ixml, tags, marks, chunks
        case streamTags = "stream_tags"
    }

    /// The texts of a document that has only the output of ffprobe.
    init(_ source: SourceMetadata?) {
        tags = source?.tags ?? []
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guano = values.lenient(TextFields.self, .guano)?.fields ?? []
        wamd = values.lenient(TextFields.self, .wamd)?.fields ?? []
        info = values.lenient(TextFields.self, .info)?.fields ?? []
        broadcast = values.lenient(BroadcastFields.self, .bext)?.chunk
        ixml = values.lenient(String.self, .ixml)
        marks = values.lenient(SourceMarks.self, .marks)
        chunks = values.lenient([StoredChunk].self, .chunks)?.compactMap(\.chunk) ?? []
        if chunks.reduce(0, { $0 + $1.contents.count }) > SourceChunk.byteCountLimit { chunks = [] }
        tags =
            (values.lenient(TextFields.self, .tags)?.fields ?? [])
            + (values.lenient(TextFields.self, .streamTags)?.fields ?? [])
    }

    /// The value of the first of `fields` that is called `name`.
    static func value(_ name: String, in fields: [MetadataField]) -> String? {
        fields.first { $0.name == name }?.value
    }
}

/// The texts of an object, in the order of their names, since objects have none.
struct TextFields: Decodable {
    let fields: [MetadataField]

    init(from decoder: any Decoder) throws {
        try self.init(from: decoder, without: [])
    }

    /// The texts whose names are not in `names`. What is no text takes long to find out.
    init(from decoder: any Decoder, without names: Set<String>) throws {
        let values = try decoder.container(keyedBy: AnyKey.self)
        fields = values.allKeys.compactMap { key in
            guard !names.contains(key.stringValue) else { return nil }
            return values.lenient(String.self, key).map { MetadataField(name: key.stringValue, value: $0) }
        }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}

/// Any name of a member of an object.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) { nil }
}

/// A `bext` chunk as the importer keeps it.
private struct BroadcastFields: Decodable {
    let chunk: BroadcastExtension

    private enum CodingKeys: String, CodingKey {
        case summary = "description"
        case originator
        case reference = "originator_reference"
        case date = "origination_date"
        case time = "origination_time"
        case timeReference = "time_reference"
        case identifier = "umid"
        case loudness
        case history = "coding_history"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) -> String { values.lenient(String.self, key) ?? "" }
        var chunk = BroadcastExtension()
        chunk.summary = text(.summary)
        chunk.originator = text(.originator)
        chunk.originatorReference = text(.reference)
        chunk.date = text(.date)
        chunk.time = text(.time)
        chunk.timeReference = values.lenient(UInt64.self, .timeReference) ?? 0
        chunk.materialIdentifier = Data(base64Encoded: text(.identifier)).map { Array($0) } ?? []
        let loudness = values.lenient([Int16].self, .loudness)
        chunk.loudness = loudness?.count == BroadcastExtension.loudnessCount ? loudness : nil
        chunk.codingHistory = text(.history)
        self.chunk = chunk
    }
}

/// A chunk as the importer keeps it: its name, and its contents in base64.
private struct StoredChunk: Decodable {
    /// Nil if it is none that is kept.
    let chunk: SourceChunk?

    private enum CodingKeys: String, CodingKey {
        case name = "id"
        case contents = "base64"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard let name = values.lenient(String.self, .name),
            let contents = values.lenient(String.self, .contents).flatMap({ Data(base64Encoded: $0) })
        else {
            chunk = nil
            return
        }
        chunk = SourceChunk(name, Array(contents))
    }
}
