/// A font whose characters all have the same width: Misc Fixed 7x14, which is in the public domain. It has Latin, Greek and Cyrillic
/// letters. `Scripts/make-font.py` has written its file, and says what is in it.
struct BitmapFont: Sendable {
    /// Pixels of a character.
    static let width = 7, height = 14

    static let shared = BitmapFont(PackageResources.font_7x14)

    private let glyphs: [UInt32: ArraySlice<UInt8>]
    /// Bytes of a character in the file.
    private static let recordByteCount = 3 + height

    private init(_ file: [UInt8]) {
        var glyphs: [UInt32: ArraySlice<UInt8>] = [:]
        for start in stride(from: 0, to: file.count, by: Self.recordByteCount) {
            let record = file[start...].prefix(Self.recordByteCount)
            glyphs[record.prefix(3).reduce(0) { $0 << 8 | UInt32($1) }] = record.dropFirst(3)
        }
        self.glyphs = glyphs
    }

    /// The lines of `character` from the top, whose highest bit is the leftmost pixel. Letters are drawn without the accents that follow
    /// them as characters of their own, and what the font does not have as a question mark in a lozenge.
    func rows(of character: Character) -> ArraySlice<UInt8> {
        let scalar = character.unicodeScalars.first?.value ?? 0xFFFD
        return glyphs[scalar] ?? glyphs[0xFFFD] ?? []
    }

    /// Pixels of `text` from left to right.
    static func width(of text: String) -> Int { text.count * width }

    /// `text` as far as it fits in `room` pixels, with an ellipsis if that is not all of it.
    static func shortened(_ text: String, toFit room: Int) -> String {
        let limit = max(room / width, 0)
        return text.count <= limit ? text : String(text.prefix(max(limit - 1, 0))) + (limit > 0 ? "…" : "")
    }
}
