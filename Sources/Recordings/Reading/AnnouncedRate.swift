/// The sample rate that a WAV announces: the one at which it lasts as long as the source.
///
/// A source sampled faster than its codec can hold was either resampled (its stream's rate is true) or re-labelled (the
/// rate is the stream's times `sampling_rescale_factor`). Stores claim the latter in both cases, so the source's
/// duration decides.
struct AnnouncedRate: Equatable {
    /// Hertz.
    let hertz: UInt32
    /// Why this one, if there was a choice.
    let reason: String?

    /// - Parameters:
    ///   - streamRate: what the decoder yields, in hertz.
    ///   - factor: the store's `sampling_rescale_factor`.
    ///   - sampleCount: the samples of the decoded stream.
    ///   - sourceDuration: the source's, in seconds, if the store has it.
    init(streamRate: UInt32, factor: Double?, sampleCount: UInt64, sourceDuration: Double?) {
        let scaled = (Double(streamRate) * (factor ?? 1)).rounded()
        guard let relabelled = UInt32(exactly: scaled), relabelled > 0, relabelled != streamRate else {
            hertz = streamRate
            reason = nil
            return
        }
        guard let sourceDuration, sampleCount > 0 else {
            hertz = relabelled
            reason =
                "re-labelled: sampling_rescale_factor makes \(streamRate) Hz \(relabelled) Hz, "
                + "and the store has no source duration to check it by"
            return
        }
        func mismatch(_ rate: UInt32) -> Double {
            let ratio = Double(sampleCount) / Double(rate) / sourceDuration
            return max(ratio, 1 / ratio)
        }
        if mismatch(streamRate) <= mismatch(relabelled) {
            hertz = streamRate
            reason =
                "resampled: \(sampleCount) samples at \(streamRate) Hz last as long as the source (\(sourceDuration) s), "
                + "at the \(relabelled) Hz of sampling_rescale_factor they would not"
        } else {
            hertz = relabelled
            reason =
                "re-labelled: \(sampleCount) samples at \(relabelled) Hz last as long as the source (\(sourceDuration) s)"
        }
    }
}
