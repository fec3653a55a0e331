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
    /// The marks in the sound.
    private(set) var marks: SourceMarks?
    /// The tags of the file and of its stream.
    private(set) var tags: [MetadataField] = []

    private enum CodingKeys: String, CodingKey {
        case guano, wamd, info, bext, ixml, tags, marks
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
        let values = try decoder.container(keyedBy: AnyKey.self)
        fields = values.allKeys.compactMap { key in
            values.lenient(String.self, key).map { MetadataField(name: key.stringValue, value: $0) }
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
        chunk.codingHistory = text(.history)
        self.chunk = chunk
    }
}
