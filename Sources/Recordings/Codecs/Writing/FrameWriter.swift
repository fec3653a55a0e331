import AudioCoding
import Support
import Zarr

/// Writes coded frames end to end into a blob, and a row for each into an index.
final class FrameWriter {
    /// Samples of one channel that all frames so far decode to.
    private(set) var sampleCount: UInt64 = 0
    /// How many frames there are.
    private(set) var frameCount: UInt64 = 0
    private let blob: ArrayWriter
    private let index: ArrayWriter
    /// Makes the row of a frame of so many bytes and samples, which is at a byte and has a first sample.
    private let row: (_ byte: UInt64, _ byteCount: UInt64, _ firstSample: UInt64, _ sampleCount: UInt64) -> [UInt64]

    /// A writer into `node` with the index that readers expect of `codec`.
    init(_ codec: AudioCodec, in node: StagedNode) throws(ZarrError) {
        blob = ArrayWriter(in: node, name: HierarchyNames.blob, .blob, isSummedUp: codec != .flac)
        switch codec {
        case .opus:
            // A packet has few bytes and rows of many: beside decoding its pre-roll a larger chunk costs a reader little.
            let plan = try ArrayPlan.index(columns: 5, chunkByteCount: 24_000)
            index = ArrayWriter(in: node, name: OpusCodec.indexName, plan, isSummedUp: true)
            row = { [$0, $1, $3, $2, $2 &+ $3 &- 1] }
        default:
            let name = codec == .flac ? FLACCodec.indexName : AACCodec.indexName
            index = ArrayWriter(in: node, name: name, try .index(columns: 3), isSummedUp: codec != .flac)
            row = { byte, byteCount, sample, _ in [byte, byteCount, sample] }
        }
    }

    /// Bytes of the blob so far.
    var byteCount: UInt64 { UInt64(blob.byteCount) }
    /// The SHA-256 of what both arrays hold, by their names, once they are written; none of FLAC, which sums up its samples.
    var arrayDigests: [String: [UInt8]] {
        [blob, index].reduce(into: [:]) { digests, array in digests[array.name] = array.sha256 }
    }

    /// Appends bytes that belong to no frame.
    func appendHeader(_ bytes: [UInt8]) throws(ZarrError) {
        try blob.append(bytes)
    }

    /// Appends the frame `bytes`, which decodes to `count` samples of one channel, at least one.
    func append(_ bytes: [UInt8], sampleCount count: Int) throws(ZarrError) {
        try index.append(row(byteCount, UInt64(bytes.count), sampleCount, UInt64(count)))
        try blob.append(bytes)
        self.count(count)
    }

    /// Appends the bytes of a stream that is stored as it is, and rows for the `frames` in it that are complete by now.
    func append(_ bytes: UnsafeRawBufferPointer, frames: [CodedFrame]) throws(ZarrError) {
        try blob.append(bytes)
        for frame in frames {
            try index.append([frame.offset, UInt64(frame.byteCount), frame.firstSample])
            count(frame.sampleCount)
        }
    }

    /// Puts `header` in the place of the bytes that were appended first.
    func replaceHeader(with header: [UInt8]) throws(ZarrError) {
        try blob.overwriteStart(with: header)
    }

    /// Writes what is left; `attributes` are the blob's, and the index has those of them that say what the stream is.
    func finish(_ attributes: [String: JSONValue]) throws(ZarrError) {
        try blob.finish(attributes: attributes)
        var described = attributes.filter { ["codec", "sample_rate", "nb_channels", "total_samples"].contains($0.key) }
        described["total_frames"] = JSONValue(frameCount)
        try index.finish(attributes: described)
    }

    private func count(_ samples: Int) {
        sampleCount = sampleCount.adding(UInt64(samples)) ?? .max
        frameCount += 1
    }
}
