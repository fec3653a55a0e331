import Foundation
import TestSupport

/// Files of sound of every kind, whole.
struct SourceTemplates {
    struct Template {
        /// The name of the file.
        let name: String
        let bytes: [UInt8]
    }

    let all: [Template]

    /// The files that ffmpeg makes, and how.
    private static let coded: [(name: String, options: [String])] = [
        ("a.flac", ["-c:a", "flac", "-sample_fmt", "s16"]),
        ("flac.oga", ["-c:a", "flac", "-sample_fmt", "s16", "-f", "ogg"]),
        ("flac.mka", ["-c:a", "flac", "-sample_fmt", "s16"]),
        ("a.opus", ["-c:a", "libopus", "-page_duration", "200000"]),
        ("opus.webm", ["-c:a", "libopus", "-cluster_time_limit", "200"]),
        ("a.ogg", ["-c:a", "libvorbis", "-f", "ogg", "-page_duration", "200000"]),
        ("vorbis.webm", ["-c:a", "libvorbis", "-cluster_time_limit", "200"]),
        ("a.mp3", ["-c:a", "libmp3lame", "-b:a", "64k"]),
        ("a.mp2", ["-c:a", "mp2", "-b:a", "64k"]), ("a.aac", ["-c:a", "aac", "-b:a", "48k", "-aac_pns", "0"]),
        ("a.m4a", ["-c:a", "aac", "-b:a", "48k", "-aac_pns", "0"]), ("alac.m4a", ["-c:a", "alac"]),
        ("pcm.mov", ["-c:a", "pcm_s16le"]), ("a.aiff", []), ("a.caf", ["-c:a", "pcm_s16le"]), ("a.w64", []),
        ("a.au", []),
        ("rf64.wav", ["-rf64", "always"]), ("mulaw.wav", ["-c:a", "pcm_mulaw"]),
        ("adpcm.wav", ["-c:a", "adpcm_ima_wav"]),
        ("float.wav", ["-c:a", "pcm_f32le"]),
    ]

    /// Makes them in the empty folder `folder`.
    init(in folder: URL) throws {
        let sound = "anoisesrc=d=0.8:r=16000:seed=3:a=0.3"
        var made = try Self.coded.map { name, options in
            let file = folder.appending(path: name)
            let input = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", sound, "-fflags", "+bitexact"]
            _ = try runChecked(input + options + [file.path])
            return Template(name: name, bytes: Array(try Data(contentsOf: file)))
        }
        var wave = WaveBuilder()
        wave.addFormat(channels: 2)
        wave.add(
            "bext",
            [UInt8](repeating: 32, count: 320) + Array("2024-05-0106:00:00".utf8) + [UInt8](repeating: 0, count: 264))
        wave.add("data", (0..<24_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) })
        wave.add(
            "guan", Array("GUANO|Version: 1.0\nTimestamp: 2024-05-01T06:00:00+02:00\nLoc Position: 52.1 13.2\n".utf8))
        wave.add("LIST", Array("INFOICMT".utf8) + [6, 0, 0, 0] + Array("chirp\0".utf8))
        wave.add("iXML", Array("<BWFXML><PROJECT>a</PROJECT></BWFXML>".utf8))
        made.append(Template(name: "metadata.wav", bytes: wave.bytes))
        let flac = TestFiles.fixtures.appending(path: "coded/mono16.flac")
        made.append(Template(name: "libflac.flac", bytes: Array(try Data(contentsOf: flac))))
        all = made
    }
}
