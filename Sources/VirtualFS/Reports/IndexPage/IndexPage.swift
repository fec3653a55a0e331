import Recordings
import Support

/// `.zarrwlr/index.html`: a page that lists all recordings that are served, and plays them.
struct IndexPage: Sendable {
    private static let output = RecordingOutput.indexPage
    /// How many problems are on the page; `problems.txt` has all of them.
    private static let problemLimit = 100

    private let tree: PlainTree
    /// Pictures and coded files, in this order; nil for what is not shown.
    private let links: [ViewLinks?]

    /// The page about `tree`, with what `options` show beside it. What is not known yet is learned.
    static func text(of tree: PlainTree, _ options: VolumeOptions) -> PiecewiseText {
        let pictures = View.spectrograms.directory(of: tree, options)
        let coded = View.coded.directory(of: tree, options)
        let page = IndexPage(
            tree: tree,
            links: [
                pictures.map { ViewLinks($0.directory, view: $0.name, ending: ".png") },
                coded.map { ViewLinks($0.directory, view: $0.name) },
            ])
        return page.text
    }

    private var text: PiecewiseText {
        let recordings = ServedRuns.makers(of: tree) { places, members, path in
            rows(of: places, of: members, in: path)
        }
        let beginning = beginning
        return PiecewiseText(
            [{ IndexTemplate.head }, { beginning }] + recordings + [{ "\n]}" }, { IndexTemplate.tail }])
    }

    /// The data before the recordings.
    private var beginning: String {
        var json = ScriptText()
        json.add(raw: "{\"views\":[")
        for (place, links) in links.enumerated() {
            if place > 0 { json.add(raw: ",") }
            if let links { json.add(links.view) } else { json.add(raw: "null") }
        }
        json.add(raw: "],\n\"columns\":[")
        for (place, shown) in Self.output.columns.enumerated() {
            json.add(raw: place == 0 ? "{\"name\":" : ",\n{\"name\":")
            json.add(shown.name)
            json.add(raw: ",\"meaning\":")
            json.add(shown.column.meaning)
            if let unit = shown.column.unit {
                json.add(raw: ",\"unit\":")
                json.add(unit)
            }
            json.add(raw: "}")
        }
        json.add(raw: "],\n\"problems\":")
        addProblems(to: &json)
        // Each piece that follows begins with a comma.
        json.add(raw: ",\n\"groups\":[0")
        return json.text
    }

    private func addProblems(to json: inout ScriptText) {
        var first: [String] = []
        var count = 0
        ProblemsText.forEachProblem(of: tree) { problem in
            if count < Self.problemLimit { first.append(problem.description.displayedName) }
            count += 1
        }
        json.add(raw: "{\"count\":\(count),\"first\":[")
        for (place, problem) in first.enumerated() {
            if place > 0 { json.add(raw: ",") }
            json.add(problem)
        }
        json.add(raw: "]}")
    }

    /// The recordings at `places`: the path of their directory, its bytes if they are no UTF-8, and a row for each.
    private func rows(
        of places: Range<Int>, of members: GroupDirectory.Members, in path: String
    ) -> String {
        var json = ScriptText()
        for place in places {
            guard let number = members.recording(at: place), let facts = try? members.contents.facts(of: number)
            else { continue }
            if json.text.isEmpty {
                json.add(raw: ",\n[")
                json.add(path.displayedName)
                json.add(raw: ",")
                addBytes(of: path, to: &json)
                json.add(raw: ",[")
            } else {
                json.add(raw: ",\n")
            }
            add(RecordingRow(facts), members.name(at: place), number, members.contents, to: &json)
        }
        if !json.text.isEmpty { json.add(raw: "]]") }
        return json.text
    }

    private func add(
        _ row: RecordingRow, _ name: ArraySlice<UInt8>, _ number: Int, _ contents: GroupContents,
        to json: inout ScriptText
    ) {
        let text = String(fileBytes: name)
        json.add(raw: "[")
        json.add(text.displayedName)
        json.add(raw: ",")
        addBytes(of: text, to: &json)
        json.add(raw: ",")
        for links in links {
            add(links?.name(of: number, in: contents), as: links?.ending, of: name, to: &json)
            json.add(raw: ",")
        }
        json.add(raw: "0")
        var unknown = ""
        for shown in Self.output.columns {
            if let value = shown.column.value(row) {
                json.add(raw: unknown + ",")
                json.add(value)
                unknown = ""
            } else {
                unknown += ",null"
            }
        }
        json.add(raw: "]")
    }

    /// Adds the bytes of `name` as an address has them, if they are no UTF-8; else 0.
    private func addBytes(of name: String, to json: inout ScriptText) {
        guard name.isEscaped else { return json.add(raw: "0") }
        json.add(name.fileBytes.addressText)
    }

    /// Adds the name `other` of a view's file as an address has it; 1 if it is the WAV file's `name` with `ending`, and 0 if there is none.
    private func add(
        _ other: [UInt8]?, as ending: String?, of name: ArraySlice<UInt8>, to json: inout ScriptText
    ) {
        guard let other else { return json.add(raw: "0") }
        let isRegular =
            ending.map { other == FileName(stemOf: name, ending: $0).bytes() } ?? false
            && !String(fileBytes: name).isEscaped
        if isRegular { json.add(raw: "1") } else { json.add(other.addressText) }
    }
}

extension [UInt8] {
    /// The bytes of a path as they are written in an address. See RFC 3986, sections 2.1 and 2.3.
    fileprivate var addressText: String {
        map { byte in
            let scalar = Unicode.Scalar(byte)
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~", "/": return String(scalar)
            default: return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
