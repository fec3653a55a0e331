import Support
import WaveFile

/// What a codec has learned about the audio of a recording, and how its samples are read.
struct OpenedAudio: Sendable {
    /// How samples are read.
    enum Samples: Sendable {
        /// By decoding one unit or more.
        case units(any DecodeUnits)
        /// As they are.
        case direct(any SampleReading)
    }

    /// Samples of one channel a second.
    let sampleRate: UInt32
    let channels: Int
    let encoding: SampleEncoding
    /// Samples of one channel that all of it decodes to.
    let decodedSampleCount: UInt64
    /// Of those, how many come before the recording's first: priming, pre-skip.
    var skippedSamples: UInt64 = 0
    /// How many the recording has of those that follow; nil if it has all of them.
    var keptSamples: UInt64?
    let samples: Samples
    /// How the coded stream becomes a file.
    var codedForm = CodedForm.stored

    /// How a coded stream becomes a file that players know.
    enum CodedForm: Sendable {
        /// As it is stored.
        case stored
        /// By way of that file.
        case file(any CodedFile)
        /// Not at all.
        case none
    }

    /// Samples of one channel that follow those skipped.
    var restSampleCount: UInt64 { decodedSampleCount.subtracting(skippedSamples) ?? 0 }

    /// Samples of one channel that the recording has.
    var sampleCount: UInt64 { min(keptSamples ?? .max, restSampleCount) }
}
