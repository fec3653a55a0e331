import Testing

@testable import AudioCoding

/// Streams with every byte changed, and cut at every length: nothing may trap, hang or run out of bounds, and the frames that a
/// scanner finds must be within the stream and in order.
@Suite struct HostileBytesTests {
    /// Calls `body` with `bytes` changed in each byte in three ways, and cut before each byte.
    private func forEachDamaged(_ bytes: [UInt8], _ body: ([UInt8]) throws -> Void) rethrows {
        for index in bytes.indices {
            var damaged = bytes
            for change: UInt8 in [0x01, 0x80, 0xFF] {
                damaged[index] = bytes[index] ^ change
                try body(damaged)
            }
            try body(Array(bytes[..<index]))
        }
    }

    private func expectSound(_ frames: [CodedFrame], in bytes: [UInt8]) {
        var (offset, sample) = (UInt64(0), UInt64(0))
        for frame in frames {
            #expect(frame.offset >= offset && frame.firstSample >= sample)
            #expect(frame.byteCount > 0 && frame.sampleCount > 0)
            offset = frame.offset + UInt64(frame.byteCount)
            sample = frame.firstSample + UInt64(frame.sampleCount)
        }
        #expect(offset <= UInt64(bytes.count))
    }

    @Test func `damaged FLAC streams give frames within the stream, or an error`() throws {
        let bytes = try CodedFixture("single.flac").bytes + CodedFixture("single.flac").bytes
        var scanned = 0
        forEachDamaged(bytes) { damaged in
            guard let (metadata, frames) = try? flacFrames(of: damaged) else { return }
            scanned += 1
            expectSound(frames, in: damaged)
            _ = try? FLACFrameScanner.lastFrame(of: CodedStream(damaged), streamInfo: metadata.streamInfo)
            _ = try? flacSamples(of: frames, in: damaged, metadata.streamInfo)
        }
        // All but those with damaged or missing metadata.
        #expect(scanned > bytes.count * 3)
    }

    @Test func `damaged FLAC frames with right checksums decode to whole frames or fail`() throws {
        let fixture = try CodedFixture("single.flac")
        let (metadata, frames) = try flacFrames(of: fixture.bytes)
        let frame = fixture.bytes.with(frames[0]) { Array($0) }
        let header = try #require(frame.withUnsafeBytes { FLACFrameHeader.parse($0, of: metadata.streamInfo) })
        let decoder = try FLACDecoder(streamInfo: metadata.streamInfo)
        withOutput { output in
            var decoded = 0
            forEachDamaged(frame) { damaged in
                guard damaged.count > header.byteCount + 2 else { return }
                var damaged = damaged
                let headerSum = damaged[..<(header.byteCount - 1)].withUnsafeBytes { CRC.flacHeader.updated(with: $0) }
                damaged[header.byteCount - 1] = UInt8(headerSum >> 24)
                let sum = damaged.dropLast(2).withUnsafeBytes { CRC.flacFrame.updated(with: $0) }
                damaged.replaceSubrange(
                    damaged.count - 2..<damaged.count, with: [UInt8(sum >> 24), UInt8(sum >> 16 & 0xFF)])
                guard let count = try? damaged.withUnsafeBytes({ try decoder.decode($0, into: output) }) else { return }
                decoded += 1
                #expect(count == frames[0].sampleCount)
            }
            // Most bytes belong to residuals, of which any value decodes.
            #expect(decoded > frame.count)
        }
    }

    @Test(arguments: ["lowrate.aac", "highefficiency.aac", "pce4.aac"])
    func `damaged ADTS streams give frames within the stream, or an error`(name: String) throws {
        let fixture = try CodedFixture(name)
        let firstFrames = fixture.packets.prefix(3).reduce(0) { $0 + $1.byteCount }
        var scanned = 0
        forEachDamaged(Array(fixture.bytes[..<firstFrames])) { damaged in
            guard let frames = try? adtsFrames(of: damaged), let decoder = try? AACDecoder() else { return }
            scanned += 1
            expectSound(frames, in: damaged)
            _ = try? aacSamples(of: frames, in: damaged, by: decoder)
        }
        // All but those that claim several raw data blocks.
        #expect(scanned > firstFrames * 3)
    }

