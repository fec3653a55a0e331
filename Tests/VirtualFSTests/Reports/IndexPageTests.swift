import Foundation
import Recordings
import Support
import SyntheticRecordings
import Testing

@testable import VirtualFS

@Suite struct `The index page` {
    /// What a page has for its script.
    private struct Document: Decodable {
        struct Problems: Decodable {
            let count: Int
            let first: [String]
        }

        struct Column: Decodable {
            let name: String
            let meaning: String
            let unit: String?
        }

        /// A number, a text, or nothing.
        enum Value: Decodable, Equatable {
            case text(String)
            case number(Double)
            case none

            init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                if value.decodeNil() {
                    self = .none
                } else if let number = try? value.decode(Double.self) {
                    self = .number(number)
                } else {
                    self = .text(try value.decode(String.self))
                }
            }
        }

        /// A directory: its path, its bytes, and its recordings; or the number that comes first.
        struct Group: Decodable {
            var path = ""
            var bytes = Value.none
            var rows: [[Value]] = []

            init(from decoder: any Decoder) throws {
                guard var group = try? decoder.unkeyedContainer() else { return }
                path = try group.decode(String.self)
                bytes = try group.decode(Value.self)
                rows = try group.decode([[Value]].self)
            }
        }

        let views: [String?]
        let columns: [Column]
        let problems: Problems
        let groups: [Group]

        var rows: [[Value]] { groups.flatMap(\.rows) }

