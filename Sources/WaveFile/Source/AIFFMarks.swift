import Support

/// The marks in the chunks `MARK` and `COMT` of an AIFF file. See "Audio Interchange File Format: AIFF" (Apple, 1989), "Marker Chunk" and
/// "Comments Chunk".
struct AIFFMarks {
    /// Comments that belong to no mark.
    private(set) var comments: [String] = []
    private var markers: [(identifier: UInt16, sample: UInt64, name: String)] = []
    private var notes: [UInt16: String] = [:]

    /// Adds what the chunk `name` with these contents says, if it is one of the two.
    mutating func add(_ name: String, _ contents: [UInt8]) {
        switch name {
        case "MARK": add(marks: ByteReader(contents))
        case "COMT": add(comments: ByteReader(contents))
        default: break
        }
    }

    private mutating func add(marks reader: ByteReader) {
        var reader = reader
        guard let count = reader.readBigEndian(UInt16.self) else { return }
        for _ in 0..<count {
            guard let identifier = reader.readBigEndian(UInt16.self), let sample = reader.readBigEndian(UInt32.self),
                let length = reader.readByte(), let text = reader.read(Int(length))
            else { return }
            // The text and its length are even in number.
            if length % 2 == 0 { _ = reader.skip(1) }
            markers.append((identifier, UInt64(sample), WaveMetadata.text(text)))
        }
    }

    private mutating func add(comments reader: ByteReader) {
        var reader = reader
        guard let count = reader.readBigEndian(UInt16.self) else { return }
        for _ in 0..<count {
            guard reader.skip(4), let marker = reader.readBigEndian(UInt16.self),
                let length = reader.readBigEndian(UInt16.self), let bytes = reader.read(Int(length))
            else { return }
            _ = reader.skip(Int(length) % 2)
            let text = WaveMetadata.text(bytes)
            guard !text.isEmpty else { continue }
            if marker == 0 { comments.append(text) } else { notes[marker] = notes[marker] ?? text }
        }
    }

    /// The marks, in the order of the file.
    var points: [CuePoint] {
        markers.map { marker in
            var point = CuePoint(identifier: UInt32(marker.identifier), sample: marker.sample)
            point.label = marker.name.isEmpty ? nil : marker.name
            point.note = notes[marker.identifier]
            return point
        }
    }
}
