import Support
import WaveFile

extension StartSearch {
    /// What the user should know about a start that was found by `rules`, each a part of a sentence; none if there is nothing.
    func notes(_ rules: StartRules) -> [String] {
        var notes: [String] = []
        if let unsetClock {
            notes.append(
                "its clock was never set: \(unsetClock.time) (\(unsetClock.origin.rawValue)) is not taken as a start "
                    + "without --trust-clock")
        }
        if isShifted {
            let seconds = Self.seconds(rules.shiftNanoseconds)
            notes.append("its start was shifted by \(seconds) s")
        }
        guard let doubt, let start, let zone = rules.zone else { return notes }
        switch doubt {
        case .skipped:
            notes.append("clocks in \(zone.name) were put forward over its start, which is taken as \(start.time)")
        case .repeated:
            notes.append("clocks in \(zone.name) showed its start twice; the first time is taken, \(start.time)")
        }
        return notes
    }

    /// `nanoseconds` in seconds, with as many decimals as they need.
    private static func seconds(_ nanoseconds: Int64) -> String {
        let (whole, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        var decimals = fraction == 0 ? "" : ".\(Int64(fraction).padded(to: 9))"
        while decimals.last == "0" { decimals.removeLast() }
        return "\(nanoseconds < 0 ? "-" : "+")\(whole)\(decimals)"
    }
}
