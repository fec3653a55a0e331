import AudioCoding
import Recordings

/// How samples are to be encoded, and what was decided that the user may want to know.
struct EncodingPlan {
    /// How they are encoded.
    private(set) var encoding: any AudioEncoding
    /// The rate to resample to first; nil if they are not resampled.
    private(set) var resampledRate: UInt32?
    /// The rate that the stream is to claim instead of its own; nil if it claims its own.
    private(set) var label: UInt32?
    /// How the samples, which are floats, are made integers first, and of how many bits; nil if they are encoded as they are.
    private(set) var integers: (scale: FloatScale, bits: Int)?
    /// What was decided, in words.
    private(set) var notes: [String] = []

    /// What to say of every lossy codec.
    static let lossNote = "not kept: exact samples, the source's header, and chunks that are not among its metadata"

    /// A plan for samples of `form`. Throws, and names the choices, if `options` leave none. `integers` is called to find out whether
    /// samples that are floats are integers over a power of two.
    init(
        _ form: SampleForm, _ options: ImportOptions,
        integers: () throws(ImportError) -> (scale: FloatScale, bits: Int)? = { nil }
    ) throws(ImportError) {
        guard let chosen = CodecRegistry.encodings.first(where: { $0.codec == options.codec }) else {
            throw ImportError("samples cannot be encoded to \(options.codec.rawValue)")
        }
        encoding = chosen
        if let obstacle = chosen.obstacle(to: form) {
            if chosen.loss == nil, !form.format.isInteger, let integers = try integers(),
                chosen.obstacle(to: form.asIntegers(bits: integers.bits)) == nil
            {
                self.integers = integers
                return
            }
            let others = CodecRegistry.encodings.filter { $0.obstacle(to: form) == nil }
            guard chosen.loss == nil, let other = others.first(where: { $0.loss == nil }) else {
                let choices = others.map { "--codec \($0.codec.rawValue)" }.joined(separator: " or ")
                throw ImportError("\(obstacle): choose \(choices)")
            }
            encoding = other
            notes.append("kept as \(other.codec.rawValue): \(obstacle)")
        }
        if let loss = encoding.loss {
            notes.append(Self.lossNote)
            try adopt(loss, form, options)
        }
    }

    /// The label of ultrasound: at 48 kHz, lossy codecs keep most of the band.
    private static let ultrasoundLabel: UInt32 = 48_000

    /// Chooses the rate of a codec with `loss`.
    private mutating func adopt(
        _ loss: EncodingLoss, _ form: SampleForm, _ options: ImportOptions
    ) throws(ImportError) {
        let (name, highest) = (encoding.codec.rawValue, loss.highestRate)
        guard form.sampleRate > highest else {
            guard !loss.sampleRates.contains(form.sampleRate) else { return }
            let rate = loss.nextRate(above: form.sampleRate)
            resampledRate = rate
            notes.append("resampled from \(form.sampleRate) to \(rate) Hz, the next that \(name) has")
            return
        }
        switch options.ultrasound {
        case .refuse:
            throw ImportError(
                "has \(form.sampleRate) Hz, and \(name) at most \(highest): keep it whole with --codec "
                    + "\(ImportOptions.defaultCodec.rawValue), or choose --ultrasonic resample (what lies above "
                    + "\(highest / 2) Hz is lost) or --ultrasonic relabel (time-expanded)")
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

extension SampleForm {
    /// The form with integers of `bits` bits instead.
    func asIntegers(bits: Int) -> SampleForm {
        SampleForm(format: .integer(bits: bits), channels: channels, sampleRate: sampleRate)
    }
}
