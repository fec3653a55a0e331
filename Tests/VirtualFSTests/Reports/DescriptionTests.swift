import Glibc
import Recordings
import Support
import SyntheticRecordings
import Testing
import WaveFile

@testable import VirtualFS

struct DescriptionTests {
    private static let header =
        "path,group,codec,rate,channels,bits,samples,seconds,start,sha256,rate_reason,"
        + "latitude,longitude,make,model,serial,filename_bytes,path_bytes,elevation,temperature_int,temperature_ext\n"

    @Test func `recordings.csv has a line for each recording`() throws {
        let volume = Volume([
            .synthetic(
                "pond/0", source: "a.flac", sampleCount: 100_000, channels: 2, rate: 250_000, encoding: .integer24,
                start: Timestamp(iso8601: "2025-06-18T05:00:00+02:00"), sum: "abc", rateReason: "the stream's own"),
            .synthetic("pond/1", source: "a.flac"),
        ])
        #expect(
            try volume.text(at: ".zarrwlr/recordings.csv") == Self.header
                + "pond/a.wav,pond,flac,250000,2,24,100000,0.400000,2025-06-18T05:00:00+02:00,abc,the stream's own,,,,,,,,,,\n"
                + "pond/a~1.wav,pond,flac,48000,1,16,1000,0.020833,,,,,,,,,,,,,\n")
    }

    @Test func `recordings.csv quotes fields that hold commas or quotes, and escapes line breaks`() throws {
        let volume = Volume([.synthetic("a,b\r\nc/0", source: "say \"hi\", now.flac", rateReason: "x\ny")])
        #expect(
            try volume.text(at: ".zarrwlr/recordings.csv") == Self.header
                + "\"a,b__c/say \"\"hi\"\", now.wav\",\"a,b\\r\\nc\",flac,48000,1,16,1000,0.020833,,,x\\ny,,,,,,,,,,\n")
    }

    @Test func `recordings.csv has the bytes of names that are no UTF-8 in base64`() throws {
        let name = String(fileBytes: Array("caf".utf8) + [0xE9] + Array(".flac".utf8))
        let volume = Volume([.synthetic("0", source: name)])
        #expect(
            try volume.text(at: ".zarrwlr/recordings.csv") == Self.header
                + "caf\u{FFFD}.wav,,flac,48000,1,16,1000,0.020833,,,,,,,,,Y2Fm6S5mbGFj,Y2Fm6S53YXY=,,,\n")
    }

    @Test func `problems.txt has a line for each problem`() throws {
        let volume = Volume(
            [],
            problems: [
                RecordingError("packet borders\nare lost", recording: "raw/0"),
                RecordingError("no samples", recording: "raw/1", cause: SystemError("open", "/x", code: 2)),
            ])
        #expect(
            try volume.text(at: ".zarrwlr/problems.txt")
                == "/raw/0: packet borders\\nare lost\n/raw/1: no samples: /x: No such file or directory\n")
    }

    @Test func `problems.txt says so if there are no problems`() throws {
        #expect(try Volume([]).text(at: ".zarrwlr/problems.txt") == "Every recording that was found is served.\n")
    }

    @Test func `extended attributes say where a recording is in the store and what its source was`() throws {
        let known = Recording.synthetic(
            "pond/0", source: "a.flac", start: Timestamp(seconds: 0, offsetMinutes: 0), sum: "abc")
        var facts = known.facts
        facts.longitude = -5.5
        facts.serial = "24E1"
        let volume = Volume([
            Recording(facts, samples: known.samples), .synthetic("pond/1", source: "b.flac"),
        ])
        let full = try volume.attributes(at: "pond/a.wav").inode
        #expect(
            try volume.extendedAttributeNames(of: full)
                == ["path", "codec", "source", "start", "sha256", "longitude", "serial"].map { "user.zarrwlr.\($0)" })
        #expect(try volume.extendedAttribute("user.zarrwlr.path", of: full) == Array("/pond/0".utf8))
        #expect(try volume.extendedAttribute("user.zarrwlr.start", of: full) == Array("1970-01-01T00:00:00Z".utf8))
        #expect(try volume.extendedAttribute("user.zarrwlr.longitude", of: full) == Array("-5.5".utf8))

        let sparse = try volume.attributes(at: "pond/b.wav").inode
        #expect(errno { try volume.extendedAttribute("user.zarrwlr.sha256", of: sparse) } == ENODATA)
        #expect(try volume.extendedAttribute("user.zarrwlr.path", of: .root) == Array("/".utf8))
        let table = try volume.attributes(at: ".zarrwlr/recordings.csv").inode
        #expect(try volume.extendedAttributeNames(of: table).isEmpty)
    }
}
