import Recordings
import WaveFile

extension SourceFile {
    /// The file as WAV readers take it.
    var waveBytes: WaveBytes {
        WaveBytes(byteCount: byteCount) { [self] range in try bytes(range) }
    }
}
