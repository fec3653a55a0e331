import Recordings
import WaveFile

extension SourceFile {
    /// The file, for reading it as WAV.
    var waveBytes: WaveBytes {
        WaveBytes(byteCount: byteCount) { [self] range in try bytes(range) }
    }
}
