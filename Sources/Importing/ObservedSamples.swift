import AudioCoding
import Recordings
import Support

/// The samples of a source, which are counted, and hashed if their hash is wanted, as they pass.
final class ObservedSamples: SampleSource {
    let form: SampleForm
    /// Samples of one channel so far.
    private(set) var sampleCount: UInt64 = 0
    private let source: any SampleSource
    private let digest: MessageDigest?
    private let progress: (UInt64) -> Void

    /// The samples of `source`, hashed if `hashes`. `progress` is called with the samples of one channel that have passed since the
    /// last call.
    init(_ source: any SampleSource, hashes: Bool, progress: @escaping (UInt64) -> Void) throws {
        self.source = source
        self.progress = progress
        form = source.form
        digest = hashes ? try .sha256() : nil
    }

    func next() throws -> SampleBuffer? {
        guard let samples = try source.next() else { return nil }
        sampleCount += UInt64(samples.sampleCount)
        digest?.update(samples.bytes)
        progress(UInt64(samples.sampleCount))
        return samples
    }

    /// The SHA-256 of all samples, once they have passed; empty if they are not hashed.
    func sha256() -> [UInt8] {
        digest?.finish() ?? []
    }
}
