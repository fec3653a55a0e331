/// Pixels to draw on, each a colour of `Ink`. What lies outside is not drawn.
struct Canvas {
    let width: Int, height: Int
    /// The colours, line by line from the top.
    private(set) var pixels: [UInt8]

    /// An empty sheet of that size.
    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: Ink.paper.index, count: width * height)
    }

    /// Sets the pixel in column `x` of line `y`.
    mutating func set(_ x: Int, _ y: Int, _ ink: Ink) {
        guard x >= 0, x < width, y >= 0, y < height else { return }
        pixels[y * width + x] = ink.index
    }

    /// Fills the columns `xs` of the lines `ys`.
    mutating func fill(_ xs: Range<Int>, _ ys: Range<Int>, _ ink: Ink) {
        let xs = xs.clamped(to: 0..<width)
        for y in ys.clamped(to: 0..<height) {
            for x in xs { pixels[y * width + x] = ink.index }
        }
    }

    /// Draws a line of one pixel around the columns `xs` of the lines `ys`.
    mutating func frame(_ xs: Range<Int>, _ ys: Range<Int>, _ ink: Ink) {
        for y in [ys.lowerBound - 1, ys.upperBound] { fill(xs.lowerBound - 1..<xs.upperBound + 1, y..<y + 1, ink) }
        for x in [xs.lowerBound - 1, xs.upperBound] { fill(x..<x + 1, ys, ink) }
    }

    /// Writes `text`, whose upper left corner is at (`x`, `y`).
    mutating func write(_ text: String, _ x: Int, _ y: Int, _ ink: Ink = .text) {
        for (place, character) in text.enumerated() {
            let rows = BitmapFont.shared.rows(of: character)
            for (row, bits) in rows.enumerated() {
                for column in 0..<BitmapFont.width where bits << column & 0x80 != 0 {
                    set(x + place * BitmapFont.width + column, y + row, ink)
                }
            }
        }
    }
}
