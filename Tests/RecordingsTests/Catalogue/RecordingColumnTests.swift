import Support
import Testing
import WaveFile

@testable import Recordings

@Suite struct `The table of columns` {
    @Test func `has each name once, and each output its own names once`() {
        let names = RecordingColumn.all.map(\.name)
        #expect(Set(names).count == names.count)
        for output in RecordingOutput.allCases {
            let names = output.columns.map(\.name)
            #expect(!names.isEmpty)
            #expect(Set(names).count == names.count, "\(output)")
        }
    }

    @Test func `gives each output its columns in their order, what is new behind`() {
        func names(_ output: RecordingOutput) -> String { output.columns.map(\.name).joined(separator: ",") }
        let recorder = "latitude,longitude,make,model,serial"
        #expect(
            names(.recordingsCSV)
                == "path,group,codec,rate,channels,bits,samples,seconds,start,sha256,rate_reason,\(recorder)")
        #expect(
            names(.listCSV)
                == "path,file,name,codec,rate,channels,bits,samples,seconds,start,stored_bytes,wav_bytes,sha256,\(recorder)"
        )
        #expect(names(.listTable) == "RECORDING,FILE,CODEC,RATE,CH,LENGTH,START,STORED,RATIO")
        #expect(names(.extendedAttributes) == "path,codec,source,start,sha256,rate_reason,\(recorder)")
        #expect(
            names(.infoText)
                == "recording,file in a mount,source,source sha256,source restored,codec,sample rate,rate because,channels,"
                + "bits,length,start,stored,as WAV,\(recorder)")
        #expect(names(.infoJSON) == "restores_source,rate_reason")
    }

    @Test func `has values of the kind that it announces, and a sentence for each column`() throws {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        var facts = RecordingFacts(
            path: "0", isArray: false, sourceName: "a", codec: .flac, format: format, sampleCount: 1,
            modified: Timestamp(seconds: 0))
        facts.rateReason = "so"
        facts.start = Timestamp(seconds: 0)
        facts.sourceSHA256 = "ab"
        facts.latitude = 1
        facts.longitude = 2
        facts.make = "a"
        facts.model = "b"
        facts.serial = "c"
        let row = RecordingRow(facts, file: "a.wav", storedByteCount: 10)
        for column in RecordingColumn.all {
            #expect(column.meaning.hasSuffix("."))
            #expect((column.kind == nil) == column.places.isEmpty, "\(column.name)")
            #expect(column.value(row)?.kind == column.kind, "\(column.name)")
        }
    }

    @Test func `has nothing of a recording of which nothing is known`() throws {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        let row = RecordingRow(
            RecordingFacts(
                path: "pond/0", isArray: false, sourceName: "a", codec: .flac, format: format, sampleCount: 24_000,
                modified: Timestamp(seconds: 0)))
        #expect(RecordingOutput.recordingsCSV.csvLine(of: row) == ",pond,flac,48000,1,16,24000,0.500000,,,,,,,,\n")
        #expect(RecordingOutput.extendedAttributes.values(of: row).map(\.name) == ["path", "codec", "source"])
    }
}

extension RecordingValue {
    fileprivate var kind: Kind {
        switch self {
        case .text: .text
        case .path: .path
        case .count: .count
        case .real: .real
        case .time: .time
        case .duration: .duration
        case .flag: .flag
        case .ratio: .ratio
        }
    }
}
