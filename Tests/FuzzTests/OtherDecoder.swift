import Foundation
import TestSupport

/// ffmpeg, whose sound is compared with that of an import.
enum OtherDecoder {
    /// How the sound of the WAV file `wave` differs from what ffmpeg gives of the file `bytes` called `name`; nil if it does not.
    static func difference(of wave: [UInt8], from bytes: [UInt8], named name: String, in folder: URL) throws -> String?
    {
        let work = folder.appending(path: "other-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: work) }
        let (file, copy) = (work.appending(path: name), work.appending(path: "copy.wav"))
        try Data(bytes).write(to: file)
        try Data(wave).write(to: copy)
        let (expected, found) = (try samples(of: file), try samples(of: copy))
        // ffmpeg refuses some headers that an import makes sense of.
        guard !expected.samples.isEmpty || expected.errors.isEmpty else { return nil }
        // A mount has 16 bits of what was coded with losses, rounded otherwise than by ffmpeg.
        let tolerance: Int64 = lossy.contains(file.pathExtension) ? 2 << 16 : 0
        let count = min(expected.samples.count, found.samples.count)
        let differing =
            (0..<count).first { abs(Int64(expected.samples[$0]) - Int64(found.samples[$0])) > tolerance } ?? count
        if differing == count, found.samples.count == expected.samples.count { return nil }
        return "\(found.samples.count) samples, \(expected.samples.count) by ffmpeg, which differ from \(differing) on;"
            + " ffmpeg says: \(expected.errors.prefix(300))"
    }

    private static let lossy = ["mp3", "mp2", "aac", "ogg", "opus", "webm", "m4a"]

    private static func samples(of file: URL) throws -> (samples: [Int32], errors: String) {
        let decoder = file.pathExtension == "mp2" ? ["-c:a", "mp2float"] : []
        let words =
            ["ffmpeg", "-v", "error", "-nostdin"] + decoder + ["-i", file.path, "-map", "0:a:0", "-f", "s32le", "-"]
        let result = try run(URL(filePath: "/usr/bin/env"), words)
        let samples = result.output.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
        }
        return (samples, result.errors)
    }
}
