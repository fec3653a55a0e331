import Support

@testable import AudioCoding
@testable import WaveFile

extension Parsers {
    /// Files of sound, and coded streams.
    static let audio: [String: Parser] = [
        "wave": { wave($0) },
        "marks": { bytes in
            let file = WaveBytes(byteCount: UInt64(bytes.count)) {
                Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)])
            }
            guard let metadata = (try? WaveMetadata(ofOtherFile: file)) ?? nil else { return }
            describe(metadata)
        },
        "flac": { flac($0) },
        "flac-salvage": { bytes in
            guard let salvage = try? FLACSalvage(of: stream(bytes)) else { return }
            var pieceCount = 0
            while pieceCount < 1_000, let samples = try? salvage.nextSamples(), samples.sampleCount > 0 {
                pieceCount += 1
            }
        },
        "adts": { adts($0) },
        "mp3": { mp3($0) },
        "vorbis": { vorbis($0) },
        "opus": { opus($0) },
        "opus-packets": { opusPackets($0) },
        "outline": { bytes in
            let stream = stream(bytes)
            guard let ordered = MediaOutline(of: stream).order?.stream(stream) else { return }
            _ = try? ordered.bytes(0..<min(ordered.byteCount, 1 << 20))
        },
    ]

    private static func stream(_ bytes: [UInt8]) -> CodedStream {
        CodedStream(byteCount: UInt64(bytes.count)) { Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)]) }
    }

    private static func wave(_ bytes: [UInt8]) {
        let file = WaveBytes(byteCount: UInt64(bytes.count)) { Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)]) }
        if let source = try? WaveSource(file) {
            guard source.head.byteCount <= source.data.lowerBound, source.data.upperBound <= UInt64(bytes.count) else {
                fatalError("the samples are not in the file")
            }
            if let metadata = try? WaveMetadata(of: source, in: file) {
                _ = StartSearch(metadata: metadata, fileName: "a.wav", sampleRate: source.head.format.sampleRate)
                describe(metadata)
            }
        }
        _ = try? WaveSource(unfinished: file)
        _ = try? CodedWaveSource(file, at: 0)
        _ = ChunkFormat(start: Array(bytes.prefix(64)))
    }

    /// Makes the chunks of a file that says what `metadata` say, and of parts of it.
    private static func describe(_ metadata: WaveMetadata) {
        guard let format = WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16) else { return }
        var description = WaveDescription(format: format, sampleCount: 100_000)
        for field in metadata.guano + metadata.wamd { description.add(fact: field.name, field.value) }
        for field in metadata.info { description.add(info: field.name, field.value) }
        description.broadcast = metadata.broadcast
        description.cues = metadata.cues
        description.sampler = metadata.sampler
        description.chunks = metadata.chunks.filter { $0.agrees(with: Timestamp(seconds: 0)) }
        for selection in [MetadataSelection.all, .all.subtracting(.location)] {
            let byteCount = description.byteCounts.total(selection)
            for file in [description, description.clipped(to: 5..<500), description.expanded(by: 3)] {
                guard file.map({ UInt64($0.chunks(selection).count) }) ?? byteCount == byteCount else {
                    fatalError("a part has more or fewer bytes")
                }
            }
        }
    }

    private static func flac(_ bytes: [UInt8]) {
        let stream = stream(bytes)
        guard let metadata = try? FLACMetadata(of: stream) else { return }
        _ = try? FLACApplicationBlocks("riff", of: stream, limit: 1 << 20)
        _ = try? FLACFrameScanner.lastFrame(of: stream, streamInfo: metadata.streamInfo)
        var scanner = FLACFrameScanner(streamInfo: metadata.streamInfo, offset: metadata.firstFrameOffset)
        let start = Int(clamping: metadata.firstFrameOffset)
        let frames = bytes.dropFirst(start).withUnsafeBytes { scanner.consume($0) } + scanner.finish()
        guard let decoder = try? FLACDecoder(streamInfo: metadata.streamInfo) else { return }
        decode(frames, in: bytes, 65_536 * 8 * 4) { _ = try decoder.decode($0, into: $1) }
    }

    private static func adts(_ bytes: [UInt8]) {
        var scanner = ADTSScanner(samplesPerFrame: 1_024)
        guard let frames = try? bytes.withUnsafeBytes({ try scanner.consume($0) }) + scanner.finish(),
            let decoder = try? AACDecoder()
        else { return }
        decode(frames, in: bytes, AACDecoder.maximumOutputByteCount) { _ = try decoder.decode($0, into: $1) }
        let all = frames.map { Array(bytes[Int($0.offset)..<Int($0.offset) + $0.byteCount]) }
        if let form = all.lazy.compactMap({ aacForm(of: $0) }).first { reuseDecoder(for: all, form) }
    }

    /// Fails if a decoder that has decoded frames of `form` gives other samples for one of `frames` than a new one.
    private static func reuseDecoder(for frames: [[UInt8]], _ form: AACNoiselessForm) {
        guard var used = try? AACDecoder() else { return }
        for frame in frames where aacForm(of: frame) == form {
            guard let fresh = try? AACDecoder() else { return }
            used.restart()
            let samples = try? aacSamples(of: frame, by: used)
            guard let expected = try? aacSamples(of: frame, by: fresh) else {
                used = fresh
                continue
            }
            if samples != expected { fatalError("a used decoder gives other samples") }
        }
    }

    private static func aacForm(of frame: [UInt8]) -> AACNoiselessForm? {
        frame.withUnsafeBytes { AACNoiselessForm(of: CollectionOfOne($0)) }
    }

    /// The samples of `frame` by `decoder`, which it sets up before that.
    private static func aacSamples(of frame: [UInt8], by decoder: AACDecoder) throws -> [UInt8] {
        let output = UnsafeMutableRawBufferPointer.allocate(
            byteCount: AACDecoder.maximumOutputByteCount, alignment: 16)
        defer { output.deallocate() }
        return try frame.withUnsafeBytes { frame in
            _ = try decoder.decode(frame, into: output)
            let count = try decoder.decode(frame, into: output)
            return Array(output[..<(count * 2 * (decoder.format?.channels ?? 0))])
        }
    }

    private static func mp3(_ bytes: [UInt8]) {
        try? MP3Layout.refuseFreeFormat(in: stream(bytes))
        guard let layout = try? MP3Layout(of: stream(bytes)) else { return }
        var scanner = MP3FrameScanner(layout)
        let sound = bytes.dropFirst(Int(clamping: layout.firstFrameOffset))
        guard let frames = try? sound.withUnsafeBytes({ try scanner.consume($0) }) + scanner.finish(),
            let decoder = try? MP3Decoder(for: layout.header)
        else { return }
        _ = try? layout.trim.heard(frameCount: UInt64(frames.count), samplesPerFrame: layout.header.samplesPerFrame)
        decode(frames, in: bytes, MP3Decoder.maximumOutputByteCount) { _ = try decoder.decode($0, into: $1) }
    }

    private static func vorbis(_ bytes: [UInt8]) {
        var scanner = VorbisPacketScanner()
        guard let packets = try? bytes.withUnsafeBytes({ try scanner.consume($0) }) + scanner.finish() else { return }
        let sampleCount = packets.reduce(UInt64(0)) { $0 + UInt64($1.sampleCount) }
        guard scanner.heardSampleCount <= sampleCount else { fatalError("more is heard than there is") }
        guard let headers = scanner.headers, let decoder = try? VorbisDecoder(headers: headers) else { return }
        decode(packets, in: bytes, decoder.maximumOutputByteCount) { _ = try decoder.decode($0, into: $1) }
    }

    private static func opus(_ bytes: [UInt8]) {
        _ = try? OggOpusExtent(of: stream(bytes))
        var scanner = OggPacketScanner()
        guard let packets = try? bytes.withUnsafeBytes({ try scanner.consume($0) }) + scanner.finish(),
            let head = scanner.head, let decoder = try? OpusStreamDecoder(head: head)
        else { return }
        decode(packets, in: bytes, 5_760 * 255 * 2) { _ = try decoder.decode($0, into: $1) }
    }

    /// An OpusHead of the first bytes, and packets of a length that a byte before them says.
    private static func opusPackets(_ bytes: [UInt8]) {
        guard let head = try? OpusHead(Array(bytes.prefix(19))), let decoder = try? OpusStreamDecoder(head: head) else {
            return
        }
        withOutput(5_760 * 255 * 2) { output in
            var rest = bytes.dropFirst(19)
            while let count = rest.popFirst() {
                let packet = Array(rest.prefix(Int(count)))
                rest = rest.dropFirst(Int(count))
                guard OpusPacket.sampleCount(of: packet) != nil else { continue }
                _ = try? packet.withUnsafeBytes { try decoder.decode($0, into: output) }
            }
        }
    }

    private static func decode(
        _ frames: [CodedFrame], in bytes: [UInt8], _ byteCount: Int,
        _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Void
    ) {
        withOutput(byteCount) { output in
            for frame in frames {
                let range = Int(frame.offset)..<Int(frame.offset) + frame.byteCount
                guard range.upperBound <= bytes.count else { fatalError("a frame is not in the stream") }
                try? bytes[range].withUnsafeBytes { try body($0, output) }
            }
        }
    }

    private static func decode(
        _ packets: [OggPacket], in bytes: [UInt8], _ byteCount: Int,
        _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Void
    ) {
        withOutput(byteCount) { output in
            for packet in packets {
                let whole = packet.pieces.flatMap { bytes[Int($0.lowerBound)..<Int($0.upperBound)] }
                try? whole.withUnsafeBytes { try body($0, output) }
            }
        }
    }

    private static func withOutput(_ byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        defer { output.deallocate() }
        body(output)
    }
}
