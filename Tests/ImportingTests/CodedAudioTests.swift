import AudioCoding
import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

struct CodedAudioTests {
    /// Two seconds of a tone in noise, which no codec keeps as it is.
    private static func wave(rate: UInt32 = 48_000, channels: UInt16 = 1, samples: Int = 96_000) -> [UInt8] {
        var random = RepeatableRandom(seed: 7)
        var data: [UInt8] = []
        for sample in 0..<samples {
            for channel in 0..<Int(channels) {
                let tone = sin(Double(sample) * 0.05 * Double(channel + 1)) * 9_000
                data += WaveBuilder.littleEndian(Int16(tone) + Int16.random(in: -900...900, using: &random))
            }
        }
        var builder = WaveBuilder()
        builder.addFormat(channels: channels, rate: rate)
        builder.add("data", data)
        return builder.bytes
    }

    private static func options(_ codec: AudioCodec) -> ImportOptions {
        var options = ImportOptions()
        options.codec = codec
        return options
    }

    @Test(arguments: [
        ("mono16.flac", true), ("cbr.mp3", true), ("mono.aac", true), ("mono.ogg", true), ("mono.opus", false),
        ("primed.mkv", false),
    ])
    func `the container counts as kept if the stored bytes have the SHA-256 of the file`(
        name: String, isKept: Bool
    ) throws {
        let fixture = try ImportFixture()
        let file = TestFiles.fixtures.appending(path: "coded/\(name)")
        let (imported, recording) = try fixture.importFile(file.path)
        let hasSameBytes = try fixture.bytes(HierarchyNames.blob, of: recording) == Array(Data(contentsOf: file))
        #expect(hasSameBytes == isKept)
        #expect(imported.keepsSource == isKept)
        let note = "not kept: the container, and what it has beside this sound and the tags that are stored"
        #expect(imported.notes.contains(note) == !isKept)
    }

    @Test(arguments: [AudioCodec.flac, .aac, .opus, .pcm])
    func `a recording is the same however many threads made it`(codec: AudioCodec) throws {
        var files: [[String: Data]] = []
        for threads in [1, 2, 5] {
            let fixture = try ImportFixture()
            var options = Self.options(codec)
            options.threads = threads
            let (imported, _) = try fixture.importBytes(Self.wave(channels: 2), options)
            let root = fixture.folder.appending(path: "store.zarr/\(imported.path)").path
            let names = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
            files.append(
                names.reduce(into: [:]) { $0[$1] = FileManager.default.contents(atPath: "\(root)/\($1)") })
        }
        #expect(files[0].count > 4)
        #expect(files[1] == files[0])
        #expect(files[2] == files[0])
    }

