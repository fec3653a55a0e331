import Recordings
import Support

/// `.zarrwlr/index.html`: a page that lists all recordings that are served, and plays them.
struct IndexPage: Sendable {
    private static let output = RecordingOutput.indexPage
    /// How many problems are on the page; `problems.txt` has all of them.
    private static let problemLimit = 100

    /// The root of the view of spectrograms; nil if it is not shown.
    let spectrograms: SpectrogramDirectory?

    /// The directories of that view, by the members of the plain directories that they show.
    private typealias Pictures = [ObjectIdentifier: SpectrogramDirectory]

    /// The page about `tree`. What is not known yet is learned.
    func text(of tree: PlainTree) -> PiecewiseText {
        var pictures: Pictures = [:]
        spectrograms?.forEachDirectory { pictures[ObjectIdentifier($1)] = $0 }
        let recordings = ServedRuns.makers(of: tree) { [pictures] places, members, path in
            rows(of: places, of: members, in: path, pictures[ObjectIdentifier(members)])
        }
        let beginning = beginning(of: tree)
        return PiecewiseText(
            [{ IndexTemplate.head }, { beginning }] + recordings + [{ "\n]}" }, { IndexTemplate.tail }])
    }

    /// The data before the recordings.
    private func beginning(of tree: PlainTree) -> String {
        var json = ScriptText()
        json.add(raw: "{\"views\":{")
        if let spectrograms {
            json.add(raw: "\"spectrograms\":")
            json.add(spectrograms.view)
        }
        json.add(raw: "},\n\"columns\":[")
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
        addProblems(of: tree, to: &json)
        // Each piece that follows begins with a comma.
        json.add(raw: ",\n\"groups\":[0")
        return json.text
    }

    private func addProblems(of tree: PlainTree, to json: inout ScriptText) {
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
        of places: Range<Int>, of members: GroupDirectory.Members, in path: String, _ pictures: SpectrogramDirectory?
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
            add(RecordingRow(facts), called: members.name(at: place), picture: pictures?.name(ofPlain: place), to: &json)
        }
        if !json.text.isEmpty { json.add(raw: "]]") }
        return json.text
    }

    private func add(
        _ row: RecordingRow, called name: ArraySlice<UInt8>, picture: [UInt8]?, to json: inout ScriptText
    ) {
        let text = String(fileBytes: name)
        json.add(raw: "[")
        json.add(text.displayedName)
        json.add(raw: ",")
        addBytes(of: text, to: &json)
        json.add(raw: ",")
        add(picture: picture, of: name, to: &json)
        var unknown = ",0"
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

    /// Adds 1 if `picture` is called as its WAV file `name` but for the ending, its name in an address if it is not, and 0 if there is none.
    private func add(picture: [UInt8]?, of name: ArraySlice<UInt8>, to json: inout ScriptText) {
        guard let picture else { return json.add(raw: "0") }
        let isRegular =
            picture == SpectrogramDirectory.wantedName(of: name) && !String(fileBytes: name).isEscaped
        if isRegular { json.add(raw: "1") } else { json.add(picture.addressText) }
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
