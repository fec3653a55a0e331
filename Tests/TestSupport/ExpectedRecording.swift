import Foundation

/// The expected result of decoding a recording of the shared stores, from their `expected.json`.
public struct ExpectedRecording: Sendable {
    /// The store's folder name.
    public let store: String
    /// The recording's path in it, without a leading slash.
    public let path: String
    /// The source file's name.
    public let file: String
    /// `flac`, `aac` or `opus`.
    public let codec: String
    /// Bits of a sample.
    public let bits: Int
    /// Bytes of all samples; 0 if the recording cannot be decoded.
    public let pcmByteCount: Int
    /// The SHA-256 of all samples; nil if the recording cannot be decoded.
    public let pcmSHA256: String?
    /// The number of channels; nil if the recording cannot be decoded.
    public let channels: Int?
    /// The sample rate of the WAV; nil if the recording cannot be decoded.
    public let waveRate: UInt32?

    /// All of them; empty if there is no shared material.
    public static let all: [ExpectedRecording] = {
        guard let directory = SharedMaterial.directory,
            let data = try? Data(contentsOf: directory.appending(path: "stores/expected.json")),
            let stores = try? JSONDecoder().decode([String: [String: Entry]].self, from: data)
        else { return [] }
        return stores.flatMap { store, recordings in
            recordings.map { path, entry in
                ExpectedRecording(
                    store: store, path: String(path.drop { $0 == "/" }), file: entry.file, codec: entry.codec,
                    bits: entry.bits, pcmByteCount: entry.pcm_bytes, pcmSHA256: entry.pcm_sha256,
                    channels: entry.channels, waveRate: entry.wav_rate)
            }
        }
        .sorted { ($0.store, $0.path) < ($1.store, $1.path) }
    }()

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Entry: Decodable {
        let file: String
        let codec: String
        let bits: Int
        let pcm_bytes: Int
        let pcm_sha256: String?
        let channels: Int?
        let wav_rate: UInt32?
    }
}
