/// Text as rows of fields: separated by tabs, semicolons or commas, and quoted as RFC 4180 has it, with line breaks.
struct DelimitedText: Sendable {
    /// A row.
    struct Record: Sendable {
        /// The line that it begins on, from 1 on.
        let line: Int
        /// The fields, without the spaces around them.
        let fields: [String]

        fileprivate var isComment: Bool {
            fields.first?.hasPrefix("#") == true && fields.dropFirst().allSatisfy(\.isEmpty)
        }
    }

    let separator: UInt8
    /// The rows that are neither blank nor comments.
    let records: [Record]
    /// The comments: rows of one field that begins with `#`. ELAN writes the names of files so.
    let comments: [Record]

    init(_ text: String) throws(CommandError) {
        var scanner = Scanner(Array(text.utf8))
        scanner.chooseSeparator()
        separator = scanner.separator
        var records: [Record] = []
        while let record = try scanner.next() {
            if record.fields.contains(where: { !$0.isEmpty }) { records.append(record) }
        }
        comments = records.filter(\.isComment)
        self.records = records.filter { !$0.isComment }
    }

    private struct Scanner {
        private let bytes: [UInt8]
        private var index = 0
        private var line = 1
        private(set) var separator = UInt8(ascii: ",")

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
        }

        private static let quote = UInt8(ascii: "\"")
        private static let tab = UInt8(ascii: "\t")

        private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

        /// Chooses what the first row that is neither blank nor a comment is separated by. Excel may say it in a line of its own:
        /// `sep=;`.
        mutating func chooseSeparator() {
            while index < bytes.count, Self.isLineEnd(bytes[index]) { skipLineEnd() }
            let first = firstRow
            if first.count == 5, first.starts(with: Array("sep=".utf8)), let last = first.last {
                separator = last
                index += 5
                return
            }
            var counts: [UInt8: Int] = [:]
            var isQuoted = false
            for byte in first {
                if byte == Self.quote { isQuoted.toggle() }
                if !isQuoted { counts[byte, default: 0] += 1 }
            }
            let (semicolons, commas) = (counts[UInt8(ascii: ";"), default: 0], counts[UInt8(ascii: ","), default: 0])
            if counts[Self.tab] != nil {
                separator = Self.tab
            } else if semicolons > 0, semicolons >= commas {
                separator = UInt8(ascii: ";")
            }
        }

        /// The first line from here on that is neither blank nor a comment; empty if there is none.
        private var firstRow: ArraySlice<UInt8> {
            var rest = bytes[index...]
            while true {
                rest = rest.drop(while: Self.isLineEnd)
                let line = rest.prefix { !Self.isLineEnd($0) }
                guard line.starts(with: "#".utf8) || line.starts(with: "\"#".utf8) else { return line }
                rest = rest[line.endIndex...]
            }
        }

        /// The next row; nil at the end.
        mutating func next() throws(CommandError) -> Record? {
            guard index < bytes.count else { return nil }
            let start = line
            var fields = [try field()]
            while index < bytes.count, bytes[index] == separator {
                index += 1
                fields.append(try field())
            }
            skipLineEnd()
            return Record(line: start, fields: fields)
        }

        /// The field here. Moves on to what ends it.
        private mutating func field() throws(CommandError) -> String {
            while index < bytes.count, bytes[index] == 0x20 { index += 1 }
            if index < bytes.count, bytes[index] == Self.quote, let quoted = try quoted() { return quoted }
            let rest = bytes[index...]
            let field = rest.prefix { $0 != separator && !Self.isLineEnd($0) }
            index = field.endIndex
            return Self.text(field)
        }

        /// The quoted field here; nil, without moving on, if the quotation mark is a character as any other.
        private mutating func quoted() throws(CommandError) -> String? {
            var content: [UInt8] = []
            var (place, lines) = (index + 1, 0)
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                // Programs that separate by tabs often quote nothing: a mark without its match must not swallow rows.
                if separator == Self.tab, byte == Self.tab, lines > 0 { return nil }
                if byte == 0x0A { lines += 1 }
                guard byte == Self.quote else {
                    content.append(byte)
                    continue
                }
                if place < bytes.count, bytes[place] == Self.quote {
                    content.append(byte)
                    place += 1
                    continue
                }
                while place < bytes.count, bytes[place] == 0x20 { place += 1 }
                guard place == bytes.count || bytes[place] == separator || Self.isLineEnd(bytes[place])
                else { return nil }
                (index, line) = (place, line + lines)
                return Self.text(content[...])
            }
            guard separator != Self.tab else { return nil }
            throw CommandError("line \(line) of the table: a quotation mark is never closed")
        }

        /// The text of a field, without the blanks around it.
        private static func text(_ bytes: ArraySlice<UInt8>) -> String {
            var bytes = bytes.drop { $0 == 0x20 || $0 == Self.tab }
            while let last = bytes.last, last == 0x20 || last == Self.tab { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        }

        private mutating func skipLineEnd() {
            guard index < bytes.count else { return }
            let isPair = bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
            index += isPair ? 2 : 1
            line += 1
        }
    }
}
