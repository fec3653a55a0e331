import Support

/// Which of a file's decoded samples are sound: those that are neither the encoder's delay and the decoder's, nor padding.
public struct MP3Trim: Sendable, Equatable {
    /// Nothing is cut.
    static let none = MP3Trim(delay: nil, padding: 0, frameCount: 0, samplesPerFrame: 0)
    /// Samples that a decoder of layer III is behind.
    private static let decoderDelay = 529

    /// Samples to be dropped at the front.
    private let skip: Int
    /// Where padding begins and ends; nil if nothing says so.
    private let padding: Padding?

    private struct Padding: Sendable, Equatable {
        let start: Int64
        let end: Int64
    }

    /// As the header frame says: nothing without a `delay`, nothing at the end unless it counts the file's frames.
    init(delay: Int?, padding: Int, frameCount: UInt32, samplesPerFrame: Int) {
        skip = delay.map { $0 + Self.decoderDelay } ?? 0
        let end = Int64(frameCount) * Int64(samplesPerFrame)
        let start = end - Int64(padding) + Int64(Self.decoderDelay)
        self.padding = delay == nil || frameCount == 0 || start == 0 ? nil : Padding(start: start, end: end)
    }

    /// The samples of one channel that are sound, of those that `frameCount` frames of `samplesPerFrame` decode to.
    ///
    /// As libavformat and libavcodec cut them, frame by frame: padding is cut from each frame that ends in or behind it and begins
    /// before its end, and not from a frame of which less is left. Throws if that cuts out a part in the middle.
    public func heard(frameCount: UInt64, samplesPerFrame: Int) throws(AudioCodingError) -> Range<UInt64> {
        guard let total = Int64(exactly: frameCount).flatMap({ $0.multiplied(by: Int64(samplesPerFrame)) }), total > 0
        else { return 0..<0 }
        var trimmer = Trimmer(skip: skip)
        let perFrame = Int64(samplesPerFrame)
        // Only the frames at the front and those around the padding are cut.
        var position: Int64 = 0
        let frontEnd = min(total, (Int64(skip) / perFrame + 2) * perFrame)
        let backStart = padding.map { max($0.start / perFrame - 1, 0) * perFrame } ?? total
        while position < total {
            if position >= frontEnd, position < backStart || position >= padding?.end ?? 0 {
                let end = position < backStart ? min(backStart, total) : total
                try trimmer.take(position..<end)
                position = end
            } else {
                let end = position + perFrame
                try trimmer.take(position..<end, discarding: discarded(position..<end))
                position = end
            }
        }
        return UInt64(clamping: trimmer.heard.lowerBound)..<UInt64(clamping: trimmer.heard.upperBound)
    }

    /// How many samples libavformat says are to be cut at the end of a frame of the samples `frame`; nil if it says nothing.
    private func discarded(_ frame: Range<Int64>) -> Int? {
        guard let padding, frame.upperBound >= padding.start, frame.lowerBound < padding.end else { return nil }
        let count = min(frame.upperBound - padding.start, Int64(frame.count))
        return count > 0 ? Int(count) : nil
    }

    /// What libavcodec leaves of the samples of frames.
    private struct Trimmer {
        /// Samples still to be dropped.
        var skip: Int
        var heard: Range<Int64> = 0..<0

        /// Takes the next samples, those of one frame if any are to be dropped.
        mutating func take(_ samples: Range<Int64>, discarding discarded: Int? = nil) throws(AudioCodingError) {
            // What is said of a frame's end says also that nothing more is to be dropped at the front.
            if discarded != nil, samples.lowerBound > 0 { skip = 0 }
            guard samples.count > skip else {
                skip -= samples.count
                return
            }
            var left = samples.lowerBound + Int64(skip)..<samples.upperBound
            skip = 0
            if let discarded, discarded <= left.count {
                left = left.lowerBound..<left.upperBound - Int64(discarded)
            }
            guard !left.isEmpty else { return }
            guard heard.isEmpty || heard.upperBound == left.lowerBound else {
                throw AudioCodingError(
                    .mp3, "the file has more frames than its header frame counts, and padding in the middle")
            }
            heard = (heard.isEmpty ? left.lowerBound : heard.lowerBound)..<left.upperBound
        }
    }
}
