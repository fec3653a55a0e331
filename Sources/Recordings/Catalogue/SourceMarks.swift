import Support
import WaveFile

/// `marks` of a recording's document: the marks and loops in its source, by the source's samples.
struct SourceMarks: Decodable, Sendable {
    /// The most marks, and the most loops, that are taken from a document.
    private static let limit = 4096

    private let sampleRate: UInt32?
    private let points: [Point]
    private let note: UInt32?
    private let loops: [Loop]
    private let device: Device?

    private struct Point: Decodable {
        let id: UInt32
        let sample: UInt64
        let length: UInt64?
        let purpose: String?
        let label: String?
        let note: String?
        let text: String?
    }

    private struct Loop: Decodable {
        let id: UInt32
        let type: UInt32
        let first: UInt64
        let last: UInt64
        let fraction: UInt32?
        let playCount: UInt32

        private enum CodingKeys: String, CodingKey {
            case id, type, first, last, fraction
            case playCount = "play_count"
        }
    }

    private struct Device: Decodable {
        let manufacturer: UInt32
        let product: UInt32
        let pitchFraction: UInt32
        let smpteFormat: UInt32
        let smpteOffset: UInt32

        private enum CodingKeys: String, CodingKey {
            case manufacturer, product
            case pitchFraction = "pitch_fraction"
            case smpteFormat = "smpte_format"
            case smpteOffset = "smpte_offset"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case sampleRate = "sample_rate"
        case points, note, loops, device
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sampleRate = values.lenient(UInt32.self, .sampleRate)
        points = Array((values.lenient([Point].self, .points) ?? []).prefix(Self.limit))
        note = values.lenient(UInt32.self, .note)
        device = values.lenient(Device.self, .device)
        loops = Array((values.lenient([Loop].self, .loops) ?? []).prefix(Self.limit))
    }

    /// The marks by the samples of a recording of `rate` hertz.
    func cues(rate: UInt32) -> [CuePoint] {
        points.map { point in
            let sample = converted(point.sample, to: rate)
            var cue = CuePoint(identifier: point.id, sample: sample)
            cue.sampleCount = point.length.map { length in
                let end = converted(point.sample.adding(length) ?? .max, to: rate)
                return end.subtracting(sample) ?? 0
            }
            cue.purpose = point.purpose
            cue.label = point.label
            cue.note = point.note
            cue.text = point.text
            return cue
        }
    }

    /// The loops by the samples of a recording of `rate` hertz; nil if the source had no chunk of loops.
    func sampler(rate: UInt32) -> SamplerChunk? {
        note.map { note in
            var chunk = SamplerChunk(
                note: note,
                loops: loops.map { loop in
                    var converted = SamplerChunk.Loop(
                        identifier: loop.id, kind: loop.type, first: converted(loop.first, to: rate),
                        last: converted(loop.last, to: rate), playCount: loop.playCount)
                    converted.fraction = loop.fraction ?? 0
                    return converted
                })
            if let device {
                chunk.device.manufacturer = device.manufacturer
                chunk.device.product = device.product
                chunk.device.pitchFraction = device.pitchFraction
                chunk.device.smpteFormat = device.smpteFormat
                chunk.device.smpteOffset = device.smpteOffset
            }
            return chunk
        }
    }

    /// The sample at `rate` hertz that is taken when the source's `sample` is, or next to it.
    private func converted(_ sample: UInt64, to rate: UInt32) -> UInt64 {
        guard let sampleRate, sampleRate > 0, sampleRate != rate else { return sample }
        let (whole, rest) = sample.quotientAndRemainder(dividingBy: UInt64(sampleRate))
        // The rest is below 2^32, as the rate is.
        let part = (rest * UInt64(rate) + UInt64(sampleRate) / 2) / UInt64(sampleRate)
        return whole.multiplied(by: UInt64(rate))?.adding(part) ?? .max
    }
}
