import Support

/// The marks in a marker chunk of Sony Wave64 ("Sony Pictures Digital: Wave64", "Marker chunk"): their number, and of each its
/// identifier, place, length and text, which is UTF-16.
enum Wave64Marks {
    /// The marks in the contents of such a chunk, as far as they are valid.
    static func points(in contents: [UInt8]) -> [CuePoint] {
        var reader = ByteReader(contents)
        guard let count = reader.readLittleEndian(UInt32.self) else { return [] }
        var points: [CuePoint] = []
        while points.count < count, let identifier = reader.readLittleEndian(UInt32.self), reader.skip(4),
            let sample = reader.readLittleEndian(UInt64.self), let length = reader.readLittleEndian(Int64.self),
            let textByteCount = reader.readLittleEndian(UInt32.self), reader.skip(4),
            let text = reader.read(Int(textByteCount))
        {
            var point = CuePoint(identifier: identifier, sample: sample)
            // Of a mark without a length, it is negative.
            point.sampleCount = length > 0 ? UInt64(length) : nil
            let label = Self.text(text)
            point.label = label.isEmpty ? nil : label
            points.append(point)
        }
        return points
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var reader = ByteReader(bytes)
        var units: [UInt16] = []
        while let unit = reader.readLittleEndian(UInt16.self), unit != 0 { units.append(unit) }
        return String(decoding: units, as: UTF16.self)[...].trimmed
    }
}
