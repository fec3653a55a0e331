import Support

/// The packets of a FLAC stream in a container: a packet is a frame, which bears the number of its first sample.
public struct FLACPacketParser: MediaPacketParser {
    /// What the container's copy of the STREAMINFO block says.
    public let streamInfo: FLACStreamInfo
    /// Whether the file is a FLAC file: all of it is the stream.
    public let isFile: Bool
    /// The sample that the next frame has to begin with; nil before the first, unless the container shows that others were before it.
    private var nextSample: UInt64?

    /// A parser of the packets of `stream`, which libavformat has found in a file of the format `container`; nil if it is not FLAC,
    /// or has no valid STREAMINFO.
    public init?(_ stream: MediaStream, in container: String) {
        guard stream.codec == "flac", let streamInfo = try? FLACStreamInfo(extradata: stream.configuration) else {
            return nil
        }
        self.streamInfo = streamInfo
        isFile = container == "flac"
        nextSample = stream.lostStart.map { _ in 0 }
    }

    /// Checks that the frame begins with the sample after the last one of the frame before.
    public mutating func follow(_ packet: UnsafeRawBufferPointer) throws {
        guard let header = FLACFrameHeader.parse(packet, of: streamInfo) else { throw Self.notOneFrame }
        if let nextSample, nextSample != header.firstSample {
            throw MediaFailure(
                "samples are missing: the frame is that of sample \(header.firstSample), not \(nextSample)")
        }
        nextSample = header.firstSample &+ UInt64(header.blockSize)
    }

    /// Checks that a FLAC file has all samples that its STREAMINFO announces. Other containers may hold a part of a stream.
    public func checkEnd() throws {
        guard isFile, let total = streamInfo.totalSamples, total != nextSample ?? 0 else { return }
        throw MediaFailure("the stream ends at sample \(nextSample ?? 0) of \(total)")
    }

    /// The first sample of the frame that `packet` is, by its number; nil if it is none.
    func firstSample(of packet: UnsafeRawBufferPointer) -> UInt64? {
        FLACFrameHeader.parse(packet, of: streamInfo)?.firstSample
    }

    /// The frame, which must be the whole packet and have the right checksums.
    public func frame(of packet: UnsafeRawBufferPointer) throws -> EncodedFrame {
        guard let header = FLACFrameHeader.parse(packet, of: streamInfo), CRC.flacFrame.updated(with: packet) == 0
        else {
            throw Self.notOneFrame
        }
        return EncodedFrame(bytes: Array(packet), sampleCount: header.blockSize)
    }

    private static var notOneFrame: MediaFailure { MediaFailure("the packet is not one whole FLAC frame") }
}
