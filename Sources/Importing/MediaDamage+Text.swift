import AudioCoding
import Support

extension MediaDamage {
    /// What is wrong with a stream of `sampleRate`, in words, each of them a part of a sentence; none if nothing is.
    func notes(sampleRate: UInt32) -> [String] {
        var notes: [String] = []
        let seconds = { (samples: UInt64) in SampleDuration(samples: samples, rate: sampleRate).clock }
        let place = "at \(seconds(firstSample ?? 0))"
        if misplacedPieceCount > 0 {
            notes.append(
                "put in order: \(misplacedPieceCount) of its pages or clusters that were there twice or out of order")
        }
        if packetCount > 0 {
            let reason = reason.map { " (\($0))" } ?? ""
            notes.append("damaged: \(packetCount) of its packets cannot be decoded, the first \(place)\(reason)")
        }
        if let blankFrames {
            notes.append(
                "damaged: \(blankFrames.count) of its frames have nothing but zeros where their sound was, the first at "
                    + "\(seconds(blankFrames.firstSample)): \(seconds(blankFrames.sampleCount)) of it are lost")
        }
        if let contradiction { notes.append(Self.note(on: contradiction, seconds)) }
        if silentSampleCount > 0 {
            notes.append("silence stands for \(seconds(silentSampleCount)) that are missing, the first \(place)")
        }
        for joint in joints.prefix(3) { notes.append("another stream follows at \(seconds(joint))") }
        if joints.count > 3 { notes.append("\(joints.count) streams follow the first") }
        if foreignByteCount > 0 {
            notes.append("\(foreignByteCount) bytes between its frames belong to no frame")
        }
        if trailingByteCount > 0 { notes.append("\(trailingByteCount) bytes at its end belong to no frame") }
        if let endReason { notes.append("it cannot be read to its end (\(endReason))") }
        if missingSampleCount > 0 {
            notes.append("it ends \(seconds(missingSampleCount)) before the end that it announces")
        }
        if lacksEnd { notes.append("its last page is missing: it seems to have been cut short") }
        return notes
    }

    private static func note(on contradiction: TimeContradiction, _ seconds: (UInt64) -> String) -> String {
        let excess = contradiction.excessSampleCount
        let length = seconds(excess.magnitude)
        let change =
            excess == 0
            ? "as long"
            : "\(length == seconds(0) ? "less than a millisecond" : length) \(excess > 0 ? "longer" : "shorter")"
        return
            "the times of \(contradiction.packetCount) of its packets contradict how much sound is in those before them, the "
            + "first at \(seconds(contradiction.firstSample)): by these times it would be \(change). The sound counts, and "
            + "follows without gaps"
    }
}
