import AudioCoding
import Support
import Zarr

/// Finds the frames of a stream: by its stored index, each row of which is checked before it is used, else by a table
/// that is built once from the stream.
final class FrameFinder<Format: FrameFormat>: Sendable {
    let blob: CodedBlob
    let format: Format

    private let path: String
    private let log: Log
    private let openIndex: @Sendable () -> StoredFrameIndex?
    private let openedIndex = SingleFlight<StoredFrameIndex?>()
    private let derived: DerivedData.Opener
    private let builtTable = SingleFlight<FrameTable>()

    /// A finder of the frames in `blob`, which is that of `audio`. Nothing is read yet.
    init(_ format: Format, in blob: CodedBlob, of audio: StoredAudio, _ services: StreamServices) {
        self.blob = blob
        self.format = format
        path = audio.path
        log = services.log
        openIndex = { audio.index(Format.indexName, of: FrameIndexRow.self) }
        derived = services.derivedData(of: blob, path: audio.path)
    }

    /// The index that the store has, opened when it is first needed; nil if there is none, or none that can be read.
    var index: StoredFrameIndex? { openedIndex.get(make: openIndex) }

    /// The bytes of the frame that `row` claims; nil if no frame of the stream can have them.
    func bytes(of row: FrameIndexRow) -> Range<UInt64>? {
        guard let bytes = row.bytes(within: blob.byteCount), bytes.lowerBound >= format.firstFrameOffset,
            bytes.count <= format.frameByteCountLimit
        else { return nil }
        return bytes
    }

    /// All frames, found in the stream itself, or found so before.
    func table() throws -> FrameTable {
        try builtTable.get {
            try FrameTable.known(to: derived()) {
                let fault = index == nil ? "missing" : "wrong"
                log.say(.info, "/\(path): its \(Format.indexName) is \(fault); built anew from the stream, in memory")
                return try FrameTable(of: blob, format)
            }
        }
    }
}
