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
        if silentSampleCount > 0 {
            notes.append("silence stands for \(seconds(silentSampleCount)) that are missing, the first \(place)")
        }
        if foreignByteCount > 0 {
            notes.append("\(foreignByteCount) bytes between its frames belong to no frame")
        }
        if let endReason { notes.append("it cannot be read to its end (\(endReason))") }
        if missingSampleCount > 0 {
            notes.append("it ends \(seconds(missingSampleCount)) before the end that it announces")
        }
        if lacksEnd { notes.append("its last page is missing: it seems to have been cut short") }
        return notes
    }
}
