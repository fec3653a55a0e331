import Support

extension WaveDescription {
    /// The chunks of `selection`, to be put before that of the samples: as many bytes as `byteCounts` says.
    public func chunks(_ selection: MetadataSelection) -> [UInt8] {
        MetadataSelection.kinds.reduce(into: []) { bytes, kind in
            if selection.contains(kind.kind) {
                bytes += chunks(kind.kind, hasLocation: selection.contains(.location))
            }
        }
    }

    /// How many bytes the chunks of each kind have: the same for the whole recording and for all that is made of it by `clipped` and
    /// `expanded`.
    var byteCounts: MetadataByteCounts { chunksAndByteCounts.byteCounts }

    /// All chunks, and `byteCounts`, which take as long to find out.
    public var chunksAndByteCounts: (chunks: [UInt8], byteCounts: MetadataByteCounts) {
        var all: [UInt8] = []
        var kinds = SIMD8<UInt32>.zero
        var kindsWithoutLocation = SIMD8<UInt32>.zero
        for (index, kind) in MetadataSelection.kinds.enumerated() {
            let bytes = chunks(kind.kind, hasLocation: true)
            all += bytes
            kinds[index] = UInt32(clamping: bytes.count)
            kindsWithoutLocation[index] = UInt32(clamping: chunks(kind.kind, hasLocation: false).count)
        }
        return (all, MetadataByteCounts(kinds: kinds, kindsWithoutLocation: kindsWithoutLocation))
    }

    private func chunks(_ kind: MetadataSelection, hasLocation: Bool) -> [UInt8] {
        switch kind {
        case .guano: guanoChunk(hasLocation)
        case .broadcast: broadcastChunk(hasLocation)
        case .info: infoChunk(hasLocation)
        case .cues: cueChunks(hasLocation)
        case .source: sourceChunks(hasLocation)
        default: []
        }
    }

    // MARK: - GUANO

    /// The namespace of what only this program says.
    private static let ownNamespace = "ZARRWLR|"
    /// Fields that follow from the file.
    private static let derivedNames: Set = ["GUANO|Version", "Timestamp", "Samplerate", "Length"]

    /// Whether the file itself says what the field called `name` is.
    static func isDerived(_ name: String) -> Bool { derivedNames.contains(name) || name.hasPrefix(ownNamespace) }

    /// Facts that every reader knows, in the order of the specification.
    private static let firstNames = [
        "Make", "Model", "Serial", "Loc Position", "Loc Elevation", "Temperature Int", "Temperature Ext",
        "Original Filename",
    ]

