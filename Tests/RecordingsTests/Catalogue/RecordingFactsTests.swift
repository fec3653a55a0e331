import Foundation
import SQLite
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

@Suite struct `The facts of a recording` {
    /// Facts that have much, little and odd things in them.
    static let examples: [RecordingFacts] = {
        func facts(_ encoding: SampleEncoding, _ edit: (inout RecordingFacts) -> Void = { _ in }) -> RecordingFacts? {
            guard let format = WaveFormat(sampleRate: 250_000, channels: 2, encoding: encoding) else { return nil }
            var facts = RecordingFacts(
                path: "pond/mono/7", isArray: false, sourceName: "20250618_050000.wav", codec: .flac, format: format,
                sampleCount: 3_000_000_000, modified: Timestamp(seconds: 1_750_000_000, nanoseconds: 999_999_999))
            edit(&facts)
            return facts
        }
        return [
            facts(.integer16),
            facts(.unsigned8) { $0.isArray = true },
            facts(.integer24) { facts in
                facts.sampleCount = .max
                facts.codec = .pcm
                facts.start = Timestamp(iso8601: "2025-06-18T05:00:00.25-03:30")
                facts.sourceModified = Timestamp(iso8601: "2025-06-18T09:00:02.000000001Z")
                facts.sourceSHA256 = String(repeating: "0f", count: 32)
                facts.documentChecksum = UInt64(UInt32.max)
                facts.envelopeSize = EnvelopeSize(headByteCount: 44, tailByteCount: .max)
                facts.latitude = -89.999_999
                facts.longitude = 180
                facts.make = "Open Acoustic Devices"
                facts.model = "AudioMoth"
                facts.serial = "24E144055E080032"
                facts.elevation = -1.5
                facts.internalTemperature = 21.25
                facts.externalTemperature = -40
                facts.metadata = MetadataOutline(
                    byteCounts: MetadataByteCounts(
                        kinds: SIMD8(644, 350, 1_234, 0, 98, 0, 0, 0),
                        kindsWithoutLocation: SIMD8(644, 350, 1_180, 0, 0, 0, 0, 0)),
                    fingerprint: .max)
            },
            facts(.float32) { facts in
                facts.sourceName = ""
                facts.rateReason = "re-labelled: é\0\u{1F426}, \"'\n"
                facts.start = Timestamp(seconds: .min, nanoseconds: 1, offsetMinutes: 0)
                facts.modified = Timestamp(seconds: .max, offsetMinutes: -1)
                facts.sourceSHA256 = "0F"
                facts.make = ""
                facts.model = "abc"
                facts.serial = "abcd"
            },
            facts(.float64) { $0.start = Timestamp(seconds: 0) },
        ].compactMap(\.self)
    }()

    @Test func `the facts of a recording are read from a row and from bytes as they were written`() {
        #expect(Self.examples.count == 5)
        for facts in Self.examples {
            #expect(RecordingFacts(facts.row[...], path: facts.path) == facts)
            #expect(RecordingFacts(packed: facts.packed[...], path: facts.path) == facts)
        }
    }

