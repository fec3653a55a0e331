import AudioCoding
import Support
import Zarr

/// A row of an index that has one for each frame.
protocol FrameRow: IndexRow {
    /// The row of `frame`.
    init(_ frame: CodedFrame)
}

/// Writes coded frames end to end into a blob with its checksums, and a row for each into an index.
final class FrameWriter<Row: FrameRow> {
    /// Samples of one channel that all frames so far decode to.
    private(set) var sampleCount: UInt64 = 0
    /// How many frames there are.
    private(set) var frameCount: UInt64 = 0
    /// Whether each frame begins where the one before ends, and the first of a file where frames should begin.
    private(set) var isContiguous = true
    /// The byte of the blob behind the last frame.
    private(set) var lastFrameEnd: UInt64 = 0
    /// Where the first frame should begin; nil if that is not known.
    private var frameStart: UInt64?
    private let blob: BlobWriter
    private let index: ArrayWriter

    /// A writer into `node`, whose index is called `indexName`. `hashes` says whether `digests` are computed.
    init(_ indexName: String, _ plan: ArrayPlan, hashes: Bool, in node: any StagedNode) {
        blob = BlobWriter(in: node, isHashed: hashes)
        index = ArrayWriter(in: node, name: indexName, plan, isHashed: hashes)
    }

    /// Bytes of the blob so far.
    var byteCount: UInt64 { UInt64(blob.byteCount) }

    /// The SHA-256 of what both arrays hold, by their names, once they are written; empty if they are not computed.
    var digests: [String: [UInt8]] {
        var digests: [String: [UInt8]] = [:]
        digests[blob.name] = blob.sha256
        digests[index.name] = index.sha256
        return digests
    }

    /// Appends bytes that belong to no frame.
    func appendHeader(_ bytes: [UInt8]) throws(ZarrError) {
        try blob.append(bytes)
    }

    /// Appends `frame`, which decodes to at least one sample.
    func append(_ frame: EncodedFrame) throws(ZarrError) {
        try appendRow(
            of: CodedFrame(
                offset: byteCount, byteCount: frame.bytes.count, firstSample: sampleCount,
                sampleCount: frame.sampleCount))
        try blob.append(frame.bytes)
    }

    /// Appends all of `file`, byte for byte, and the rows of the frames that `scanner` finds in it from `firstFrameOffset` on.
    /// `progress` is called, now and then, with the samples of one channel of the frames that were found since the last call. Returns
    /// the scanner as it is at the end.
    @discardableResult
    func append<Scanner: FrameScanner>(
        _ file: SourceFile, from firstFrameOffset: UInt64, by scanner: Scanner, progress: (UInt64) -> Void
    ) throws -> Scanner {
        var scanner = scanner
        frameStart = firstFrameOffset
        try file.forEachPiece(of: 0..<firstFrameOffset) { try blob.append($0) }
        try file.forEachPiece(of: firstFrameOffset..<file.byteCount) { piece in
            try blob.append(piece)
            let frames = try scanner.consume(piece)
            for frame in frames { try appendRow(of: frame) }
            progress(frames.reduce(0) { $0 + UInt64($1.sampleCount) })
        }
        for frame in try scanner.finish() { try appendRow(of: frame) }
        return scanner
    }

    /// Puts `header` in the place of the bytes that were appended first.
    func replaceHeader(with header: [UInt8]) throws(ZarrError) {
        try blob.overwriteStart(with: header)
    }

    /// Writes what is left; `attributes` are the blob's, and the index has those of them that describe the stream.
    func finish(_ attributes: [String: JSONValue]) throws(ZarrError) {
        try blob.finish(attributes: attributes)
        var described = attributes.filter { ["codec", "sample_rate", "nb_channels", "total_samples"].contains($0.key) }
        described["total_frames"] = JSONValue(frameCount)
        try index.finish(attributes: described)
    }

    private func appendRow(of frame: CodedFrame) throws(ZarrError) {
        try index.append(rows: [Row(frame)])
        sampleCount = sampleCount.adding(UInt64(frame.sampleCount)) ?? .max
        let expected = frameCount == 0 ? frameStart : lastFrameEnd
        isContiguous = isContiguous && [nil, frame.offset].contains(expected)
        frameCount += 1
        lastFrameEnd = frame.offset.adding(UInt64(frame.byteCount)) ?? .max
    }
}
