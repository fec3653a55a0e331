import AudioCoding
import Zarr

/// Writes samples as the elements of an array. Its dimensions are samples and channels, or samples alone if there is one channel.
final class PCMWriter: AudioWriter {
    private let form: SampleForm
    private let blob: ArrayWriter
    private var sampleCount: UInt64 = 0

    /// A writer of samples of `form` into `node`.
    init(_ form: SampleForm, in node: any StagedNode) throws {
        self.form = form
        blob = ArrayWriter(
            in: node, name: HierarchyNames.blob, try .samples(form.format.dataType, channels: form.channels))
    }

    func append(_ samples: SampleBuffer) throws {
        guard samples.format == form.format, samples.channels == form.channels else {
            throw ImportError("its samples change their form")
        }
        sampleCount += UInt64(samples.sampleCount)
        guard form.format.byteCount == 3 else { return try blob.append(samples.bytes) }
        // Zarr has no elements of three bytes.
        let bytes = samples.bytes
        var elements = [UInt8](repeating: 0, count: bytes.count / 3 * 4)
        for element in 0..<bytes.count / 3 {
            for byte in 0..<3 { elements[4 * element + byte] = bytes[3 * element + byte] }
            elements[4 * element + 3] = bytes[3 * element + 2] & 0x80 == 0 ? 0 : 0xFF
        }
        try blob.append(elements)
    }

    func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio {
        var attributes = attributes
        attributes.describe(.pcm, channels: form.channels, sampleRate: form.sampleRate, container: "zarr-array")
        if form.format.isInteger { attributes["bits_per_sample"] = JSONValue(8 * form.format.byteCount) }
        attributes["total_samples"] = JSONValue(sampleCount)
        try blob.finish(attributes: attributes)
        return WrittenAudio(
            codec: .pcm, sampleCount: sampleCount, byteCount: UInt64(blob.encodedByteCount), proofs: [.encodedSamples])
    }
}

extension SampleFormat {
    /// The elements that hold such samples.
    fileprivate var dataType: DataType {
        switch self {
        case .float32: .float32
        case .float64: .float64
        case .integer:
            switch byteCount {
            case 1: .uint8
            case 2: .int16
            default: .int32
            }
        }
    }
}
