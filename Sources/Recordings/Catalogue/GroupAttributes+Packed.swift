import Support
import WaveFile

/// A recording's attributes as bytes, kept in memory from when the recording is found until it is learned.
extension GroupAttributes {
    /// All that is needed to learn the recording.
    var packed: [UInt8] {
        var writer = PackedFactWriter()
        func add(_ fact: (some StoredFact)?) {
            writer.add(isPresent: fact != nil, partCount: 1)
            fact?.write(to: &writer)
        }
        add(source.byteCount)
        add(source.modified)
        add(setStart.map { _ in true })
        add(setStart?.time)
        add(sourceDuration)
        add(recorder.position?.latitude)
        add(recorder.position?.longitude)
        for text in [
            encoding, source.filename, source.sha256, recorder.make, recorder.model, recorder.serial, sourcePath,
        ] {
            add(text)
        }
        return writer.bytes
    }

    /// The attributes that were packed; nil if `packed` is empty or not valid.
    init?(packed: ArraySlice<UInt8>) {
        guard var reader = PackedFactReader(packed), !packed.isEmpty else { return nil }
        func next<Fact: StoredFact>(_ type: Fact.Type = Fact.self) -> Fact? {
            reader.isPresent(partCount: 1) ? Fact(from: &reader) : nil
        }
        let byteCount = next(UInt64.self)
        let modified = next(Timestamp.self)
        let isStartSet = next(Bool.self) != nil
        let start = next(Timestamp.self)
        setStart = isStartSet ? SetStart(time: start) : nil
        sourceDuration = next()
        let latitude = next(Double.self)
        let longitude = next(Double.self)
        encoding = next()
        source = SourceAttributes(filename: next(), sha256: next(), byteCount: byteCount, modified: modified)
        recorder = RecorderMetadata(
            position: latitude.flatMap { latitude in
                longitude.flatMap { GeographicPosition(latitude: latitude, longitude: $0) }
            }, make: next(), model: next(), serial: next())
        sourcePath = next()
        // Needed only to import further sources.
        sourceStream = nil
        isRecording = true
    }
}

extension SourceAttributes {
    fileprivate init(filename: String?, sha256: String?, byteCount: UInt64?, modified: Timestamp?) {
        self.filename = filename
        self.sha256 = sha256
        self.byteCount = byteCount
        self.modified = modified
    }
}
