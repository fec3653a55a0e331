/// The colours of a picture, each a number in its table of 256.
struct Ink: Equatable {
    /// The number of the colour.
    let index: UInt8

    /// How many colours levels have; these come first.
    static let levelCount = 250
    /// What is around the levels.
    static let paper = Ink(index: 250)
    /// Text and axes.
    static let text = Ink(index: 251)
    /// Frames and lines.
    static let line = Ink(index: 252)
    /// What could not be read.
    static let gap = Ink(index: 253)

    /// The colour of a level that is `share` of the way from the quietest to the loudest.
    static func level(_ share: Float) -> Ink {
        let place = min(max(share, 0), 1) * Float(levelCount - 1)
        return Ink(index: UInt8(place.rounded()))
    }

    /// All 256 colours of a picture whose levels have those of `palette`, as 0xRRGGBB.
    static func table(_ palette: Palette) -> [UInt32] {
        let table = palette.colours(levelCount) + [0xFFFFFF, 0x222222, 0x888888, 0xF3C9C9]
        return table + [UInt32](repeating: 0, count: 256 - table.count)
    }
}
