/// Finds the power of two by which floats become integers.
public struct FloatScaleSearch {
    /// Whether all floats so far can be kept as integers.
    public private(set) var isOpen = true

    private let format: SampleFormat
    /// The exponents of the lowest and the highest bit that is set in any of the floats; nil as long as all are zero. The highest of a
    /// negative power of two counts as one less, since integers reach one further below zero.
    private var bits: (lowest: Int, highest: Int)?

    /// Bits of the widest integers.
    private static let bitLimit = 32

    /// A search in floats of `format`.
    public init(in format: SampleFormat) {
        self.format = format
        isOpen = !format.isInteger
    }

    /// Adds the next samples, which are of the format.
    public mutating func append(_ samples: SampleBuffer) {
        guard isOpen else { return }
        samples.forEachDouble { value in
            add(value)
            return isOpen
        }
    }

    private mutating func add(_ value: Double) {
        // There is one integer zero, and two floats.
        if value == 0, value.sign == .plus { return }
        guard value.isFinite, value != 0 else { return isOpen = false }
        // The significand's leading bit has the value's exponent.
        let low = Int(value.exponent) - value.significandWidth
        let high = Int(value.exponent) - (value.sign == .minus && value.significandWidth == 0 ? 1 : 0)
        let lowest = min(bits?.lowest ?? low, low)
        let highest = max(bits?.highest ?? high, high)
        bits = (lowest, highest)
        isOpen = FloatScale.exponents.contains(lowest) && highest - lowest + 2 <= Self.bitLimit
    }

    /// The scale, and how many bits the integers have: 16, 24 or 32; nil if the floats cannot be kept so.
    public var result: (scale: FloatScale, bits: Int)? {
        guard isOpen, let scale = FloatScale(format: format, exponent: bits?.lowest ?? 0) else { return nil }
        let needed = bits.map { $0.highest - $0.lowest + 2 } ?? 0
        return (scale, [16, 24].first { needed <= $0 } ?? Self.bitLimit)
    }
}
