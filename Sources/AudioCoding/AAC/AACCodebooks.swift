/// How long the codes of AAC's Huffman codebooks are, with what follows each. ISO/IEC 14496-3, section 4.A.1.
///
/// In every codebook the codes of each length follow upon each other, and behind those of the length before, so that the numbers of codes
/// of each length say all of the code. Of what the codes stand for, only that counts here how many more bits it has.
struct AACCodebooks: Sendable {
    /// What follows a code: a sign for each value that is not zero and has none in its code, then the escapes.
    struct Tail: Sendable {
        let signs: Int
        var escapes = 0
    }

    /// The codebook of scale factors: the number that no codebook of the spectrum has.
    static let scaleFactors = 0
    /// Bits by which codes are looked up at first; only rare ones are longer.
    static let frontBitCount = 10

    /// For each codebook, and each value of the first bits: the bits of as many codes as are in them with their signs, or of one whose signs
    /// are not all in them; from bit 5 on, how many codes those are. Zero if the first is longer, or has escapes.
    let packs: [UInt16]
    /// The same for one code: its bits with its signs, and from bit 5 on its escapes. Zero if it is longer.
    private let fronts: [UInt8]
    private let longCodes: [[Length]]

    /// The codes of one length that is more than `frontBitCount`.
    private struct Length: Sendable {
        let bitCount: Int
        let firstCode: UInt64
        let count: UInt64
        let tails: [Tail]
    }

    /// The codebooks.
    static let shared = AACCodebooks()

    private init() {
        var fronts: [UInt8] = []
        var longCodes: [[Length]] = []
        for book in Self.books {
            var lengths: [Length] = []
            var front: [UInt8] = []
            var code: UInt64 = 0
            var tails = book.tails[...]
            for (index, count) in book.counts.enumerated() {
                let bitCount = index + 1
                code <<= 1
                let found = tails.isEmpty ? Array(repeating: Tail(signs: 0), count: count) : Array(tails.prefix(count))
                tails = tails.dropFirst(count)
                if bitCount > Self.frontBitCount {
                    lengths.append(Length(bitCount: bitCount, firstCode: code, count: UInt64(count), tails: found))
                } else {
                    for tail in found {
                        let entry = UInt8(bitCount + tail.signs) | UInt8(tail.escapes << 5)
                        front += Array(repeating: entry, count: 1 << (Self.frontBitCount - bitCount))
                    }
                }
                code += UInt64(count)
            }
            fronts += front + Array(repeating: 0, count: (1 << Self.frontBitCount) - front.count)
            longCodes.append(lengths)
        }
        packs = fronts.indices.map { Self.pack(fronts, at: $0) }
        self.fronts = fronts
        self.longCodes = longCodes
    }

    /// The pack that has the place `index` of `fronts`.
    private static func pack(_ fronts: [UInt8], at index: Int) -> UInt16 {
        let mask = 1 << frontBitCount - 1
        var (count, bitCount) = (0, 0)
        while true {
            let front = Int(fronts[index & ~mask | index << bitCount & mask])
            guard front > 0, front < 32, count == 0 || bitCount + front <= frontBitCount else { break }
            bitCount += front
            count += 1
            guard bitCount < frontBitCount else { break }
        }
        return UInt16(count << 5 | bitCount)
    }

    /// Where the packs of `book` begin.
    static func firstPack(of book: Int) -> Int { book << frontBitCount }

    /// The bits of the code of `book` that `bits` begin with, with its signs, and its escapes. Nil if there is no such code.
    func code(of book: Int, _ bits: UInt64) -> (bitCount: Int, escapes: Int)? {
        let front = fronts[book << Self.frontBitCount | Int(bits >> UInt64(64 - Self.frontBitCount))]
        if front > 0 { return (Int(front & 31), Int(front >> 5)) }
        for length in longCodes[book] {
            let index = (bits >> UInt64(64 - length.bitCount)) &- length.firstCode
            guard index < length.count else { continue }
            let tail = length.tails[Int(index)]
            return (length.bitCount + tail.signs, tail.escapes)
        }
        return nil
    }

    /// A codebook: how many codes it has of each length from 1 on, and what follows each, in the order of the codes; nothing if that is
    /// empty.
    private struct Book {
        let counts: [Int]
        var tails: [Tail] = []

        init(_ counts: [Int]) {
            self.counts = counts
        }

        /// A digit of `signs` says how many signs follow a code.
        init(_ counts: [Int], signs: String) {
            self.counts = counts
            tails = signs.compactMap { $0.wholeNumberValue.map { Tail(signs: $0) } }
        }

        /// A digit of `kinds` says what values a code has: none but zeros, one or two others, or 3 one that is an escape, 4 that and another,
        /// 5 two escapes.
        init(_ counts: [Int], kinds: String) {
            self.counts = counts
            tails = kinds.compactMap { kind in
                kind.wholeNumberValue.map {
                    switch $0 {
                    case 3: Tail(signs: 1, escapes: 1)
                    case 4: Tail(signs: 2, escapes: 1)
                    case 5: Tail(signs: 2, escapes: 2)
                    default: Tail(signs: $0)
                    }
                }
            }
        }
    }

    /// That of scale factors, then those of the spectrum by their numbers: 1 to 4 of four values, the others of two.
    private static let books = [
        Book([1, 0, 1, 3, 2, 4, 3, 5, 4, 6, 6, 6, 5, 8, 4, 7, 3, 7, 46]),
        Book([1, 0, 0, 0, 8, 0, 24, 0, 24, 8, 16]),
        Book([0, 0, 1, 1, 7, 24, 15, 19, 14]),
        Book(
            [1, 0, 0, 4, 2, 6, 3, 5, 15, 15, 8, 9, 3, 3, 5, 2],
            signs: "011112222232343311223232331221224334323244332333223243344233333344442233434443233"),
        Book(
            [0, 0, 0, 10, 6, 0, 9, 21, 8, 14, 11, 2],
            signs: "433331202222121144443333333333332222222222221111444444333333333433344422222243333"),
        Book([1, 0, 0, 4, 4, 0, 4, 12, 12, 12, 18, 10, 4]),
        Book([0, 0, 0, 9, 0, 16, 13, 8, 23, 8, 4]),
        Book(
            [1, 0, 2, 1, 0, 4, 5, 10, 14, 15, 8, 4],
            signs: "0112221122211222222221122212122222222211222222222222112222222222"),
        Book(
            [0, 0, 1, 5, 7, 10, 14, 15, 8, 4],
            signs: "2212120112222222221122222222221212222222121222222222221212222112"),
        Book(
            [1, 0, 2, 1, 0, 4, 3, 8, 11, 20, 31, 38, 32, 14, 4],
            signs: "011222112221122222222112222222121222222221222222221222122221222211222222222222212221222222222222"
                + "2222222212212222222122222222222222212212222122222222222222222222222222222"),
        Book(
            [0, 0, 0, 3, 8, 14, 17, 25, 31, 41, 22, 8],
            signs: "222211222221122220221122222222222212122222222222212122222222222222222212222212222222222222222212"
                + "1222222212222221222222222222222221212122222222222222212122212221222222122"),
        Book(
            [0, 0, 0, 2, 6, 7, 16, 59, 55, 95, 43, 6],
            kinds: "025112222221212222222112222222222222224444424121424444222224422444224244424224422214422221244224"
                + "242222222422122222212222222222222212222222222232222223212222222222222222222222222222221222222222"
                + "222222222122222222222222222222222222211222222222222222222222222221221212221222221122221221211211"
                + "2"),
    ]
}
