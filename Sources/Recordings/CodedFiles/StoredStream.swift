import Support
import Zarr

/// The coded stream of a recording as it is stored: a file without a head.
struct StoredStream: CodedFile {
    let outline: CodedFileOutline
    private let audio: StoredAudio
    private let opened = SingleFlight<CodedBlob>()

    /// The stream in `audio`, in which there may be tags if it `hasTags`. It is that of the source file if it has `sourceByteCount` bytes.
    init(_ audio: StoredAudio, hasTags: Bool, sourceByteCount: UInt64?) {
        self.audio = audio
        let byteCount = audio.array.shape.first ?? 0
        let form: CodedFileOutline.Form = byteCount == sourceByteCount ? .source : hasTags ? .stream : .frames
        outline = CodedFileOutline(form: form, byteCount: byteCount)
    }

    func head(_ tags: RecordingTags) -> [UInt8] { [] }

    func bodyByteCount() -> UInt64 { outline.byteCount }

    func body(_ range: Range<UInt64>, _ tags: RecordingTags) throws -> [BlockSlice] {
        [BlockSlice(try blob().block(range))]
    }

    func fetchAhead(_ range: Range<UInt64>) throws -> FetchedBytes? { try blob().fetchAhead(bytesOf: [range]) }

    private func blob() throws -> CodedBlob { try opened.get { try audio.blob() } }
}

extension CodedBlob {
    /// The bytes of `range`, which lies within the blob and which the caller has bounded.
    func block(_ range: Range<UInt64>) throws -> Block {
        try withBytes(range) { Block($0) }
    }
}
