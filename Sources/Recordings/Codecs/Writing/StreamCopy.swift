public import AudioCoding
import Support
public import Zarr

/// Stores a stream that is FLAC, AAC-LC or Opus already, bit for bit.
public struct StreamCopy {
    private let source: MediaSource
    private let file: SourceFile
    private let node: StagedNode
    private let isConcurrent: Bool

    /// A copy of the stream of `source`, which is read from `file`, into `node`.
    public init(_ source: MediaSource, of file: SourceFile, in node: StagedNode, isConcurrent: Bool) {
        self.isConcurrent = isConcurrent
        self.source = source
        self.file = file
        self.node = node
    }

    /// Writes the stream; nil where it cannot be copied. `progress` is told the samples of one channel that were copied.
    public func write(_ attributes: [String: JSONValue], progress: (UInt64) -> Void) throws -> WrittenAudio? {
        switch source.parser {
        case let parser as FLACPacketParser: try copyFLAC(parser.streamInfo, attributes, progress)
        case is AACPacketParser: try copyAAC(attributes, progress)
        case let parser as OpusPacketParser: try copyOpus(parser.head, attributes, progress)
        default: nil
        }
    }

    private var form: SampleForm {
        SampleForm(
            format: .integer(bits: 16), channels: source.stream.channels, channelMask: 0,
            sampleRate: source.stream.sampleRate)
    }

    // MARK: - FLAC

    private func copyFLAC(
        _ streamInfo: FLACStreamInfo, _ attributes: [String: JSONValue], _ progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
        let frames = try FrameWriter(.flac, in: node)
        if source.format == "flac" {
            try copyFLACFile(streamInfo, frames, progress)
        } else {
            try frames.appendHeader(streamInfo.streamHeader)
            while let packet = try source.nextPacket() {
                try frames.append(packet.bytes, sampleCount: packet.sampleCount)
                progress(UInt64(packet.sampleCount))
            }
            if streamInfo.totalSamples == nil {
                try frames.replaceHeader(with: streamInfo.with(totalSamples: frames.sampleCount).streamHeader)
            }
        }
        if let announced = streamInfo.totalSamples, announced != frames.sampleCount {
            throw ImportError(
                "is damaged: it announces \(announced) samples and has frames for \(frames.sampleCount)")
        }
        var attributes = attributes
        attributes.describe(.flac, form, container: "flac-native")
        attributes["total_samples"] = JSONValue(frames.sampleCount)
        try frames.finish(attributes)
        return WrittenAudio(
            codec: .flac, sampleCount: frames.sampleCount, byteCount: frames.byteCount,
            proof: streamInfo.md5.map { .md5($0) } ?? .samples)
    }

    /// A FLAC file is a FLAC stream: all of it is stored, its tags and pictures too.
    private func copyFLACFile(
        _ streamInfo: FLACStreamInfo, _ frames: FrameWriter, _ progress: (UInt64) -> Void
    ) throws {
        let metadata = try FLACMetadata(
            of: CodedStream(byteCount: file.byteCount) { [file] range in try file.bytes(range) })
        var scanner = FLACFrameScanner(streamInfo: metadata.streamInfo, offset: metadata.firstFrameOffset)
        try file.forEachPiece(of: 0..<metadata.firstFrameOffset) { try frames.append($0, frames: []) }
        try file.forEachPiece(of: metadata.firstFrameOffset..<file.byteCount) { piece in
            let found = scanner.consume(piece)
            try frames.append(piece, frames: found)
            progress(found.reduce(0) { $0 + UInt64($1.sampleCount) })
        }
        try frames.append(UnsafeRawBufferPointer(start: nil, count: 0), frames: scanner.finish())
    }

    // MARK: - AAC and Opus

    /// What of a stream's decoded samples is the recording.
    private struct Extent {
        private(set) var skipped: UInt64 = 0
        private(set) var sampleCount: UInt64 = 0

        mutating func append(_ packet: MediaPacket) {
            skipped += UInt64(max(packet.startTrim, 0))
            sampleCount += UInt64(max(packet.sampleCount - packet.startTrim - packet.endTrim, 0))
        }
    }

    private func copyAAC(
        _ attributes: [String: JSONValue], _ progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
        let frames = try FrameWriter(.aac, in: node)
        var extent = Extent()
        while let packet = try source.nextPacket() {
            try frames.append(packet.bytes, sampleCount: packet.sampleCount)
            extent.append(packet)
            progress(UInt64(packet.sampleCount))
        }
        var attributes = attributes
        attributes.describe(.aac, form, container: "aac-native")
        attributes["stream_type"] = .text("adts")
        attributes["profile"] = .text("aac_low")
        attributes["priming_samples"] = JSONValue(extent.skipped)
        attributes["total_samples"] = JSONValue(extent.sampleCount)
        try frames.finish(attributes)
        return WrittenAudio(
            codec: .aac, sampleCount: extent.sampleCount, byteCount: frames.byteCount, proof: .samples)
    }

    private func copyOpus(
        _ head: OpusHead, _ attributes: [String: JSONValue], _ progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
        let packets = try OpusPacketWriter(head, in: node, isConcurrent: isConcurrent)
        var extent = Extent()
        while let packet = try source.nextPacket() {
            try packets.append(packet.bytes, sampleCount: packet.sampleCount)
            extent.append(packet)
            progress(UInt64(packet.sampleCount))
        }
        try packets.finish(
            attributes, skipped: extent.skipped, sampleCount: extent.sampleCount, bitRate: nil)
        return WrittenAudio(
            codec: .opus, sampleCount: extent.sampleCount, byteCount: packets.byteCount, proof: .samples)
    }
}
