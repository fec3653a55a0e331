import AudioCoding

/// Decodes whole streams, frame by frame from the start.
enum Decoding {
    static func flac(_ frames: [[UInt8]], _ streamInfo: FLACStreamInfo) throws -> [UInt8] {
        let decoder = try FLACDecoder(streamInfo: streamInfo)
        return try decode(frames, stride: decoder.outputBytesPerSample * streamInfo.channels, decoder.decode)
    }

    static func aac(_ frames: [[UInt8]]) throws -> [UInt8] {
        let decoder = try AACDecoder()
        return try withOutput { output in
            try frames.flatMap { frame in
                let samples = try frame.withUnsafeBytes { try decoder.decode($0, into: output) }
                return Array(output.prefix(samples * 2 * (decoder.format?.channels ?? 0)))
            }
        }
    }

    static func opus(_ packets: [[UInt8]], _ head: OpusHead) throws -> [UInt8] {
        let decoder = try OpusStreamDecoder(head: head)
        return try decode(packets, stride: 2 * head.channels, decoder.decode)
    }

    private static func decode(
        _ frames: [[UInt8]], stride: Int,
        _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> [UInt8] {
        try withOutput { output in
            try frames.flatMap { frame in
                let samples = try frame.withUnsafeBytes { try body($0, output) }
                return Array(output.prefix(samples * stride))
            }
        }
    }
}
