import Foundation
import TestSupport
import Testing

extension Mounts {
    /// The format and the samples of the WAV of a coded stream.
    @Suite struct `The WAV of a recording` {
        /// A stream of Tests/Fixtures/coded, and what `soxi` must print about its WAV.
        struct Stream: Sendable, CustomTestStringConvertible {
            let name: String
            let rate: Int
            let channels: Int
            var bits = 16

            var codec: String {
                switch URL(filePath: name).pathExtension {
                case "mp2": "mp3"
                case "ogg": "vorbis"
                case let other: other
                }
            }
            var testDescription: String { name }
        }

        /// Streams that every decoder decodes to the same samples; the digests are those of flac and ffmpeg.
        static let exact = [
            Stream(name: "stereo8.flac", rate: 16_000, channels: 2, bits: 8),
            Stream(name: "mono12.flac", rate: 22_050, channels: 1),
            Stream(name: "stereo16.flac", rate: 44_100, channels: 2),
            Stream(name: "stereo20.flac", rate: 96_000, channels: 2, bits: 24),
            Stream(name: "stereo24.flac", rate: 88_200, channels: 2, bits: 24),
            Stream(name: "mono28.flac", rate: 32_000, channels: 1, bits: 32),
            Stream(name: "mono32.flac", rate: 48_000, channels: 1, bits: 32),
            Stream(name: "surround6.flac", rate: 48_000, channels: 6),
            Stream(name: "surround8.flac", rate: 192_000, channels: 8, bits: 24),
            Stream(name: "highest655350.flac", rate: 655_350, channels: 1),
            Stream(name: "odd250001.flac", rate: 250_001, channels: 1),
            Stream(name: "variable.flac", rate: 48_000, channels: 2),
            Stream(name: "unknowntotal.flac", rate: 48_000, channels: 1),
            Stream(name: "mono.aac", rate: 48_000, channels: 1),
            Stream(name: "surround6.aac", rate: 48_000, channels: 6),
            Stream(name: "surround8.aac", rate: 48_000, channels: 8),
            Stream(name: "abr.mp3", rate: 32_000, channels: 1),
            Stream(name: "cbr.mp3", rate: 44_100, channels: 2),
            Stream(name: "checksums.mp3", rate: 32_000, channels: 2),
            Stream(name: "lavc.mp3", rate: 44_100, channels: 2),
            Stream(name: "mpeg2.mp3", rate: 16_000, channels: 2),
            Stream(name: "mpeg25.mp3", rate: 8_000, channels: 1),
            Stream(name: "shine.mp3", rate: 44_100, channels: 2),
            Stream(name: "tags.mp3", rate: 44_100, channels: 1),
            Stream(name: "untagged.mp3", rate: 44_100, channels: 1),
            Stream(name: "vbr.mp3", rate: 48_000, channels: 2),
            Stream(name: "dual.mp2", rate: 32_000, channels: 2),
            Stream(name: "joint.mp2", rate: 44_100, channels: 2),
            Stream(name: "mono.mp2", rate: 48_000, channels: 1),
            Stream(name: "mpeg2.mp2", rate: 16_000, channels: 1),
            Stream(name: "lowrate.ogg", rate: 8_000, channels: 1),
            Stream(name: "stereo.ogg", rate: 44_100, channels: 2),
            Stream(name: "surround6.ogg", rate: 48_000, channels: 6),
        ]

        @Test(arguments: exact)
        func `a WAV has the depth, rate, channels and sample values of its stream`(_ stream: Stream) throws {
            try withMounted(stream.name, stream.codec) { mount in
                let fixture = TestFiles.fixtures.appending(path: "coded/\(stream.name)")
                let golden = try String(contentsOf: fixture.appendingPathExtension("golden"), encoding: .utf8)
                let expected = try stream.codec == "flac" ? golden : ReferenceDecode.sha256(of: fixture)
                let path = mount.file("a.wav").path
                let facts = try ["-r", "-c", "-b"].map { try run("soxi", $0, path).text }
                #expect(facts == ["\(stream.rate)", "\(stream.channels)", "\(stream.bits)"])
                let bytes = try mount.bytes("a.wav")
                let dataByteCount = bytes[40..<44].reversed().reduce(0) { $0 << 8 | Int($1) }
                #expect(bytes.count == 44 + dataByteCount + dataByteCount % 2)
                let digest = try Digest.sha256(Array(bytes[44..<44 + dataByteCount]))
                #expect(expected.hasPrefix(digest))
            }
        }