        /// The value of `column` in the row at `index`.
        func value(_ column: String, of index: Int) -> Value {
            guard let place = columns.firstIndex(where: { $0.name == column }) else { return .none }
            let row = rows[index]
            return row.indices.contains(place + 5) ? row[place + 5] : .none
        }
    }

    private static let path = ".zarrwlr/index.html"

    private func document(_ volume: Volume) throws -> Document {
        let page = try volume.text(at: Self.path)
        let start = try #require(page.firstRange(of: "<script type=\"application/json\" id=\"data\">\n"))
        let rest = page[start.upperBound...]
        let end = try #require(rest.firstRange(of: "</script>"))
        return try JSONDecoder().decode(Document.self, from: Data(rest[..<end.lowerBound].utf8))
    }

    private func options(_ views: String) throws -> VolumeOptions {
        var options = VolumeOptions()
        options.views = try ViewSelection(views)
        return options
    }

    @Test func `the page has a row for each recording, with its facts`() throws {
        let document = try document(
            Volume([
                .synthetic(
                    "pond/0", source: "a.flac", sampleCount: 100_000, channels: 2, rate: 250_000,
                    start: Timestamp(iso8601: "2025-06-18T05:00:00+02:00")),
                .synthetic("pond/1", source: "b.flac"), .synthetic("2", source: "c.flac"),
            ]))
        #expect(document.groups.map(\.path) == ["", "", "pond"])
        let names: [Document.Value?] = [.text("c.wav"), .text("a.wav"), .text("b.wav")]
        #expect(document.rows.map(\.first) == names)
        #expect(document.value("rate", of: 1) == .number(250_000))
        #expect(document.value("samples", of: 1) == .number(100_000))
        #expect(document.value("start", of: 1) == .text("2025-06-18T05:00:00+02:00"))
        #expect(document.value("start", of: 2) == .none)
        #expect(document.columns.allSatisfy { !$0.meaning.isEmpty })
        #expect(document.views == [nil, nil])
        #expect(document.problems.count == 0)
    }

    @Test func `the page of an empty store has no rows`() throws {
        #expect(try document(Volume([])).rows.isEmpty)
    }

    @Test func `problems are on the page, a hundred at most`() throws {
        let problems = (0..<120).map { RecordingError("is not </script> served", recording: "a/\($0)") }
        let document = try document(Volume([], problems: problems))
        #expect(document.problems.count == 120)
        #expect(document.problems.first.count == 100)
        #expect(document.problems.first.first == "/a/0: is not </script> served")
    }

    @Test(arguments: [
        "</script><script>injected = 1</script>", "<!-- <script>", "\u{2028}injected = 1\u{2029}", "\"],injected=1//",
        "\\\"; injected = 1", "{{script}} {{data}}", "\u{202E}gnp.exe", "&lt;/script&gt;",
        "'><img src=x onerror=injected=1>",
    ])
    func `no text in a store ends the data of the page, or looks like another`(text: String) throws {
        let known = Recording.synthetic("0", source: "a.flac")
        var facts = known.facts
        facts.model = text
        facts.sourceName = "\(text).flac"
        let volume = Volume([
            Recording(facts, samples: known.samples),
            .synthetic("\(text.replacing("/", with: "|"))/0", source: "b.flac"),
        ])
        let empty = try Volume([]).text(at: Self.path)
        let page = try volume.text(at: Self.path)
        for part in ["<", ">", "&", "\u{2028}", "\u{202E}"] {
            #expect(page.ranges(of: part).count == empty.ranges(of: part).count)
        }
        let document = try document(volume)
        #expect(document.value("model", of: 0) == .text(text))
        #expect(document.groups.contains { $0.path.contains("injected") == text.contains("injected") })
    }

    @Test func `names that are no UTF-8 have their bytes as an address`() throws {
        let name = String(fileBytes: Array("caf".utf8) + [0xE9] + Array(".flac".utf8))
        let row = try #require(document(Volume([.synthetic("0", source: name)])).rows.first)
        #expect(row[0] == .text("caf\u{FFFD}.wav"))
        #expect(row[1] == .text("caf%E9.wav"))
    }

    @Test func `rows name the files of views that are shown`() throws {
        let recordings: [Recording] = [
            .synthetic("pond/0", source: "a.wav"), .synthetic("pond/1", source: "a.WAV"),
            .synthetic("pond/2", source: "b c.flac"),
        ]
        let document = try document(Volume(recordings, options: options("spectrograms")))
        #expect(document.views == ["spectrograms", nil])
        let expected: [[Document.Value]] = [
            [.text("a.WAV"), .number(0), .number(1), .number(0)],
            [.text("a.wav"), .number(0), .text("a~0.png"), .number(0)],
            [.text("b c.wav"), .number(0), .number(1), .number(0)],
        ]
        #expect(document.rows.map { Array($0.prefix(4)) } == expected)
    }

    @Test func `the page has one size and the same bytes each time, in parts of any size`() throws {
        let recordings = (0..<700).map {
            Recording.synthetic("\($0 % 3 == 0 ? "a" : "b")/\($0)", source: "\($0).flac")
        }
        let volume = Volume(recordings, problems: [RecordingError("is not served", recording: "a/x")])
        let whole = try volume.contents(at: Self.path)
        #expect(try UInt64(whole.count) == volume.attributes(at: Self.path).size)
        let isSame =
            try Volume(recordings, problems: [RecordingError("is not served", recording: "a/x")])
            .contents(at: Self.path) == whole
        #expect(isSame)
        let handle = try volume.open(volume.attributes(at: Self.path).inode)
        for (offset, size) in [(0, 1), (17, 40_000), (5, 4096), (whole.count - 3, 10), (whole.count, 1), (30_000, 9)] {
            let part = try volume.read(handle, offset: UInt64(offset), size: UInt64(size)).flatMap { Array($0.bytes) }
            let isPart = part == Array(whole.dropFirst(offset).prefix(size))
            #expect(isPart)
        }
        try volume.release(handle)
    }

    @Test func `the policy of the page allows its own script and style, and nothing from elsewhere`() throws {
        let page = try Volume([]).text(at: Self.path)
        let policy = try #require(page.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)).output.1
        for (name, tag) in [("script-src", "script"), ("style-src", "style")] {
            let start = try #require(page.ranges(of: "<\(tag)>").last)
            let end = try #require(page[start.upperBound...].firstRange(of: "</\(tag)>"))
            let digest = MessageDigest(.sha256)
            digest?.update(Array(page[start.upperBound..<end.lowerBound].utf8))
            let hash = Data(digest?.finish() ?? []).base64EncodedString()
            #expect(policy.contains("\(name) 'sha256-\(hash)';"))
        }
        #expect(policy.contains("default-src 'none'"))
        #expect(!page.contains("http:") && !page.contains("https:"))
        #expect(!page.contains("innerHTML") && !page.contains("{{"))
    }
}
