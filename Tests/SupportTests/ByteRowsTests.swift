import Support
import Testing

@Suite struct `Rows of bytes` {
    private let words = ["", "pond", "a", "pond", "ponds", "\u{E9}", "e\u{301}"]

    private var rows: ByteRows {
        var rows = ByteRows()
        for (index, word) in words.enumerated() {
            switch index % 3 {
            case 0: rows.append(word)
            case 1: rows.append(Array(word.utf8))
            default: rows.append(Array(word.utf8)[...])
            }
        }
        return rows
    }

    @Test func `rows of bytes are read as they were appended, before and after trimming`() {
        var rows = rows
        for _ in 0..<2 {
            #expect(rows.count == words.count)
            for (index, word) in words.enumerated() {
                #expect(rows[index].elementsEqual(word.utf8))
                #expect(rows.text(at: index).utf8.elementsEqual(word.utf8))
            }
            rows.trim()
        }
    }

    @Test func `rows of bytes are ordered by their bytes, a shorter row before one that begins with it`() {
        let rows = rows
        for (left, word) in words.enumerated() {
            for (right, other) in words.enumerated() {
                let order =
                    word.utf8.lexicographicallyPrecedes(other.utf8)
                    ? -1 : word.utf8.elementsEqual(other.utf8) ? 0 : 1
                #expect(rows.compare(left, with: right).signum() == order, "\(word) \(other)")
                #expect(rows.compare(left, with: Array(other.utf8)).signum() == order, "\(word) \(other)")
            }
        }
    }

    @Test func `ordered rows of bytes are searched by bisection`() {
        var rows = ByteRows()
        for word in ["", "a", "b", "b", "pond"] { rows.append(word) }
        #expect(rows.lowerBound(of: []) == 0)
        #expect(rows.lowerBound(of: Array("aa".utf8)) == 2)
        #expect(rows.lowerBound(of: Array("b".utf8)) == 2)
        #expect(rows.lowerBound(of: Array("pond".utf8)) == 4)
        #expect(rows.lowerBound(of: Array("ponds".utf8)) == 5)
    }
}
