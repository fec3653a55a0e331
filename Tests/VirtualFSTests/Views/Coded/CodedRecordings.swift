import Support
import SyntheticRecordings

@testable import Recordings

/// A coded file that is computed: a head of so many bytes, and a body of `bytes`.
struct SyntheticCodedFile: CodedFileReading {
    var head: [UInt8] = []
    let bytes: [UInt8]
    /// Is called with the parts of the body that a store on another machine is asked for ahead.
    var onFetch: @Sendable (Range<UInt64>) -> Void = { _ in }

    func codedHead(_ tags: RecordingTags) throws(RecordingError) -> [UInt8] { head }
    func codedBodyByteCount() throws(RecordingError) -> UInt64 { UInt64(bytes.count) }
    func codedBody(_ range: Range<UInt64>, _ tags: RecordingTags) throws(RecordingError) -> [BlockSlice] {
        [BlockSlice(Block(Array(bytes.dropFirst(Int(range.lowerBound)).prefix(range.count))))]
    }
    func fetchAhead(ofCodedBody range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
        onFetch(range)
        return FetchedBytes(parts: [], byteCount: range.count)
    }
}

extension Recording {
    /// A recording without a store whose coded file has `bytes`, behind a `head` if its form has one.
    static func coded(
        _ path: String, source: String, codec: AudioCodec = .flac, form: CodedFileOutline.Form = .stream,
        head: [UInt8] = [], bytes: [UInt8], start: Timestamp? = nil, sum: String? = nil
    ) -> Recording {
        let plain = Recording.synthetic(path, source: source, start: start, sum: sum)
        var facts = plain.facts
        facts.codec = codec
        facts.codedFile = CodedFileOutline(form: form, byteCount: UInt64(bytes.count))
        return Recording(
            facts, samples: plain.samples, codedFile: SyntheticCodedFile(head: head, bytes: bytes))
    }

    /// The same recording, whose WAV file is its source.
    var restoringSource: Recording {
        var facts = facts
        facts.envelopeSize = EnvelopeSize(headByteCount: 44, tailByteCount: 0)
        return Recording(facts, samples: samples, codedFile: codedFile)
    }
}
