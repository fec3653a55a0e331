import Support
import WaveFile

extension WaveDescription {
    /// What the WAV file of the recording of which `facts` are known says, by the attributes of its group; nil stands for an array that
    /// stands by itself. Nothing is said that the store does not know.
    init(_ facts: RecordingFacts, _ attributes: GroupAttributes?, isLossless: Bool) {
        self.init(format: facts.format, sampleCount: facts.sampleCount)
        start = facts.start
        guard let attributes else { return }
        let texts = attributes.texts
        add(texts.guano, isExpanded: attributes.isExpanded(facts.format))
        add(texts.wamd)
        for field in texts.ixml.map({ IXMLChunk($0).fields }) ?? [] {
            if field.name == "NOTE" { add(fact: "Note", field.value) }
            add(fact: "iXML|\(field.name)", field.value)
        }
        add(attributes.recorder)
        for field in attributes.userFields { add(fact: "User|\(field.name)", field.value) }
        // A date of the source's contradicts a start that was set.
        for field in texts.info where attributes.setStart == nil || field.name != "ICRD" {
            add(info: field.name, field.value)
        }
        // libavformat's tags of a WAV file say less than its chunks, which they are made of.
        let hasChunks = !texts.info.isEmpty || !texts.guano.isEmpty || texts.broadcast != nil
        if attributes.source.container != "wav" || !hasChunks { add(tags: texts.tags) }
        add(fact: "Original Filename", facts.sourceName.displayedName)
        broadcast = texts.broadcast
        if attributes.setStart == nil {
            chunks = texts.chunks.filter { $0.agrees(with: facts.start) }
        } else {
            broadcast = broadcast?.withoutMaterialOrigin
            broadcast?.date = ""
            broadcast?.time = ""
            broadcast?.timeReference = 0
        }
        cues = texts.marks?.cues(rate: facts.format.sampleRate) ?? []
        sampler = texts.marks?.sampler(rate: facts.format.sampleRate)
        provenance = Provenance(
            coding: facts.codec.rawValue, isLossless: isLossless, sourceSHA256: facts.sourceSHA256)
    }

    /// Adds the source's own fields, as they are. `isExpanded` says whether `TE` is true of the recording.
    private mutating func add(_ guano: [MetadataField], isExpanded: Bool) {
        for field in guano where field.name != "TE" || isExpanded { add(fact: field.name, field.value) }
    }

    /// Adds the fields of a `wamd` chunk under the names that GUANO has for them; see `wamd2guano` of guano-py.
    private mutating func add(_ wamd: [MetadataField]) {
        for field in wamd {
            switch field.name {
            case "model", "serial", "timestamp", "gpsfirst": break  // In `RecorderMetadata`, and in the start.
            case "firmware": add(fact: "Firmware Version", field.value)
            case "notes": add(fact: "Note", field.value)
            case "auto_id": add(fact: "Species Auto ID", field.value)
            case "manual_id": add(fact: "Species Manual ID", field.value)
            default: add(fact: "WA|\(field.name)", field.value)
            }
        }
    }

    /// Adds what was found of the recorder, unless its own fields say it.
    private mutating func add(_ recorder: RecorderMetadata) {
        add(fact: "Make", recorder.make)
        add(fact: "Model", recorder.model)
        add(fact: "Serial", recorder.serial)
        add(fact: "Loc Position", recorder.position.map { "\($0.latitude) \($0.longitude)" })
        add(fact: "Loc Elevation", recorder.elevation.map { "\($0)" })
        add(fact: "Temperature Int", recorder.internalTemperature.map { "\($0)" })
    }

    /// Adds tags of another kind of file: under the names of INFO lists if those have one, else in a namespace of GUANO.
    private mutating func add(tags: [MetadataField]) {
        for field in tags {
            let name = field.name.lowercased()
            if Self.containerTags.contains(name) { continue }
            if let info = Self.infoNames[name] {
                add(info: info, field.value)
            } else {
                add(fact: "Tag|\(field.name)", field.value)
            }
        }
    }

    /// Tags that say something of the container, not of the sound.
    private static let containerTags: Set = [
        "major_brand", "minor_version", "compatible_brands", "handler_name", "vendor_id",
    ]

    /// The names in INFO lists for those of libavformat: what ffprobe makes of the former.
    private static let infoNames = [
        "artist": "IART", "comment": "ICMT", "copyright": "ICOP", "date": "ICRD", "engineer": "IENG", "genre": "IGNR",
        "keywords": "IKEY", "language": "ILNG", "medium": "IMED", "title": "INAM", "album": "IPRD", "track": "IPRT",
        "subject": "ISBJ", "encoder": "ISFT", "encoded_by": "ITCH",
    ]
}

extension GroupAttributes {
    /// Whether the source was expanded in time, and the recording, which has `format`, still is: its GUANO says so, and does not contradict
    /// itself.
    fileprivate func isExpanded(_ format: WaveFormat) -> Bool {
        guard let factor = SourceTexts.value("TE", in: texts.guano).flatMap({ Double($0) }), factor >= 1 else {
            return false
        }
        guard let rate = SourceTexts.value("Samplerate", in: texts.guano).flatMap({ Double($0) }) else { return true }
        let played = Double(source.sampleRate ?? format.sampleRate)
        return (rate / factor - played).magnitude <= 1
    }
}
