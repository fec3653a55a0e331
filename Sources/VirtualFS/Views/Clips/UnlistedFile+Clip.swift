import Recordings
import WaveFile

extension UnlistedFile {
    /// The clip called `name` of a recording that `directory` has: a range of it as a file of its own. Nil if there is no such thing.
    init?(clip name: [UInt8], in directory: any Directory) throws(VirtualFSError) {
        guard let clip = ClipName(name), let place = directory.place(of: clip.file),
            case .file(let file as any ClippableFile) = directory.child(at: place)
        else { return nil }
        let facts = try file.contents.fileFacts(of: file.number)
        guard let samples = clip.samples(of: facts.sampleCount, rate: facts.format.sampleRate) else { return nil }
        identity = .clip(of: directory.identity(at: place), samples: samples)
        self.file = ExcerptFile(
            of: file.contents, file.number, samples: samples, expansion: file.expansion, caching: .unlisted)
    }
}
