import Support

/// The fields of a `LIST` chunk of type `INFO`, with names of four characters. See "Multimedia Programming Interface and Data
/// Specifications 1.0" (RIFF), "INFO List Chunk".
struct InfoList {
    /// The fields in the order of the chunk.
    let fields: [MetadataField]

    /// A list of these fields.
    init(_ fields: [MetadataField]) {
        self.fields = fields
    }

    /// Reads the contents of a `LIST` chunk; no fields if it is of another type.
    init(parsing contents: [UInt8], isBigEndian: Bool) {
        var reader = ByteReader(contents)
        guard reader.read(4)?.elementsEqual("INFO".utf8) == true else {
            fields = []
            return
        }
        var fields: [MetadataField] = []
        while let name = reader.read(4), let size = reader.read(UInt32.self, isBigEndian: isBigEndian),
            let bytes = reader.read(min(Int(size), reader.remaining))
        {
            fields.append(MetadataField(name: WaveMetadata.text(name), value: WaveMetadata.text(bytes)))
            _ = reader.skip(bytes.count % 2)
        }
        self.fields = fields
    }

    /// The chunk; no bytes if there are no fields.
    var bytes: [UInt8] {
        guard !fields.isEmpty else { return [] }
        var contents = Array("INFO".utf8)
        for field in fields {
            let text = Array(field.value.utf8) + [0]
            contents += field.name.utf8
            contents.appendLittleEndian(UInt32(clamping: text.count))
            contents += text
            if text.count % 2 == 1 { contents.append(0) }
        }
        var bytes: [UInt8] = []
        bytes.appendChunk("LIST", contents)
        return bytes
    }

    /// The field with this name and this value as a chunk can have it; nil if the name is no four printable characters, or if the value
    /// is empty. A value ends at its first NUL.
    static func field(_ name: String, _ value: String) -> MetadataField? {
        let value = value.prefix { $0 != "\0" }.trimmed
        guard name.utf8.count == 4, name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !value.isEmpty else {
            return nil
        }
        return MetadataField(name: name, value: value)
    }
}