        @Test func `the WAV of HE-AAC has the rate and channels of the decoder's output`() throws {
            var bytes: [[UInt8]] = []
            for arguments in [[], ["-o", "cache_mb=0"]] {
                try withMounted("highefficiency.aac", "aac", arguments) { mount in
                    let path = mount.file("a.wav").path
                    let facts = try ["-r", "-c", "-b"].map { try run("soxi", $0, path).text }
                    #expect(facts == ["48000", "2", "16"])
                    bytes.append(try mount.bytes("a.wav"))
                }
            }
            #expect(bytes.first == bytes.last)
        }

        @Test func `priming and padding are left out if the store counts them`() throws {
            let whole = try withMounted("mono.aac", "aac") { try $0.bytes("a.wav").dropFirst(44) }
            try MountedStore.with { store in
                try store.addRecording(
                    "0", codec: "aac", blob: MountedStore.fixture("coded/mono.aac"), fileName: "a.wav",
                    attributes: ["priming_samples": 1_024, "total_samples": 3_001])
            } _: { mount in
                try #expect(mount.bytes("a.wav").dropFirst(44) == whole.dropFirst(2_048).prefix(6_002))
            }
        }

        /// A source WAV of 8-bit samples with chunks around them, in the three parts in which a store keeps it.
        private func source(rate: UInt32) -> (head: [UInt8], samples: [UInt8], tail: [UInt8]) {
            func number(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
            let samples = (0..<5_001).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let format = Array("fmt ".utf8) + number(16) + [1, 0, 1, 0] + number(rate) + number(rate) + [1, 0, 8, 0]
            let list = Array("LIST".utf8) + number(12) + Array("INFOICMT".utf8) + number(0)
            let tail = [0] + Array("guan".utf8) + number(4) + Array("a:b\n".utf8)
            let size = UInt32(4 + format.count + list.count + 8 + samples.count + tail.count)
            let head = Array("RIFF".utf8) + number(size) + Array("WAVE".utf8) + format + list + Array("data".utf8)
            return (head + number(UInt32(samples.count)), samples, tail)
        }

        @Test func `a WAV is the source, byte for byte, if the store has the bytes around its samples`() throws {
            let (head, samples, tail) = source(rate: 22_050)
            try MountedStore.with { store in
                for (number, headRate) in [22_050, 44_100].enumerated() {
                    let path = "\(number)"
                    try store.addRecording(
                        path, codec: "pcm", blob: samples, attributes: ["sample_rate": 22_050],
                        groupAttributes: [
                            "base_features": [
                                "filename": "\(number).wav", "size_bytes": head.count + samples.count + tail.count,
                            ]
                        ])
                    for (name, bytes) in [("head", source(rate: UInt32(headRate)).head), ("tail", tail)] {
                        try store.addArray(
                            "\(path)/source_\(name)", shape: [bytes.count], type: "uint8", bytes: bytes)
                    }
                }
            } _: { mount in
                let isSource = try mount.bytes("0.wav") == head + samples + tail
                #expect(isSource)
                // A head that contradicts the samples is ignored.
                let plain = try mount.bytes("1.wav")
                #expect(plain.count == 44 + samples.count + 1)
                let hasSamples = plain[44...].starts(with: samples)
                #expect(hasSamples)
            }
        }

        @Test(arguments: [
            ("resampled", 12.0, 48_000), ("re-labelled", 12.0 / 5.208, 249_984), ("re-labelled", nil, 249_984),
        ])
        func `the announced rate is the one that gives the duration of the source`(
            ground: String, sourceDuration: Double?, rate: Int
        ) throws {
            var groupAttributes: [String: Any] = [:]
            groupAttributes["meta_data_structure"] = sourceDuration.map { "format:\n  duration: '\($0)'\n" }
            try MountedStore.with { store in
                try store.addRecording(
                    "0", codec: "opus", blob: MountedStore.fixture("recordings/celt.opus"), fileName: "bat.wav",
                    attributes: ["sampling_rescale_factor": 5.208], groupAttributes: groupAttributes)
            } _: { mount in
                try #expect(run("soxi", "-r", mount.file("bat.wav").path).text == "\(rate)")
                let table = try mount.text(".zarrwlr/recordings.csv").split(separator: "\n")
                #expect(table.last?.contains("\(ground): ") == true)
                let attributes = try ExtendedAttributes()
                var value = [UInt8](repeating: 0, count: 1_000)
                let count = attributes.get(mount.file("bat.wav").path, "user.zarrwlr.rate_reason", &value, 1_000)
                #expect(String(decoding: value.prefix(max(count, 0)), as: UTF8.self).hasPrefix("\(ground): "))
            }
        }

        private func withMounted<T>(
            _ name: String, _ codec: String, _ arguments: [String] = [], _ body: (MountedStore) throws -> T
        ) throws -> T {
            try MountedStore.with(arguments) { store in
                try store.addRecording(
                    "0", codec: codec, blob: MountedStore.fixture("coded/\(name)"), fileName: "a.wav")
            } _: {
                try body($0)
            }
        }
    }
}
