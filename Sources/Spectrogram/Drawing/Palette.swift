/// Colours of levels, from quiet to loud.
///
/// The colours of viridis and magma are those of matplotlib (by Nathaniel J. Smith and Stéfan van der Walt, in the public domain by CC0),
/// which are as far apart for the eye as the levels are, and stay so if they are printed in grey.
public enum Palette: String, CaseIterable, Sendable {
    case viridis
    case magma
    /// Black on white, as sonograms on paper.
    case grey

    /// Colours at equal distances, as 0xRRGGBB; those between them are interpolated.
    private var stops: [UInt32] {
        switch self {
        case .viridis:
            [
                0x440154, 0x470D60, 0x48186A, 0x482374, 0x472D7B, 0x453781, 0x424086, 0x3E4989, 0x3B528B, 0x375B8D,
                0x33638D, 0x2F6B8E, 0x2C728E, 0x297A8E, 0x26828E, 0x23898E, 0x21918C, 0x1F978B, 0x1F9F88, 0x21A685,
                0x27AD81, 0x31B57B, 0x3DBC74, 0x4CC26C, 0x5CC863, 0x6ECE58, 0x81D34D, 0x95D840, 0xAADC32, 0xC0DF25,
                0xD5E21A, 0xEAE51A, 0xFDE725,
            ]
        case .magma:
            [
                0x000004, 0x030312, 0x0A0822, 0x130D34, 0x1D1147, 0x29115A, 0x36106B, 0x440F76, 0x51127C, 0x5D177F,
                0x6A1C81, 0x762181, 0x832681, 0x902A81, 0x9C2E7F, 0xAA337D, 0xB73779, 0xC23B75, 0xCF4070, 0xDB476A,
                0xE55064, 0xEE5B5E, 0xF4695C, 0xF9785D, 0xFB8761, 0xFD9668, 0xFEA571, 0xFEB47B, 0xFEC287, 0xFED194,
                0xFDE0A1, 0xFCEEB0, 0xFCFDBF,
            ]
        case .grey: [0xFFFFFF, 0x000000]
        }
    }

    /// `count` colours, two at least, from quiet to loud, as 0xRRGGBB.
    func colours(_ count: Int) -> [UInt32] {
        let stops = stops
        return (0..<count).map { index in
            let place = Double(index) * Double(stops.count - 1) / Double(max(count - 1, 1))
            let lower = min(Int(place), stops.count - 2)
            return Self.mixed(stops[lower], stops[lower + 1], place - Double(lower))
        }
    }

    private static func mixed(_ from: UInt32, _ to: UInt32, _ share: Double) -> UInt32 {
        [16, 8, 0].reduce(0) { colour, shift in
            let (low, high) = (Double(from >> shift & 0xFF), Double(to >> shift & 0xFF))
            return colour | UInt32((low + (high - low) * share).rounded()) << shift
        }
    }
}
