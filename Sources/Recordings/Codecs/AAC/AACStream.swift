import AudioCoding
import Support
import WaveFile
import Zarr

/// An AAC stream in ADTS, cut into decode units of a fixed run of frames.
///
/// Every unit is decoded by a fresh decoder that is first given the frames before it (pre-roll), so what a unit decodes to
/// follows from the stream alone. One frame of pre-roll fills the overlap that the first frame needs; only a stream with
/// noise substitution decodes otherwise from its start, since the noise is drawn from a generator that runs on.
final class AACStream: DecodeUnits {
    /// Frames of one unit: few enough for a random read to be cheap, many enough for pre-roll to cost a sequential one little.
    private static let framesPerUnit: UInt64 = 16
    /// Frames before a unit that SBR draws on.
    private static let preRollOfSBR: UInt64 = 8
    /// Frames that are looked at to learn what the stream decodes to: SBR may be set up a few frames in.
    private static let formatFrameCount: UInt64 = 4

    /// What the decoder yields.
    let format: AACFormat
    /// Samples of one channel that the whole stream decodes to.
    let sampleCount: UInt64

    private let path: String
    /// The first frame, for streams that say only there how they are to be decoded.
    private let setUpFrame: [UInt8]?
    private let preRoll: UInt64
    private let frames: ADTSFrames
    private let counter: DecodeCounter

    private var samplesPerFrame: UInt64 { UInt64(format.samplesPerFrame) }
    private var samplesPerUnit: UInt64 { samplesPerFrame * Self.framesPerUnit }

    /// Counts the stream's frames, and decodes its first to learn its format. Pre-roll is counted by `counter`.
    init(
        blob: CodedBlob, derived: @escaping DerivedData.Opener = { nil }, index: StoredFrameIndex?, path: String,
        counter: DecodeCounter = DecodeCounter(), log: Log
    ) throws(RecordingError) {
        self.path = path
        self.counter = counter
        do {
            let frames = try ADTSFrames(blob: blob, derived: derived, index: index, path: path, log: log)
            let firstCount = min(Self.formatFrameCount, frames.count)
            (format, setUpFrame) = try frames.withBytes(of: 0..<firstCount) { first in
                let format = try AACDecoder.format(of: first)
                let configuration = first.first.flatMap { ADTSHeader.parse($0) }?.channelConfiguration
                let needsSetUp = format.samplesPerFrame > 1024 || configuration == 0
                return (format, needsSetUp ? first.first.map { Array($0) } : nil)
            }
            self.frames = frames
        } catch {
            throw RecordingError("its AAC stream cannot be read", recording: path, cause: error)
        }
        // SBR draws on more than the frame before.
        preRoll = format.samplesPerFrame > 1024 ? Self.preRollOfSBR : 1
        guard let sampleCount = frames.count.multiplied(by: UInt64(format.samplesPerFrame)) else {
            throw RecordingError("its index has \(frames.count) frames", recording: path)
        }
        self.sampleCount = sampleCount
    }

    func unit(containing sample: UInt64) -> DecodeUnit {
        let number = sample / samplesPerUnit
        let start = number * samplesPerUnit
        return DecodeUnit(number: number, samples: start..<min(start.adding(samplesPerUnit) ?? .max, sampleCount))
    }

    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
        let first = unit.number * Self.framesPerUnit
        let range = first..<min(first + Self.framesPerUnit, frames.count)
        let preRollStart = range.lowerBound.subtracting(preRoll) ?? 0
        counter.preRollSamples.add((range.lowerBound - preRollStart) * samplesPerFrame)
        do {
            return try frames.withBytes(of: preRollStart..<range.upperBound) { coded in
                try decode(coded, droppingFirst: Int(range.lowerBound - preRollStart), fromStart: preRollStart == 0)
            }
        } catch {
            throw RecordingError("frames cannot be decoded", recording: path, samples: unit.samples, cause: error)
        }
    }

    /// The samples of the frames `coded`, but for the first `preRollCount`, which only bring the decoder into its state.
    private func decode(
        _ coded: [UnsafeRawBufferPointer], droppingFirst preRollCount: Int, fromStart: Bool
    ) throws -> Block {
        let decoder = try fromStart ? AACDecoder() : freshDecoder()
        let frameByteCount = format.frameByteCount
        return try Block(count: max(coded.count - preRollCount, 1) * frameByteCount) { samples in
            for (number, frame) in coded.enumerated() {
                // Pre-roll is decoded to where the first frame's samples will be.
                let start = max(number - preRollCount, 0) * frameByteCount
                let target = UnsafeMutableRawBufferPointer(rebasing: samples[start..<start + frameByteCount])
                _ = try decoder.decode(frame, into: target)
                guard decoder.format == format else {
                    throw AudioCodingError(.aac, "a frame decodes to another format than the first")
                }
            }
        }
    }

    /// A decoder for frames from the middle of the stream.
    private func freshDecoder() throws -> AACDecoder {
        guard let setUpFrame else { return try AACDecoder() }
        return try setUpFrame.withUnsafeBytes { try AACDecoder(firstFrame: $0) }
    }
}
