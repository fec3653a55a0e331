import Testing

@testable import Spectrogram

struct PaletteTests {
    @Test(arguments: Palette.allCases)
    func `a picture has 256 colours, those of levels first`(palette: Palette) {
        let table = Ink.table(palette)
        #expect(table.count == 256)
        #expect(Set(table.prefix(Ink.levelCount)).count > 200)
    }

    @Test func `the colours of levels are matplotlib's at both ends and in the middle`() {
        #expect(Palette.viridis.colours(257)[0] == 0x440154)
        #expect(Palette.viridis.colours(257)[128] == 0x21918C)
        #expect(Palette.viridis.colours(257)[256] == 0xFDE725)
        #expect(Palette.magma.colours(257)[128] == 0xB73779)
        #expect(Palette.grey.colours(3) == [0xFFFFFF, 0x808080, 0x000000])
    }

    @Test func `levels outside the scale have its first and last colour`() {
        #expect(Ink.level(-.infinity) == Ink(index: 0))
        #expect(Ink.level(.infinity) == Ink(index: 249))
        #expect(Ink.level(0.5) == Ink(index: 125))
    }
}
