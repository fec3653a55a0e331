import Support

/// Marks in the sound as the chunks `cue ` (the points) and `LIST` of type `adtl` (their labels, notes and regions) have them. See
/// "Multimedia Programming Interface and Data Specifications 1.0" (RIFF), "Cue-Points Chunk" and "Associated Data Chunk".
struct CueChunks {
    /// The most points that are read; no recorder writes as many.
    private static let limit = 4096
    /// Bytes of a point in the chunk.
    private static let pointByteCount = 24

    /// How many points there were more.
    private(set) var leftOutCount = 0
    private var samples: [(identifier: UInt32, sample: UInt64)] = []
    private var labels: [UInt32: String] = [:]
    private var notes: [UInt32: String] = [:]
    private var regions: [UInt32: (sampleCount: UInt64, purpose: String, text: String)] = [:]

    /// No marks.
    init() {}

    // MARK: - Reading

    /// Adds the points of the contents of a `cue ` chunk, whose numbers are big-endian in RIFX.
    mutating func add(cue contents: [UInt8], isBigEndian: Bool = false) {
        var reader = ByteReader(contents)
        guard reader.skip(4) else { return }
        while samples.count < Self.limit, let identifier = reader.read(UInt32.self, isBigEndian: isBigEndian),
            reader.skip(4 + 4 + 4 + 4), let sample = reader.read(UInt32.self, isBigEndian: isBigEndian)
        {
            samples.append((identifier, UInt64(sample)))
        }
        leftOutCount += reader.remaining / Self.pointByteCount
    }

    /// Adds the labels of the contents of a `LIST` chunk, if it is one of labels.
    mutating func add(list contents: [UInt8], isBigEndian: Bool = false) {
        var reader = ByteReader(contents)
        guard reader.read(4)?.elementsEqual("adtl".utf8) == true else { return }
        while let name = reader.read(4), let size = reader.read(UInt32.self, isBigEndian: isBigEndian),
            let entry = reader.read(min(Int(size), reader.remaining))
        {
            _ = reader.skip(entry.count % 2)
            add(String(decoding: name, as: UTF8.self), ByteReader(entry), isBigEndian)
        }
    }

    private mutating func add(_ name: String, _ entry: ByteReader, _ isBigEndian: Bool) {
        var entry = entry
        guard let identifier = entry.read(UInt32.self, isBigEndian: isBigEndian) else { return }
        func rest() -> String { entry.read(entry.remaining).map { WaveMetadata.text($0) } ?? "" }
        switch name {
        case "labl": labels[identifier] = labels[identifier] ?? rest()
        case "note": notes[identifier] = notes[identifier] ?? rest()
        case "ltxt":
            guard regions[identifier] == nil, let count = entry.read(UInt32.self, isBigEndian: isBigEndian),
                let purpose = entry.read(4), entry.skip(8)
            else { return }
            regions[identifier] = (UInt64(count), WaveMetadata.text(purpose), rest())
        default: break
        }
    }

    /// Adds marks of another kind of file, by the samples of the sound.
    mutating func add(_ points: [CuePoint]) {
        for point in points {
            guard samples.count < Self.limit else {
                leftOutCount += 1
                continue
            }
            samples.append((point.identifier, point.sample))
            labels[point.identifier] = point.label
            notes[point.identifier] = point.note
            regions[point.identifier] = point.sampleCount.map { ($0, point.purpose ?? "rgn", point.text ?? "") }
        }
    }

    /// The marks, in the order of the file.
    var points: [CuePoint] {
        samples.map { identifier, sample in
            var point = CuePoint(identifier: identifier, sample: sample)
            point.label = labels[identifier]
            point.note = notes[identifier]
            point.sampleCount = regions[identifier]?.sampleCount
            point.purpose = regions[identifier]?.purpose
            point.text = regions[identifier]?.text
            return point
        }
    }

    // MARK: - Writing

    /// The chunks of `points`; no bytes if there are none. A point behind sample 2^32 - 1 is left out, since the chunk has no room for it.
    static func bytes(_ points: [CuePoint]) -> [UInt8] {
        let placed = points.compactMap { point in UInt32(exactly: point.sample).map { (point: point, sample: $0) } }
        guard !placed.isEmpty else { return [] }
        var cue: [UInt8] = []
        cue.appendLittleEndian(UInt32(clamping: placed.count))
        for (point, sample) in placed {
            cue.appendLittleEndian(point.identifier)
            cue.appendLittleEndian(sample)
            cue += "data".utf8
            cue.appendLittleEndian(UInt32(0))  // The start of the chunk, and of the block.
            cue.appendLittleEndian(UInt32(0))
            cue.appendLittleEndian(sample)
        }
        let entries = placed.flatMap { Self.entries(of: $0.point) }
        var bytes: [UInt8] = []
        bytes.appendChunk("cue ", cue)
        if !entries.isEmpty { bytes.appendChunk("LIST", Array("adtl".utf8) + entries) }
        return bytes
    }

    private static func entries(of point: CuePoint) -> [UInt8] {
        func named(_ text: String) -> [UInt8] {
            var contents: [UInt8] = []
            contents.appendLittleEndian(point.identifier)
            return contents + text.bytes(atMost: .max) + [0]
        }
        var bytes: [UInt8] = []
        if let label = point.label { bytes.appendChunk("labl", named(label)) }
        if let note = point.note { bytes.appendChunk("note", named(note)) }
        if let sampleCount = point.sampleCount {
            var contents: [UInt8] = []
            contents.appendLittleEndian(point.identifier)
            contents.appendLittleEndian(UInt32(clamping: sampleCount))
            contents += Array(((point.purpose ?? "rgn") + "    ").bytes(atMost: 4))
            contents.appendLittleEndian(UInt64(0))  // Country, language, dialect, code page: unknown.
            if let text = point.text, !text.isEmpty { contents += text.bytes(atMost: .max) + [0] }
            bytes.appendChunk("ltxt", contents)
        }
        return bytes
    }
}
