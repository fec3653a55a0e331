import Support

/// The frame without sound that many encoders begin a file with, to say how long it is: Xing's, whose form for a constant bit
/// rate is called Info and which LAME and FFmpeg extend, or Fraunhofer's VBRI.
///
/// What is made of it is what libavformat makes of it (mp3dec.c), whether or not that is what the encoder meant, so that a file
/// has the samples here that the ffmpeg command line gives.
struct MP3InfoFrame {
    /// Bytes that say all there is to know.
    static let headByteCount = 256

    /// Bytes of the frame. 0 if it gives neither frames nor bytes, or only of another file: it counts as sound then.
    let byteCount: Int
    /// What it says of the samples at both ends.
    let trim: MP3Trim
    /// Frames of sound that it counts; 0 if it does not say.
    let frameCount: UInt32

    /// What `bytes` say, which are those behind the tags at the front of the file, of which there are `remaining` up to its end.
    init?(_ bytes: [UInt8], remaining: UInt64) {
        guard let header = bytes.withUnsafeBytes({ MP3Header.parse($0) }), header.layer == 3 else { return nil }
        var (frameCount, streamByteCount) = (UInt32(0), UInt32(0))
        var trim = MP3Trim.none
        if let xing = Xing(bytes.dropFirst(MP3Header.byteCount + header.sideInformationByteCount)) {
            (frameCount, streamByteCount) = (xing.frameCount, xing.streamByteCount)
            if Self.isCutFromLonger(remaining, announced: streamByteCount) { frameCount = 0 }
            trim = MP3Trim(
                delay: xing.delay, padding: xing.padding, frameCount: frameCount,
                samplesPerFrame: header.samplesPerFrame)
        }
        if let vbri = Self.vbri(bytes.dropFirst(MP3Header.byteCount + 32)) {
            (frameCount, streamByteCount) = vbri
        }
        byteCount = frameCount > 0 || streamByteCount > 0 ? header.frameByteCount : 0
        self.trim = trim
        self.frameCount = frameCount
    }

    /// Whether `frame`, of which `header` is the header, seems to be such a frame: it has no sound, and the name of one.
    static func isLikely(_ frame: ArraySlice<UInt8>, _ header: MP3Header) -> Bool {
        let content = frame.dropFirst(MP3Header.byteCount)
        guard header.layer == 3, content.prefix(header.sideInformationByteCount).allSatisfy({ $0 == 0 }) else {
            return false
        }
        let rest = content.dropFirst(header.sideInformationByteCount)
        return rest.starts(with: "Xing".utf8) || rest.starts(with: "Info".utf8)
            || content.dropFirst(32).starts(with: "VBRI".utf8)
    }

    /// Whether a stream that announces so many bytes is followed by more than a sixteenth of that: files put one behind another.
    private static func isCutFromLonger(_ remaining: UInt64, announced: UInt32) -> Bool {
        let rest = remaining - min(remaining, UInt64(MP3Header.byteCount))
        guard rest > 0, announced > 0, rest > UInt64(announced) else { return false }
        return rest - UInt64(announced) > UInt64(announced) >> 4
    }

    /// The frames and bytes that a VBRI header of version 1 gives.
    private static func vbri(_ bytes: ArraySlice<UInt8>) -> (UInt32, UInt32)? {
        var reader = ByteReader(bytes)
        guard reader.read(4)?.elementsEqual("VBRI".utf8) == true, reader.readBigEndian(UInt16.self) == 1,
            reader.skip(4)
        else { return nil }
        let byteCount = reader.readBigEndian(UInt32.self) ?? 0
        return (reader.readBigEndian(UInt32.self) ?? 0, byteCount)
    }

    /// Xing's header and LAME's extension of it.
    private struct Xing {
        var frameCount: UInt32 = 0
        var streamByteCount: UInt32 = 0
        /// Samples that the encoder is behind, and those that it has added at the end; nil if no encoder says so that is known
        /// to use these fields.
        var delay: Int?
        var padding = 0

        /// What `bytes` say; what lies behind their end counts as zeros.
        init?(_ bytes: ArraySlice<UInt8>) {
            var reader = ByteReader(bytes + [UInt8](repeating: 0, count: 160))
            guard let name = reader.read(4), name.elementsEqual("Xing".utf8) || name.elementsEqual("Info".utf8),
                let flags = reader.readBigEndian(UInt32.self)
            else { return nil }
            if flags & 1 != 0 { frameCount = reader.readBigEndian(UInt32.self) ?? 0 }
            if flags & 2 != 0 { streamByteCount = reader.readBigEndian(UInt32.self) ?? 0 }
            let tableByteCount = flags & 4 != 0 ? 100 : 0
            let qualityByteCount = flags & 8 != 0 ? 4 : 0
            guard reader.skip(tableByteCount + qualityByteCount), let encoder = reader.read(21),
                let delays = reader.read(3)
            else { return }
            guard ["LAME", "Lavf", "Lavc"].contains(where: { encoder.starts(with: $0.utf8) }) else { return }
            let bits = delays.reduce(0) { $0 << 8 | Int($1) }
            delay = bits >> 12
            padding = bits & 0xFFF
        }
    }
}