    private func guanoChunk(_ hasLocation: Bool) -> [UInt8] {
        let facts = facts.fields.filter { $0.name != "TE" && (hasLocation || !$0.isLocation) }
        guard start != nil || !facts.isEmpty || provenance?.sourceSHA256 != nil else { return [] }
        var fields: [MetadataField] = []
        func add(_ name: String, _ value: String?) {
            if let value { fields.append(MetadataField(name: name, value: value)) }
        }
        add("Timestamp", time?.text)
        add("Samplerate", "\(trueSampleRate)")
        if hasExpansion { add("TE", "\(expansion)") }
        add("Length", length)
        for name in Self.firstNames { fields += facts.filter { $0.name == name } }
        fields += facts.filter { !Self.firstNames.contains($0.name) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        if let provenance {
            add(Self.ownNamespace + "Coding", provenance.coding)
            add(Self.ownNamespace + "Lossless", provenance.isLossless ? "yes" : "no")
            add(Self.ownNamespace + "Source SHA256", provenance.sourceSHA256)
        }
        return GuanoChunk(fields).bytes(padding: paddingByteCount)
    }

    /// Spaces behind the fields that make the chunk as long as the longest of a part or an expansion of the recording.
    private var paddingByteCount: Int {
        let longest = SampleDuration(samples: sampleCount, rate: trueSampleRate).seconds.utf8.count
        let line = hasExpansion ? "\(expansion)".utf8.count + Self.expansionLineByteCount : 0
        return longest - length.utf8.count + Self.expansionLineByteCount + 4 - line
    }

    /// Whether there is a line of `TE`: if the file is expanded in time, or if the source says that it is not.
    private var hasExpansion: Bool { expansion > 1 || facts["TE"] != nil }

    /// Bytes of a line of `TE`, without those of its value, which are at most 4.
    private static let expansionLineByteCount = "TE: \n".utf8.count

    /// How many seconds the file lasts in nature.
    private var length: String { SampleDuration(samples: fileSampleCount, rate: trueSampleRate).seconds }

    /// The note, with line breaks.
    private var note: String? { facts["Note"].map { GuanoChunk.unescapingLineBreaks(in: $0) } }

    // MARK: - Broadcast Wave

    private func broadcastChunk(_ hasLocation: Bool) -> [UInt8] {
        var chunk = broadcast ?? BroadcastExtension()
        if chunk.summary.isEmpty { chunk.summary = info["ICMT"] ?? note ?? "" }
        if chunk.originator.isEmpty {
            chunk.originator = [facts["Make"], facts["Model"]].compactMap(\.self).joined(separator: " ")
        }
        if chunk.originatorReference.isEmpty { chunk.originatorReference = facts["Serial"] ?? "" }
        if let time {
            chunk.date = time.date
            chunk.time = time.timeOfDay
            chunk.timeReference = time.samplesSinceMidnight(sampleRate: fileFormat.sampleRate)
        } else if chunk.timeReference > 0 {
            chunk.timeReference = chunk.timeReference.adding(samples.lowerBound) ?? chunk.timeReference
        }
        guard chunk != BroadcastExtension() else { return [] }
        if !isWhole { chunk = chunk.withoutMeasures }
        if !hasLocation {
            chunk = chunk.withoutMaterialOrigin
            if chunk.summary.hasCoordinates { chunk.summary = "" }
            if chunk.originator.hasCoordinates { chunk.originator = "" }
            if chunk.originatorReference.hasCoordinates { chunk.originatorReference = "" }
            if chunk.codingHistory.hasCoordinates { chunk.codingHistory = "" }
        }
        let source = String(decoding: chunk.codingHistory.bytes(atMost: Self.historyLimit), as: UTF8.self)
        let separator = source.isEmpty || source.hasSuffix("\n") ? "" : "\r\n"
        chunk.codingHistory = source + separator + codingHistory(fileFormat)
        let whole = source.utf8.count + separator.utf8.count + codingHistory(format).utf8.count
        return chunk.bytes(historyAtLeast: whole)
    }

    /// Bytes of a coding history that are kept.
    private static let historyLimit = 1 << 16

    /// The line of the coding history for samples of `format`. See EBU Recommendation R98.
    private func codingHistory(_ format: WaveFormat) -> String {
        let mode =
            switch format.channels {
            case 1: "mono"
            case 2: "stereo"
            default: "multitrack"
            }
        let text = provenance.map { ",T=\($0.coding) \($0.isLossless ? "lossless" : "lossy")" } ?? ""
        return "A=PCM,F=\(format.sampleRate),W=\(format.encoding.bits),M=\(mode)\(text)\r\n"
    }

    // MARK: - INFO

    private func infoChunk(_ hasLocation: Bool) -> [UInt8] {
        var list = info
        func add(_ name: String, _ value: String?) {
            if let value, let field = InfoList.field(name, value) { list.add(field) }
        }
        add("INAM", facts["Original Filename"])
        add(
            "IART",
            [facts["Make"], facts["Model"], facts["Serial"]].compactMap(\.self).joined(separator: " "))
        add("ICRD", time?.date)
        add("ICMT", note)
        return InfoList(list.fields.filter { hasLocation || !$0.value.hasCoordinates }).bytes
    }

    // MARK: - Marks

    /// The chunks of marks, and a chunk of zeros in the place of those marks that the file does not have.
    private func cueChunks(_ hasLocation: Bool) -> [UInt8] {
        let cues = hasLocation ? cues : cues.map(\.withoutCoordinates)
        // As if each was at the first sample, since the chunks may have no room for some where they are.
        let whole = CueChunks.bytes(cues.map { $0.moved(to: 0) }) + samplerChunk(sampler?.moved(to: 0))
        var bytes = CueChunks.bytes(cues.compactMap { $0.clipped(to: samples) })
        bytes += samplerChunk(sampler?.clipped(to: samples))
        bytes.appendRoom(of: whole.count - bytes.count)
        return bytes
    }

    // MARK: - Others

    /// The source's chunks, or as many zeros in a chunk that says nothing if the file is a part, or slower. None without locations, since
    /// nobody knows what is in them.
    private func sourceChunks(_ hasLocation: Bool) -> [UInt8] {
        guard hasLocation else { return [] }
        let chunks = chunks.flatMap { $0.adapted(to: format).bytes }
        guard !isWhole else { return chunks }
        var bytes: [UInt8] = []
        bytes.appendRoom(of: chunks.count)
        return bytes
    }

    private func samplerChunk(_ sampler: SamplerChunk?) -> [UInt8] {
        sampler?.bytes(sampleRate: fileFormat.sampleRate) ?? []
    }

    /// The time of the file's first sample; nil if it is not known, or cannot be written.
    private var time: WaveTime? {
        start.flatMap {
            WaveTime($0, sample: samples.lowerBound, sampleCount: sampleCount, rate: trueSampleRate)
        }
    }
}
