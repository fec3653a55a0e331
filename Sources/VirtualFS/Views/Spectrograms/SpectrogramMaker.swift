import Recordings
import Spectrogram
import Support

/// Makes the pictures of a volume, one at a time, since each is made on all processors.
final class SpectrogramMaker: Sendable {
    private let options = SpectrogramOptions()
    private let turnstile = Turnstile()
    /// Keeps pictures of recordings that are in no store.
    let cache = BlockCache(budget: 16 << 20)

    /// Bytes of every picture.
    var byteCount: UInt64 { UInt64(SpectrogramPicture.byteCount(options)) }

    /// The picture of `recording`. Throws if a part that it shows cannot be read: it may be readable later, and a picture never changes.
    func picture(of recording: Recording) throws(RecordingError) -> Block {
        let made = try turnstile.pass { () throws(RecordingError) in
            let drawn = try SpectrogramPicture(of: recording, options: options).draw()
            if let problem = drawn.problems.first { throw problem }
            return Block(drawn.png)
        }
        guard let made else {
            throw RecordingError("its picture is not made", recording: recording.path, cause: Cancelled())
        }
        return made
    }
}
