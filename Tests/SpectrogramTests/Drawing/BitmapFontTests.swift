import Testing

@testable import Spectrogram

struct BitmapFontTests {
    @Test func `the font has a shape for each character of ASCII, and for letters of several scripts`() {
        let font = BitmapFont.shared
        let fallback = Array(font.rows(of: "\u{FFFD}"))
        #expect(fallback.count == BitmapFont.height)
        for character in "!\"#$%&'()*+,-./0189:;<=>?@AZ[\\]^_`az{|}~°µÄéßŁΩЖ…" {
            let rows = Array(font.rows(of: character))
            #expect(rows.count == BitmapFont.height && rows != fallback, "\(character)")
        }
    }

    @Test func `a character that the font lacks is drawn as the sign for that`() {
        #expect(Array(BitmapFont.shared.rows(of: "鳥")) == Array(BitmapFont.shared.rows(of: "\u{FFFD}")))
    }

    @Test func `a letter with an accent behind it is drawn as the letter`() {
        #expect(Array(BitmapFont.shared.rows(of: "e\u{301}")) == Array(BitmapFont.shared.rows(of: "e")))
    }

    @Test func `a text that is too long ends with an ellipsis`() {
        #expect(BitmapFont.shortened("abcdef", toFit: 42) == "abcdef")
        #expect(BitmapFont.shortened("abcdef", toFit: 41) == "abcd…")
        #expect(BitmapFont.shortened("abcdef", toFit: 3) == "")
    }
}
