import Support
import WaveFile

extension RecordingColumn {
    /// Every column, in order. A new fact about recordings is a property of `RecordingFacts`, a line here, and the code that sets
    /// it; the catalogue, the lists, `info` and the extended attributes follow (docs/design.md, "The catalogue"). If a fact comes
    /// to mean something else under its old name, `CatalogueFile.revision` must be increased.
    public static let all: [RecordingColumn] = [
        RecordingColumn(
            "path", .of(.path) { .path($0.facts.path) }, "The path of its node in the store.",
            in: [
                .listTable.named("RECORDING"), .listCSV, .listJSON, .infoText.named("recording"), .extendedAttributes,
            ]),
        RecordingColumn(
            "file", .of(.text) { $0.file.map { .text($0) } }, "The path of its WAV file in a mount.",
            in: [
                .recordingsCSV.named("path"), .listTable.named("FILE"), .listCSV, .listJSON,
                .infoText.named("file in a mount"),
            ]),
        RecordingColumn(
            "file_bytes", .of(.text) { $0.file?.base64HiddenBytes.map { .text($0) } },
            "The bytes of that path in base64, if the text does not show them all.",
            in: [
                .recordingsCSV.named("path_bytes", after: "serial"), .listCSV.named("file_bytes", after: "serial"),
                .listJSON, .infoText.named("file bytes", after: "file"),
            ]),
        RecordingColumn(
            "group", .of(.path) { .path($0.facts.group) }, "The path in the store of the group that it is in.",
            in: [.recordingsCSV]),
        RecordingColumn(
            "is_array", .kept(\.isArray, { $0.isArray = $1 }), "Whether it is an array that stands by itself."),
        RecordingColumn(
            "name", .fact(\.sourceName, { $0.sourceName = $1 }), "The source file's name as the store has it.",
            in: [
                .listCSV, .listJSON, .infoText.named("source"), .extendedAttributes.named("source", after: "codec"),
            ]),
        RecordingColumn(
            "filename_bytes", .of(.text) { $0.facts.sourceName.base64HiddenBytes.map { .text($0) } },
            "The bytes of that name in base64, if the text does not show them all.",
            in: [
                .recordingsCSV.named("filename_bytes", after: "serial"),
                .listCSV.named("filename_bytes", after: "serial"), .listJSON,
                .infoText.named("source name bytes", after: "name"),
            ]),
        RecordingColumn(
            "source_path", .fact(\.sourcePath, { $0.sourcePath = $1 }),
            "The source file's path below the folder that was imported.",
            in: [.infoJSON, .infoText.named("source path", after: "filename_bytes")]),
        RecordingColumn(
            "codec", .fact(\.codec, { $0.codec = $1 }), "The coding of its audio.",
            in: [
                .recordingsCSV, .indexPage, .listTable.named("CODEC"), .listCSV, .listJSON, .infoText,
                .extendedAttributes,
            ]),
        RecordingColumn("format", .kept(\.format, { $0.format = $1 }), "What its WAV announces and holds."),
        RecordingColumn(
            "rate", .of(.count) { .count(UInt64($0.facts.format.sampleRate)) }, unit: "Hz",
            "The sample rate that its WAV announces.",
            in: [
                .recordingsCSV, .indexPage, .listTable.named("RATE"), .listCSV, .listJSON,
                .infoText.named("sample rate"),
            ]),
        RecordingColumn(
            "channels", .of(.count) { .count(UInt64($0.facts.format.channels)) }, "The number of its channels.",
            in: [.recordingsCSV, .indexPage, .listTable.named("CH"), .listCSV, .listJSON, .infoText]),
        RecordingColumn(
            "bits", .of(.count) { .count(UInt64($0.facts.format.encoding.bits)) },
            "The bits of one sample of one channel.", in: [.recordingsCSV, .indexPage, .listCSV, .listJSON, .infoText]),
        RecordingColumn(
            "samples", .fact(\.sampleCount, { $0.sampleCount = $1 }), "The number of its samples, of one channel.",
            in: [.recordingsCSV, .indexPage, .listCSV, .listJSON]),
        RecordingColumn(
            "seconds",
            .of(.duration) { .duration(samples: $0.facts.sampleCount, rate: $0.facts.format.sampleRate) }, unit: "s",
            "How long it lasts at that rate.",
            in: [.recordingsCSV, .listTable.named("LENGTH"), .listCSV, .listJSON, .infoText.named("length")]),
        RecordingColumn(
            "start", .fact(\.start, { $0.start = $1 }),
            "When its first sample was taken (ISO 8601), with the offset from UTC if known.",
            in: [
                .recordingsCSV, .indexPage, .listTable.named("START"), .listCSV, .listJSON, .infoText.always,
                .extendedAttributes,
            ]),
        RecordingColumn(
            "modified", .kept(\.modified, { $0.modified = $1 }), "When its document in the store was last written."),
        RecordingColumn(
            "document_crc32c", .kept(\.documentChecksum, { $0.documentChecksum = $1 }), "The CRC-32C of that document."),
        RecordingColumn(
            "stored_bytes", .of(.count) { $0.storedByteCount.map { .count($0) } }, unit: "bytes",
            "All that the store keeps of it, index and metadata included.",
            in: [.listTable.named("STORED"), .listCSV, .listJSON, .infoText.named("stored")]),
        RecordingColumn(
            "wav_bytes", .of(.count) { .count($0.waveByteCount) }, unit: "bytes", "The size of its WAV file.",
            in: [.listCSV, .listJSON]),
        RecordingColumn(
            "ratio", .of(.ratio) { row in row.storedByteCount.map { .ratio(whole: row.waveByteCount, part: $0) } },
            "How many times larger its WAV file is than what the store keeps of it.",
            in: [.listTable.named("RATIO"), .infoText.named("as WAV")]),
        RecordingColumn(
            "sha256", .fact(\.sourceSHA256, { $0.sourceSHA256 = $1 }),
            "The SHA-256 of the source file, in hexadecimal.",
            in: [
                .recordingsCSV, .listCSV, .listJSON, .infoText.named("source sha256", after: "source_path").always,
                .extendedAttributes,
            ]),
        RecordingColumn(
            "envelope", .kept(\.envelopeSize, { $0.envelopeSize = $1 }),
            "How many bytes the source file had around the samples, if the store has them."),
        RecordingColumn(
            "coded", .kept(\.codedFile, { $0.codedFile = $1 }),
            "How its coded stream becomes a file, and how many bytes of it."),
        RecordingColumn(
            "restores_source", .of(.flag) { .flag($0.facts.restoresSource) },
            "Whether its WAV file is the source file, byte for byte.",
            in: [.infoJSON, .infoText.named("source restored", after: "sha256")]),
        RecordingColumn(
            "rate_reason", .fact(\.rateReason, { $0.rateReason = $1 }),
            "Why that rate is announced, if the store contradicts itself.",
            in: [
                .recordingsCSV, .indexPage, .infoJSON, .infoText.named("rate because", after: "rate"),
                .extendedAttributes,
            ]),
        RecordingColumn(
            "latitude", .fact(\.latitude, { $0.latitude = $1 }, if: GeographicPosition.latitudes.contains),
            unit: "degrees",
            "Where it was made, north of the equator (WGS 84).", in: .everywhere),
        RecordingColumn(
            "longitude", .fact(\.longitude, { $0.longitude = $1 }, if: GeographicPosition.longitudes.contains),
            unit: "degrees",
            "Where it was made, east of Greenwich (WGS 84).", in: .everywhere),
        RecordingColumn("make", .fact(\.make, { $0.make = $1 }), "The manufacturer of the recorder.", in: .everywhere),
        RecordingColumn(
            "model", .fact(\.model, { $0.model = $1 }), "The model of the recorder.", in: .everywhere),
        RecordingColumn(
            "serial", .fact(\.serial, { $0.serial = $1 }), "The serial number of the recorder.", in: .everywhere),
        RecordingColumn(
            "elevation", .fact(\.elevation, { $0.elevation = $1 }, if: RecorderMetadata.elevations.contains), unit: "m",
            "Where it was made, above the sea.", in: .everywhere),
        RecordingColumn(
            "temperature_int",
            .fact(\.internalTemperature, { $0.internalTemperature = $1 }, if: RecorderMetadata.temperatures.contains),
            unit: "°C", "The temperature in the recorder.", in: .everywhere),
        RecordingColumn(
            "temperature_ext",
            .fact(\.externalTemperature, { $0.externalTemperature = $1 }, if: RecorderMetadata.temperatures.contains),
            unit: "°C", "The temperature outside the recorder.", in: .everywhere),
        RecordingColumn(
            "metadata", .kept(\.metadata, { $0.metadata = $1 }),
            "How many bytes the metadata in its WAV file have, and a hash of them."),
        RecordingColumn(
            "source_modified", .fact(\.sourceModified, { $0.sourceModified = $1 }),
            "When the source file was last modified.",
            in: [.listJSON, .infoText.named("source modified", after: "name")]),
    ]
}
