import Support

/// The metadata before the frames of a FLAC stream. RFC 9639, section 8.
public struct FLACMetadata: Sendable, Equatable {
    /// The most metadata blocks that are followed; no stream has so many.
    private static let blockLimit = 1024

    /// The STREAMINFO block.
    public let streamInfo: FLACStreamInfo
    /// The offset of the first frame, in bytes from the start of the stream.
    public let firstFrameOffset: UInt64

    /// Reads STREAMINFO, and of all other metadata blocks of `stream` only the headers. ID3v2 tags before the marker `fLaC` are
    /// skipped.
    public init(of stream: CodedStream) throws(AudioCodingError) {
        var offset = try ID3v2.endOffset(of: stream, .flac)
        let head = try stream.bytes(from: offset, atMost: 8 + FLACStreamInfo.byteCount, of: .flac)
        guard head.starts(with: "fLaC".utf8) else {
            throw AudioCodingError(.flac, "the stream does not begin with fLaC", at: offset)
        }
        offset += 4
        guard head.count == 8 + FLACStreamInfo.byteCount, head[4] & 0x7F == 0,
            Self.bodyByteCount(of: head[4..<8]) == UInt64(FLACStreamInfo.byteCount)
        else {
            throw AudioCodingError(.flac, "the first metadata block is not a STREAMINFO", at: offset)
        }
        streamInfo = try FLACStreamInfo(Array(head[8...]))

        var header = head[4..<8]
        for _ in 0..<Self.blockLimit {
            offset += 4 + Self.bodyByteCount(of: header)
            guard offset <= stream.byteCount else { break }
            if header.first.map({ $0 & 0x80 != 0 }) == true {
                firstFrameOffset = offset
                return
            }
            header = try stream.bytes(from: offset, atMost: 4, of: .flac)[...]
            guard header.count == 4 else { break }
        }
        throw AudioCodingError(.flac, "the metadata blocks do not end", at: offset)
    }

    /// The length of a block, from the last three bytes of its header.
    private static func bodyByteCount(of header: ArraySlice<UInt8>) -> UInt64 {
        header.dropFirst().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension FLACMetadata {
    /// Why the metadata of `stream` cannot be read; nil if they can.
    static func problem(of stream: CodedStream) -> String? {
        do throws(AudioCodingError) {
            _ = try FLACMetadata(of: stream)
            return nil
        } catch {
            return error.problem
        }
    }
}
