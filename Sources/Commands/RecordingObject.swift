import Recordings
import Support
import Synchronization
import WaveFile

/// One line of a listing: what `zarrwlr list` and `zarrwlr info` say of a recording.
struct RecordingSummary: Encodable, Sendable {
    let path: String
    let file: String
    let name: String
    let codec: String
    let sampleRate: UInt32
    let channels: Int
    let bits: Int
    let samples: UInt64
    let seconds: Double
    let start: String?
    let sourceSHA256: String?
    /// Bytes of the WAV file that a mount shows.
    let waveByteCount: UInt64
    /// Bytes of all that the store keeps of the recording.
    let storedByteCount: UInt64

    init(_ entry: OpenStore.Entry, storedByteCount: UInt64) {
        let recording = entry.recording
        path = recording.path
        file = entry.file
        name = recording.sourceName
        codec = recording.codec.rawValue
        sampleRate = recording.format.sampleRate
        channels = recording.format.channels
        bits = recording.format.encoding.bits
        samples = recording.sampleCount
        seconds = Double(recording.sampleCount) / Double(recording.format.sampleRate)
        start = recording.start?.description
        sourceSHA256 = recording.sourceSHA256
        waveByteCount = recording.waveByteCount ?? recording.dataByteCount
        self.storedByteCount = storedByteCount
    }

    /// Those of all recordings in `store`, in their order.
    static func all(of store: OpenStore) -> [RecordingSummary] {
        let sizes = Mutex([UInt64](repeating: 0, count: store.entries.count))
        Parallel.forEach(count: store.entries.count) { index in
            let size = store.storedByteCount(of: store.entries[index].recording)
            sizes.withLock { $0[index] = size }
        }
        return zip(store.entries, sizes.withLock { $0 }).map { RecordingSummary($0, storedByteCount: $1) }
    }

    /// The length in hours, minutes and seconds.
    var clock: String { SampleDuration(samples: samples, rate: sampleRate).clock }

    private enum CodingKeys: String, CodingKey {
        case path, file, name, codec, channels, bits, samples, seconds, start
        case sampleRate = "rate"
        case sourceSHA256 = "sha256"
        case waveByteCount = "wav_bytes"
        case storedByteCount = "stored_bytes"
    }
}
