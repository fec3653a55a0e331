import Foundation
import Support
import Testing
import WaveFile

@testable import Recordings

@Suite struct `The table of columns` {
    @Test func `the table of columns has each name once, and so has each output`() {
        let names = RecordingColumn.all.map(\.name)
        #expect(Set(names).count == names.count)
        for output in RecordingOutput.allCases {
            let names = output.columns.map(\.name)
            #expect(!names.isEmpty)
            #expect(Set(names).count == names.count, "\(output)")
        }
    }

    @Test(arguments: ["a\u{1B}[31mb", "a\nb", "a\u{202E}vaw.b", "a\u{9B}b", "a\u{2028}b", "\u{2066}a"])
    func `a CSV has no control characters, and the bytes of a name that has some`(name: String) throws {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        let facts = RecordingFacts(
            path: "0", isArray: false, sourceName: name, codec: .pcm, format: format, sampleCount: 1,
            modified: Timestamp(seconds: 0))
        let line = RecordingOutput.listCSV.csvLine(of: RecordingRow(facts, file: name)).dropLast()
        #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != Unicode.GeneralCategory.control })
        #expect(!line.unicodeScalars.contains { [0x202E, 0x2028, 0x2066].contains($0.value) })
        let base64 = Data(name.utf8).base64EncodedString()
        #expect(line.hasSuffix(",\(base64),\(base64),,,"))
        let plain = RecordingOutput.listCSV.csvLine(of: RecordingRow(facts, file: "für \u{5D0}.wav"))
        #expect(plain.contains("für \u{5D0}.wav") && plain.hasSuffix(",\(base64),,,,\n"))
    }

    @Test func `each output has its columns in its own order, and the newer ones at the end`() {
        func names(_ output: RecordingOutput) -> String { output.columns.map(\.name).joined(separator: ",") }
        let recorder = "latitude,longitude,make,model,serial"
        let conditions = "elevation,temperature_int,temperature_ext"
        #expect(
            names(.recordingsCSV)
                == "path,group,codec,rate,channels,bits,samples,seconds,start,sha256,rate_reason,\(recorder),filename_bytes,path_bytes,\(conditions)"
        )
        #expect(
            names(.listCSV)
                == "path,file,name,codec,rate,channels,bits,samples,seconds,start,stored_bytes,wav_bytes,sha256,\(recorder),filename_bytes,file_bytes,\(conditions)"
        )
        #expect(names(.listTable) == "RECORDING,FILE,CODEC,RATE,CH,LENGTH,START,STORED,RATIO")
        #expect(names(.extendedAttributes) == "path,codec,source,start,sha256,rate_reason,\(recorder),\(conditions)")
        #expect(
            names(.infoText)
                == "recording,file in a mount,file bytes,source,source modified,source name bytes,source path,source sha256,source restored,codec,sample rate,rate because,channels,"
                + "bits,length,start,stored,as WAV,\(recorder),\(conditions)")
        #expect(
            names(.listJSON)
                == "path,file,file_bytes,name,filename_bytes,codec,rate,channels,bits,samples,seconds,start,stored_bytes,"
                + "wav_bytes,sha256,\(recorder),\(conditions),source_modified")
        #expect(names(.infoJSON) == "source_path,restores_source,rate_reason")
    }

    @Test func `each column has a sentence, and values of the kind that it announces`() throws {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        var facts = RecordingFacts(
            path: "0", isArray: false, sourceName: String(fileBytes: [0xE9]), codec: .flac, format: format,
            sampleCount: 1, modified: Timestamp(seconds: 0))
        facts.rateReason = "so"
        facts.start = Timestamp(seconds: 0)
        facts.sourceSHA256 = "ab"
        facts.sourceModified = Timestamp(seconds: 1)
        facts.sourcePath = "b/a"
        facts.latitude = 1
        facts.longitude = 2
        facts.make = "a"
        facts.model = "b"
        facts.serial = "c"
        facts.elevation = 3
        facts.internalTemperature = 4
        facts.externalTemperature = 5
        let row = RecordingRow(facts, file: String(fileBytes: [0xE9]), storedByteCount: 10)
        for column in RecordingColumn.all {
            #expect(column.meaning.hasSuffix("."))
            #expect((column.kind == nil) == column.places.isEmpty, "\(column.name)")
            #expect(column.value(row)?.kind == column.kind, "\(column.name)")
        }
    }

    @Test func `outputs leave out or leave empty what is not known of a recording`() throws {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        let row = RecordingRow(
            RecordingFacts(
                path: "pond/0", isArray: false, sourceName: "a", codec: .flac, format: format, sampleCount: 24_000,
                modified: Timestamp(seconds: 0)))
        #expect(RecordingOutput.recordingsCSV.csvLine(of: row) == ",pond,flac,48000,1,16,24000,0.500000,,,,,,,,,,,,,\n")
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
