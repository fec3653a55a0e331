import Glibc
import Support

/// The distance between round times: a number of seconds, or of a decimal fraction of one.
struct TimeStep: Equatable {
    /// In units of 10^`exponent` seconds.
    let count: Int64
    /// Not above zero.
    let exponent: Int

    static let day: Int64 = 86_400

    /// All steps, the shortest first.
    static let all: [TimeStep] =
        (-9..<0).flatMap { exponent in ([1, 2, 5] as [Int64]).map { TimeStep(count: $0, exponent: exponent) } }
        + ([
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
        ] as [Int64]).map { TimeStep(count: $0, exponent: 0) }
        + ([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as [Int64]).flatMap { days in
            ([1, 1000, 1_000_000, 1_000_000_000] as [Int64]).map { TimeStep(count: days * $0 * day, exponent: 0) }
        }.sorted { $0.count < $1.count }

    var seconds: Double { Double(count) * pow(10, Double(exponent)) }

    /// Whether the times are whole minutes.
    var isMinutes: Bool { exponent == 0 && count % 60 == 0 }

    /// Whether the times are whole days.
    var isDays: Bool { exponent == 0 && count % Self.day == 0 }

    /// The seconds of `number` steps, and the decimals behind them with their point; nil if they do not fit.
    func time(_ number: Int64) -> (seconds: Int64, decimals: String)? {
        guard let units = number.multiplied(by: count), units >= 0 else { return nil }
        guard exponent < 0 else { return (units, "") }
        let perSecond = (exponent..<0).reduce(Int64(1)) { power, _ in power * 10 }
        let (seconds, rest) = units.quotientAndRemainder(dividingBy: perSecond)
        return (seconds, ".\(rest.padded(to: -exponent))")
    }
}