    @Test func `every number and text of a kept fact has a column of its own name`() {
        for facts in Self.examples { #expect(facts.row.count == RecordingFacts.columns.count) }
        #expect(Set(RecordingFacts.columns).count == RecordingFacts.columns.count)
        #expect(RecordingFacts.columns.contains("format_rate") && RecordingFacts.columns.contains("latitude"))
    }

    @Test func `what stat reports is read from packed facts without their texts`() throws {
        for facts in Self.examples {
            let file = try #require(RecordingFacts.file(packed: facts.packed[...]))
            #expect(file.outline == facts.outline)
            #expect(file.time == facts.fileTime)
        }
    }

    @Test func `packed facts fit 250 bytes if all of them are known, and 75 if few are`() throws {
        let facts = try #require(Self.examples.first { $0.latitude != nil })
        #expect(facts.packed.count < 250)
        #expect(Self.examples[0].packed.count < 75)
    }

    @Test func `packed facts that were cut short or changed give no facts, and no crash`() {
        for facts in Self.examples {
            let bytes = facts.packed
            for count in 0..<bytes.count { #expect(RecordingFacts(packed: bytes[..<count], path: "") == nil) }
            #expect(RecordingFacts(packed: (bytes + [0])[...], path: "") == nil)
            var random = RepeatableRandom(seed: 1)
            for _ in 0..<2_000 {
                var changed = bytes
                changed[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                _ = RecordingFacts(packed: changed[...], path: "")
                _ = RecordingFacts.file(packed: changed[...])
            }
        }
    }

    @Test(arguments: [
        ("latitude", "90.5"), ("longitude", "-1e300"), ("latitude", "'49'"), ("longitude", "7"),
        ("format_rate", "0"), ("format_channels", "-1"), ("format_bits", "17"), ("codec", "'none'"),
        ("codec", "NULL"), ("start_nanoseconds", "1000000000"), ("start_seconds", "NULL"), ("envelope_head", "NULL"),
        ("make", "x'00'"), ("modified_seconds", "NULL"), ("metadata_bext", "7"), ("metadata_guano", "-2"),
        ("metadata_fingerprint", "NULL"), ("elevation", "1e9"),
    ])
    func `a row of the catalogue that is not valid gives no facts`(column: String, value: String) throws {
        let facts = try #require(Self.examples.first { $0.latitude != nil })
        let index = try #require(RecordingFacts.columns.firstIndex(of: column))
        try TestFiles.withTemporaryDirectory { directory in
            let database = try Database(path: directory.appending(path: "a.sqlite").path)
            let value = try #require(database.rows("SELECT \(value)") { $0.first }.first)
            var row = facts.row
            row[index] = value
            #expect(RecordingFacts(row[...], path: facts.path) == nil)
            #expect(RecordingFacts(row.dropLast(), path: facts.path) == nil)
        }
    }

    @Test func `the group, name and number of a recording follow from its path`() throws {
        var facts = try #require(Self.examples.first)
        #expect((facts.group, facts.name, facts.number) == ("pond/mono", "7", 7))
        facts.isArray = true
        #expect(facts.number == nil)
        facts.path = ""
        #expect((facts.group, facts.name) == ("", ""))
    }

    @Test func `position and recorder are read from the source's metadata, as an import or ffprobe wrote it`() throws {
        let blob = try StreamFixture.named("fixed.flac").bytes
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try store.addRecording(
                "0", codec: "flac", blob: blob,
                groupAttributes: [
                    "source_metadata": [
                        "guano": [
                            "Make": "BATLOGGER", "Model": "S2", "Serial": "22060166",
                            "Loc Position": "49.093119 5.047867",
                            "odd": [1],
                        ],
                        "info": 5,
                    ]
                ])
            try store.addRecording(
                "1", codec: "flac", blob: blob,
                groupAttributes: ["source_metadata": ["tags": ["ARTIST": "AudioMoth 24E144055E080032", "title": "x"]]])
            try store.addRecording(
                "2", codec: "flac", blob: blob,
                groupAttributes: [
                    "meta_data_structure": "ffprobe:\n  format:\n    duration: 3.0\n    tags:\n"
                        + "      comment: Recorded by AudioMoth\n        24E1\n      artist: AudioMoth 24E144055E080032\n"
                ])
            try store.addRecording(
                "3", codec: "flac", blob: blob,
                groupAttributes: ["source_metadata": ["guano": ["Loc Position": "91 0", "Make": 3]]])
            let recordings = try Catalogue(
                store: DirectoryStore(path: directory.path), cache: BlockCache(budget: 0), log: .silent
            ).recordings
            let texts = recordings.map { recording in
                RecordingOutput.extendedAttributes.values(of: RecordingRow(recording.facts)).dropFirst(3)
                    .map { "\($0.name) \($0.value.text)" }
            }
            #expect(
                texts == [
                    ["latitude 49.093119", "longitude 5.047867", "make BATLOGGER", "model S2", "serial 22060166"],
                    ["model AudioMoth", "serial 24E144055E080032"], ["model AudioMoth", "serial 24E144055E080032"], [],
                ])
        }
    }
}
