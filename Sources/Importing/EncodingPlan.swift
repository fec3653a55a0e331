import AudioCoding
import Recordings

/// How samples are going to be kept, and what was decided on the way that the user may want to know.
struct EncodingPlan: Equatable {
    /// The codec.
    var codec: AudioCodec
    /// The rate to resample to first.
    var resampledRate: UInt32?
    /// The rate that the stream claims instead of its own.
    var label: UInt32?
    /// What to tell the user.
    var notes: [String] = []

    /// A plan for samples of `form`. Throws, with the choices named, where `options` leave none.
    init(_ form: SampleForm, _ options: ImportOptions) throws(ImportError) {
        codec = options.codec
        switch codec {
        case .flac:
            guard let obstacle = Self.obstacleToFLAC(form) else { break }
            codec = .pcm
            notes.append("kept as pcm: \(obstacle)")
        case .aac:
            try adopt(rates: AACEncoder.sampleRates, highest: 96_000, form, options)
        case .opus:
            try adopt(rates: OpusEncoder.sampleRates, highest: 48_000, form, options)
        default: break
        }
    }

    private static func obstacleToFLAC(_ form: SampleForm) -> String? {
        guard case .integer(let bits) = form.format else { return "FLAC has no floating-point samples" }
        if !FLACEncoder.bits.contains(bits) { return "FLAC of \(bits) bits is not supported" }
        if form.channels > 8 { return "FLAC has at most 8 channels, not \(form.channels)" }
        if !FLACEncoder.sampleRates.contains(form.sampleRate) { return "FLAC has no rate of \(form.sampleRate) Hz" }
        return nil
    }

    /// The label of ultrasound: both codecs keep most of the band at it.
    private static let ultrasoundLabel: UInt32 = 48_000

    /// Chooses the rate of a codec that has `rates` alone.
    private mutating func adopt(
        rates: [UInt32], highest: UInt32, _ form: SampleForm, _ options: ImportOptions
    ) throws(ImportError) {
        guard form.sampleRate > highest else {
            guard !rates.contains(form.sampleRate) else { return }
            // Opus is decoded at 48 kHz in any case; of AAC's rates, the next loses nothing.
            let rate = codec == .opus ? highest : rates.filter { $0 > form.sampleRate }.min() ?? highest
            resampledRate = rate
            notes.append("resampled from \(form.sampleRate) to \(rate) Hz, the next that \(codec.rawValue) has")
            return
        }
        switch options.ultrasound {
        case .refuse:
            throw ImportError(
                "has \(form.sampleRate) Hz, and \(codec.rawValue) at most \(highest): keep it whole with --codec flac, or "
                    + "choose --ultrasonic resample (what lies above \(highest / 2) Hz is lost) or --ultrasonic relabel "
                    + "(time-expanded)")
        case .resample:
            resampledRate = highest
            notes.append(
                "resampled from \(form.sampleRate) to \(highest) Hz: what lies above \(highest / 2) Hz is lost")
        case .relabel:
            label = Self.ultrasoundLabel
            notes.append("stored as if it had \(Self.ultrasoundLabel) Hz; the mount announces \(form.sampleRate) Hz")
        }
    }
}