    @Test(arguments: ["tiny.opus", "speech.opus"])
    func `damaged Ogg Opus streams give packets within the stream, or an error`(name: String) throws {
        let bytes = try CodedFixture(name).bytes
        var scanned = 0
        forEachDamaged(bytes) { damaged in
            _ = try? OggOpusExtent(of: CodedStream(damaged))
            guard let (scanner, packets) = try? opusPackets(of: damaged), let head = scanner.head else { return }
            scanned += 1
            var sample: UInt64 = 0
            for packet in packets {
                #expect(packet.firstSample >= sample && packet.sampleCount > 0)
                sample = packet.firstSample + UInt64(packet.sampleCount)
                #expect(packet.pieces.allSatisfy { $0.upperBound <= UInt64(damaged.count) })
            }
            guard let decoder = try? OpusStreamDecoder(head: head) else { return }
            _ = try? opusSamples(of: packets, in: damaged, by: decoder)
        }
        // All but those with damaged or missing headers.
        #expect(scanned > bytes.count)
    }

    @Test func `damaged Ogg pages with right checksums are decoded or refused`() throws {
        let bytes = try CodedFixture("tiny.opus").bytes
        var scanned = 0
        forEachDamaged(bytes) { damaged in
            var damaged = damaged
            var offset = 0
            while let page = damaged.withUnsafeBytes({ OggPage.parse(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
            ),
                offset + page.byteCount <= damaged.count
            {
                damaged.replaceSubrange(offset + 22..<offset + 26, with: [0, 0, 0, 0])
                let sum = damaged[offset..<offset + page.byteCount].withUnsafeBytes { CRC.oggPage.updated(with: $0) }
                withUnsafeBytes(of: sum.littleEndian) { damaged.replaceSubrange(offset + 22..<offset + 26, with: $0) }
                offset += page.byteCount
            }
            _ = try? OggOpusExtent(of: CodedStream(damaged))
            guard let (scanner, packets) = try? opusPackets(of: damaged), let head = scanner.head else { return }
            scanned += 1
            guard let decoder = try? OpusStreamDecoder(head: head) else { return }
            _ = try? opusSamples(of: packets, in: damaged, by: decoder)
        }
        #expect(scanned > bytes.count)
    }

    @Test func `granule positions at the ends of 64 bits do not overflow`() throws {
        for granule in [Int64.max, .min, -2, 0, 1] {
            for flags: UInt8 in [0, 4] {
                var ogg = OggBuilder(preSkip: 65_535)
                ogg.audio(1, granule: granule, flags: 0)
                ogg.audio(1, granule: .max, flags: flags)
                ogg.audio(1, granule: granule, flags: flags)
                if granule == 0 || granule == 1 {
                    // The first page would begin before the stream does.
                    #expect(throws: AudioCodingError.self) { try OggOpusExtent(of: CodedStream(ogg.bytes)) }
                    #expect(throws: AudioCodingError.self) { try opusPackets(of: ogg.bytes) }
                } else {
                    // Three packets are less than the pre-skip, and nothing follows the end of a stream.
                    #expect(try OggOpusExtent(of: CodedStream(ogg.bytes)).sampleCount == 0)
                    let firstSamples = try opusPackets(of: ogg.bytes).1.map(\.firstSample)
                    #expect(firstSamples == [0, 960] + (flags == 0 ? [1920] : []))
                }
            }
        }
    }

    @Test func `streams of nothing but beginnings of frames have no frames`() throws {
        let info = try FLACMetadata(of: CodedFixture("mono16.flac").stream).streamInfo
        let frame = try CodedFixture("mono16.flac")
        let header = frame.bytes.with(try flacFrames(of: frame.bytes).1[1]) { Array($0.prefix(7)) }
        for pattern in [[0xFF, 0xF8] as [UInt8], header, [0xFF, 0xF1], Array("OggS".utf8)] {
            let bytes = Array([[UInt8]](repeating: pattern, count: 50_000).joined())
            var scanner = FLACFrameScanner(streamInfo: info, offset: 0)
            #expect(bytes.withUnsafeBytes { scanner.consume($0) }.isEmpty)
            #expect(scanner.finish().isEmpty)
            #expect(try adtsFrames(of: bytes).isEmpty)
            #expect(throws: AudioCodingError.self) { try opusPackets(of: bytes) }
        }
    }
}
