import Foundation
import TestSupport

/// Sound that a store may have, and the WAV file that a mount shows of it.
struct ModelSound: Sendable {
    /// The coding that the store has it in.
    let codec: String
    /// The file that is imported.
    let source: URL
    /// Options of the import.
    var options: [String] = []
    /// The WAV file: the source, if that is one, and else the samples that another decoder makes of it.
    let wave: URL

    /// Sounds of all codecs, with files in the new folder `folder`.
    static func all(in folder: URL) throws -> [ModelSound] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try streams(in: folder) + waves(in: folder)
    }

    private static func streams(in folder: URL) throws -> [ModelSound] {
        try Mounts.StoreReading.streams.filter(\.isExact).map { stream in
            let source = TestFiles.fixtures.appending(path: "recordings/\(stream.name)")
            let wave = folder.appending(path: "\(stream.name).wav")
            var builder = WaveBuilder()
            builder.addFormat(channels: UInt16(stream.channels), rate: UInt32(stream.rate))
            builder.add("data", try ReferenceDecode.samples(of: source))
            try write(builder.bytes, to: wave)
            return ModelSound(codec: stream.codec, source: source, wave: wave)
        }
    }

    private static func waves(in folder: URL) throws -> [ModelSound] {
        let forms: [(codec: String, tag: UInt16, channels: UInt16, bits: UInt16, count: Int)] = [
            ("flac", 1, 1, 16, 700_000), ("flac", 1, 2, 24, 40_000), ("flac", 1, 1, 8, 30_001),
            ("pcm", 1, 2, 16, 300_000), ("pcm", 3, 1, 32, 50_000),
        ]
        return try forms.enumerated().map { number, form in
            var random = RepeatableRandom(seed: UInt64(number))
            let samples = (0..<form.count * Int(form.channels)).flatMap { _ -> [UInt8] in
                // Noise that can be compressed.
                let value = Int32(truncatingIfNeeded: random.next() >> 56) - 128
                return switch form.bits {
                case 8: [UInt8(truncatingIfNeeded: value / 16 + 128)]
                case 32: WaveBuilder.littleEndian((Float(value) / 77).bitPattern)
                default: Array(WaveBuilder.littleEndian(value).prefix(Int(form.bits) / 8))
                }
            }
            var builder = WaveBuilder()
            builder.addFormat(tag: form.tag, channels: form.channels, bits: form.bits)
            builder.add("data", samples)
            builder.add("guan", Array("GUANO|Version: 1.0\nNote: \(number)\n".utf8))
            let wave = folder.appending(path: "noise\(number).wav")
            try write(builder.bytes, to: wave)
            return ModelSound(codec: form.codec, source: wave, options: ["--codec", form.codec], wave: wave)
        }
    }

    private static func write(_ bytes: [UInt8], to file: URL) throws {
        try Data(bytes).write(to: file)
        // As a mount shows it.
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: file.path)
    }
}
