/// Where the scale factor bands of a channel begin and end, in coefficients. ISO/IEC 14496-3, section 4.5.4.
struct AACBands: Sendable {
    /// The first coefficient of every band of a long window, and the end of the last.
    let long: [Int]
    /// The same, of each of eight short windows.
    let short: [Int]

    /// The bands of a stream of `sampleRate`; nil if ADTS does not have that.
    static func bands(of sampleRate: UInt32) -> AACBands? {
        switch sampleRate {
        case 88_200, 96_000: rate96000
        case 64_000: rate64000
        case 44_100, 48_000: rate48000
        case 32_000: rate32000
        case 22_050, 24_000: rate24000
        case 11_025, 12_000, 16_000: rate16000
        case 7_350, 8_000: rate8000
        default: nil
        }
    }

    /// Some bands that have the same width.
    private typealias Run = (count: Int, width: Int)

    private init(long: [Run], short: [Run]) {
        self.long = Self.bounds(long)
        self.short = Self.bounds(short)
    }

    private static func bounds(_ runs: [Run]) -> [Int] {
        runs.reduce(into: [0]) { bounds, run in
            for _ in 0..<run.count { bounds.append((bounds.last ?? 0) + run.width) }
        }
    }

    private static let rate96000 = AACBands(
        long: [(14, 4), (5, 8), (5, 12), (2, 16), (1, 24), (1, 28), (1, 36), (1, 44), (11, 64)],
        short: [(6, 4), (3, 8), (1, 16), (1, 28), (1, 36)])
    private static let rate64000 = AACBands(
        long: [(14, 4), (4, 8), (3, 12), (3, 16), (1, 20), (2, 24), (1, 28), (1, 36), (18, 40)],
        short: [(6, 4), (3, 8), (1, 16), (1, 28), (1, 36)])
    private static let rate48000 = AACBands(
        long: [(10, 4), (7, 8), (4, 12), (2, 16), (2, 20), (2, 24), (2, 28), (19, 32), (1, 96)],
        short: [(5, 4), (3, 8), (3, 12), (3, 16)])
    private static let rate32000 = AACBands(
        long: [(10, 4), (7, 8), (4, 12), (2, 16), (2, 20), (2, 24), (2, 28), (22, 32)],
        short: [(5, 4), (3, 8), (3, 12), (3, 16)])
    private static let rate24000 = AACBands(
        long: [
            (11, 4), (10, 8), (4, 12), (3, 16), (2, 20), (2, 24), (2, 28), (1, 32), (2, 36), (1, 40), (1, 44), (1, 48),
            (2, 52), (5, 64),
        ],
        short: [(7, 4), (3, 8), (2, 12), (2, 16), (1, 20)])
    private static let rate16000 = AACBands(
        long: [
            (11, 8), (9, 12), (4, 16), (3, 20), (2, 24), (2, 28), (1, 32), (1, 36), (2, 40), (1, 44), (1, 48), (1, 52),
            (1, 56), (1, 60), (3, 64),
        ],
        short: [(8, 4), (2, 8), (2, 12), (1, 16), (2, 20)])
    private static let rate8000 = AACBands(
        long: [
            (13, 12), (7, 16), (4, 20), (3, 24), (2, 28), (1, 32), (2, 36), (1, 40), (1, 44), (1, 48), (1, 52), (1, 56),
            (1, 60), (1, 64), (1, 80),
        ],
        short: [(7, 4), (4, 8), (1, 12), (1, 16), (2, 20)])
}