    @Test func `a FLAC index has a row for each frame of the stream`() throws {
        let fixture = try ImportFixture()
        let wave = Self.wave(channels: 2)
        let (_, recording) = try fixture.importBytes(wave)
        let blob = try fixture.bytes("audio_data_blob_array", of: recording)
        let metadata = try FLACMetadata(
            of: CodedStream(byteCount: UInt64(blob.count)) { Array(blob[Int($0.lowerBound)..<Int($0.upperBound)]) })
        #expect(metadata.streamInfo.totalSamples == 96_000)
        let digest = try #require(MessageDigest(.md5))
        digest.update(Array(wave.dropFirst(44)))
        #expect(metadata.streamInfo.md5 == digest.finish())
        var scanner = FLACFrameScanner(streamInfo: metadata.streamInfo, offset: metadata.firstFrameOffset)
        let frames =
            blob.withUnsafeBytes {
                scanner.consume(UnsafeRawBufferPointer(rebasing: $0[Int(metadata.firstFrameOffset)...]))
            } + scanner.finish()
        #expect(
            try fixture.rows("flac_index", of: recording)
                == frames.map { [$0.offset, UInt64($0.byteCount), $0.firstSample] })
        #expect(frames.first?.sampleCount == 4096)
    }

    @Test(arguments: [UInt16(1), 2])
    func `a recording kept as AAC is as long as its source, and what its frames decode to in order`(channels: UInt16)
        throws
    {
        let fixture = try ImportFixture()
        let (_, recording) = try fixture.importBytes(Self.wave(channels: channels), Self.options(.aac))
        #expect(recording.sampleCount == 96_000)
        let blob = try fixture.bytes("audio_data_blob_array", of: recording)
        let rows = try fixture.rows("aac_index", of: recording)
        let decoder = try AACDecoder()
        var decoded: [UInt8] = []
        for (number, row) in rows.enumerated() {
            #expect(row[2] == UInt64(number) * 1024)
            let frame = Array(blob[Int(row[0])..<Int(row[0] + row[1])])
            var samples = [UInt8](repeating: 0, count: AACDecoder.maximumOutputByteCount)
            let count = try frame.withUnsafeBytes { frame in
                try samples.withUnsafeMutableBytes { try decoder.decode(frame, into: $0) }
            }
            decoded += samples[..<(count * Int(channels) * 2)]
        }
        #expect(rows.last.map { $0[0] + $0[1] } == UInt64(blob.count))
        let priming = try #require(
            try fixture.attributes("\(recording.path)/audio_data_blob_array")["priming_samples"] as? Int)
        let blockAlign = Int(channels) * 2
        #expect(try recording.sampleBytes() == Array(decoded[(priming * blockAlign)...].prefix(96_000 * blockAlign)))
    }

    @Test(arguments: [UInt32(48_000), 16_000, 44_100])
    func `a recording kept as Opus is as long as its source, and what its packets decode to in order`(rate: UInt32)
        throws
    {
        let fixture = try ImportFixture()
        let (_, recording) = try fixture.importBytes(
            Self.wave(rate: rate, channels: 2, samples: Int(rate) * 6), Self.options(.opus))
        #expect(recording.sampleCount == 48_000 * 6)
        let blob = try fixture.bytes("audio_data_blob_array", of: recording)
        let head = try OpusHead(fixture.bytes("opus_head", of: recording))
        let decoder = try OpusStreamDecoder(head: head)
        var decoded: [UInt8] = []
        var (byte, sample) = (UInt64(0), UInt64(0))
        for row in try fixture.rows("opus_index", of: recording) {
            #expect(row[0] == byte && row[3] == sample && row[4] == sample + row[2] - 1)
            let packet = Array(blob[Int(row[0])..<Int(row[0] + row[1])])
            var samples = [UInt8](repeating: 0, count: OpusPacket.maximumSampleCount * 4)
            let count = try packet.withUnsafeBytes { packet in
                try samples.withUnsafeMutableBytes { try decoder.decode(packet, into: $0) }
            }
            #expect(UInt64(count) == row[2])
            decoded += samples[..<(count * 4)]
            (byte, sample) = (byte + row[1], sample + row[2])
        }
        #expect(byte == UInt64(blob.count))
        let range = head.preSkip * 4..<(head.preSkip + 48_000 * 6) * 4
        #expect(try recording.sampleBytes() == Array(decoded[range]))
        let restarts = try fixture.rows("opus_sync", of: recording)
        let packetCount = UInt64(try fixture.rows("opus_index", of: recording).count)
        // The whole stream is one stretch.
        #expect(restarts.first == [0, 0, packetCount])
        #expect(restarts.count > 1 && restarts.last?[2] == packetCount)
    }

    @Test(arguments: [AudioCodec.aac, .opus])
    func `ultrasound is refused by lossy codecs, or relabelled, or resampled`(codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        let wave = Self.wave(rate: 250_000, samples: 250_000)
        var options = Self.options(codec)
        let error = #expect(throws: ImportError.self) { try fixture.importBytes(wave, options) }
        #expect(error?.summary.contains("--ultrasonic relabel") == true)
        #expect(try fixture.store.children(of: "pond").isEmpty)

        options.ultrasound = .relabel
        let relabelled = try fixture.importBytes(wave, options).recording
        #expect(relabelled.format.sampleRate == 250_000)
        #expect(relabelled.sampleCount == 250_000)
        let blob = try fixture.attributes("\(relabelled.path)/audio_data_blob_array")
        #expect(blob["sample_rate"] as? Int == 48_000)
        #expect(blob["sampling_rescale_factor"] as? Double == Double(250_000) / 48_000)

        options.ultrasound = .resample
        let resampled = try ImportFixture().importBytes(wave, options).recording
        let rate: UInt32 = codec == .aac ? 96_000 : 48_000
        #expect(resampled.format.sampleRate == rate)
        #expect(resampled.sampleCount == UInt64(rate))
    }

    /// A WAV file whose header names a speaker for each of its channels, as SoX writes it. Each channel has a tone of its own.
    private static func microphones(_ channels: Int, mask: UInt32, samples: Int = 48_000) -> [UInt8] {
        var builder = WaveBuilder()
        let pcm: [UInt8] = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
        builder.addFormat(
            tag: 0xFFFE, channels: UInt16(channels), rate: 48_000,
            extra: [22, 0, 16, 0] + WaveBuilder.littleEndian(mask) + pcm)
        builder.add(
            "data",
            (0..<samples).flatMap { sample in
                (0..<channels).flatMap { WaveBuilder.littleEndian(tone(sample, channel: $0)) }
            })
        return builder.bytes
    }

    /// Well above what a subwoofer plays.
    private static func tone(_ sample: Int, channel: Int) -> Int16 {
        Int16(8_000 * sin(Double(sample) * (0.2 + 0.13 * Double(channel))))
    }

    @Test(arguments: [
        (AudioCodec.opus, 6, UInt32(0x3F)), (.opus, 8, 0x63F), (.opus, 3, 0x7), (.aac, 5, 0x37), (.aac, 4, 0x33),
    ])
    func `every channel of a recording is kept, whatever speaker the source names for it`(
        codec: AudioCodec, channels: Int, mask: UInt32
    ) throws {
        let fixture = try ImportFixture()
        let (_, recording) = try fixture.importBytes(Self.microphones(channels, mask: mask), Self.options(codec))
        let bytes = try recording.sampleBytes()
        let samples = bytes.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        #expect(samples.count == 48_000 * channels)
        for channel in 0..<channels {
            var (signal, error) = (0.0, 0.0)
            for sample in 1_000..<47_000 {
                let expected = Double(Self.tone(sample, channel: channel))
                signal += expected * expected
                error += pow(Double(samples[sample * channels + channel]) - expected, 2)
            }
            #expect(10 * log10(signal / error) > 25, "channel \(channel)")
        }
    }

    @Test(arguments: [AudioCodec.aac, .opus])
    func `no channel has fewer bits a second if a recording has more than two`(codec: AudioCodec) throws {
        let byteCounts = try [1, 5].map { channels in
            try ImportFixture().importBytes(Self.microphones(channels, mask: 0), Self.options(codec)).imported
                .codedByteCount
        }
        #expect(Double(byteCounts[1]) > 4.5 * Double(byteCounts[0]))
    }

    @Test func `more channels than AAC codes alike are refused, and the choices named`() throws {
        let fixture = try ImportFixture()
        let error = #expect(throws: ImportError.self) {
            try fixture.importBytes(Self.microphones(6, mask: 0x3F), Self.options(.aac))
        }
        #expect(
            error?.summary
                == "AAC has at most 5 channels without a subwoofer's, of which it keeps only the bass: "
                + "choose --codec flac or --codec opus or --codec pcm")
    }

    @Test(arguments: [("mono16.flac", AudioCodec.flac), ("stereo.aac", .aac), ("unknowntotal.flac", .flac)])
    func `a source that is FLAC or ADTS is stored byte for byte`(name: String, codec: AudioCodec) throws {
        let fixture = try ImportFixture()
        let source = TestFiles.repository.appending(path: "Tests/Fixtures/coded/\(name)")
        let (_, recording) = try fixture.importFile(source.path)
        #expect(recording.codec == codec)
        #expect(try fixture.bytes("audio_data_blob_array", of: recording) == Array(Data(contentsOf: source)))
    }

    @Test func `Opus in Ogg is stored packet by packet, with its pre-skip`() throws {
        let fixture = try ImportFixture()
        let source = TestFiles.repository.appending(path: "Tests/Fixtures/coded/stereo.opus")
        let (_, recording) = try fixture.importFile(source.path)
        let bytes = Array(try Data(contentsOf: source))
        var scanner = OggPacketScanner()
        let packets = try bytes.withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
        let expected = packets.flatMap { packet in
            packet.pieces.flatMap { Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)]) }
        }
        #expect(try fixture.bytes("audio_data_blob_array", of: recording) == expected)
        let extent = try OggOpusExtent(
            of: CodedStream(byteCount: UInt64(bytes.count)) {
                Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)])
            })
        #expect(recording.sampleCount == extent.sampleCount)
    }

    @Test func `a coded source is encoded anew if that is asked for`() throws {
        let fixture = try ImportFixture()
        var options = Self.options(.pcm)
        options.reencodes = true
        let source = TestFiles.repository.appending(path: "Tests/Fixtures/coded/mono16.flac")
        let (_, recording) = try fixture.importFile(source.path, options)
        #expect(recording.codec == .pcm)
    }
}
