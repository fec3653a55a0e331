import Glibc
import Support

/// The distance between round numbers: 1, 2 or 5 times a power of ten.
struct RoundStep: Equatable {
    /// 1, 2 or 5.
    let digit: Int64
    let exponent: Int

    /// The smallest that is not below `minimum`, a number above zero.
    init(atLeast minimum: Double) {
        var exponent = min(max(Int(log10(minimum).rounded(.down)), -15), 18)
        while true {
            for digit in [1, 2, 5] as [Int64] where Double(digit) * pow(10, Double(exponent)) >= minimum * (1 - 1e-12) {
                self.digit = digit
                self.exponent = exponent
                return
            }
            guard exponent < 19 else { break }
            exponent += 1
        }
        digit = 1
        self.exponent = 19
    }

    var value: Double { Double(digit) * pow(10, Double(exponent)) }

    /// `count` steps in decimal.
    func text(_ count: Int64) -> String {
        guard let number = count.multiplied(by: digit) else { return "" }
        guard exponent < 0 else { return "\(number)\(number == 0 ? "" : String(repeating: "0", count: exponent))" }
        let digits = number.magnitude.padded(to: 1 - exponent)
        return "\(number < 0 ? "-" : "")\(digits.dropLast(-exponent)).\(digits.suffix(-exponent))"
    }
}
