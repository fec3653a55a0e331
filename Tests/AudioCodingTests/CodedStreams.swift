@testable import AudioCoding

/// All frames of a FLAC stream.
func flacFrames(of bytes: [UInt8], pieces: Int = .max) throws -> (FLACMetadata, [CodedFrame]) {
    let metadata = try FLACMetadata(of: CodedStream(bytes))
    let start = Int(metadata.firstFrameOffset)
    var scanner = FLACFrameScanner(streamInfo: metadata.streamInfo, offset: metadata.firstFrameOffset)
    let frames = forEachPiece(of: Array(bytes[start...]), pieces) { scanner.consume($0) }
    return (metadata, frames + scanner.finish())
}

/// The samples of `frames` of a FLAC stream.
func flacSamples(of frames: [CodedFrame], in bytes: [UInt8], _ streamInfo: FLACStreamInfo) throws -> [UInt8] {
    let decoder = try FLACDecoder(streamInfo: streamInfo)
    return try withOutput { output in
        try frames.flatMap { frame in
            let count = try bytes.with(frame) { try decoder.decode($0, into: output) }
            return Array(output[..<(count * streamInfo.channels * decoder.outputBytesPerSample)])
        }
    }
}

/// All frames of an ADTS stream.
func adtsFrames(of bytes: [UInt8], samplesPerFrame: Int = 1024, pieces: Int = .max) throws -> [CodedFrame] {
    var scanner = ADTSScanner(samplesPerFrame: samplesPerFrame)
    return try forEachPiece(of: bytes, pieces) { try scanner.consume($0) } + scanner.finish()
}

/// The samples of `frames` of an ADTS stream by `decoder`.
func aacSamples(of frames: some Sequence<CodedFrame>, in bytes: [UInt8], by decoder: AACDecoder) throws -> [UInt8] {
    try withOutput { output in
        try frames.flatMap { frame in
            let count = try bytes.with(frame) { try decoder.decode($0, into: output) }
            return Array(output[..<(count * 2 * (decoder.format?.channels ?? 0))])
        }
    }
}

/// All packets of an Ogg Opus stream.
func opusPackets(of bytes: [UInt8], pieces: Int = .max) throws -> (OggPacketScanner, [OggPacket]) {
    var scanner = OggPacketScanner()
    let packets = try forEachPiece(of: bytes, pieces) { try scanner.consume($0) } + scanner.finish()
    return (scanner, packets)
}

extension OggPacket {
    /// The bytes of the packet in `stream`.
    func bytes(in stream: [UInt8]) -> [UInt8] {
        pieces.flatMap { stream[Int($0.lowerBound)..<Int($0.upperBound)] }
    }
}

/// The samples of each of `packets` by `decoder`.
func opusSamples(
    of packets: some Sequence<OggPacket>, in stream: [UInt8], by decoder: OpusStreamDecoder
) throws -> [[UInt8]] {
    try withOutput { output in
        try packets.map { packet in
            let count = try packet.bytes(in: stream).withUnsafeBytes { try decoder.decode($0, into: output) }
            return Array(output[..<(count * 2 * decoder.channels)])
        }
    }
}
