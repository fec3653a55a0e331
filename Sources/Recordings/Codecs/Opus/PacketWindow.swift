/// The bytes of a blob that are read for packets which follow each other: many of them at once.
struct PacketWindow {
    private static let byteCount: UInt64 = 1 << 20

    let blob: CodedBlob
    /// The blob with the window held in memory.
    private var held: CodedBlob?
    /// The end of the last window that could not be read as a whole.
    private var unreadableEnd: UInt64 = 0
    /// Where the last packet ends. What does not follow it is read by itself: an index may jump about with each row.
    private var position: UInt64 = 0
    private let reading: ReadingThrough?

    /// A window on `blob`, at its start.
    init(of blob: CodedBlob) {
        self.blob = blob
        reading = ReadingThrough(blob, 0..<blob.byteCount)
    }

    /// The blob, with `bytes`, which lie within it, held in memory if they are few and can be read together with what follows them.
    mutating func holding(_ bytes: Range<UInt64>) -> CodedBlob {
        let isNext = bytes.lowerBound == position
        position = bytes.upperBound
        if let held, held.holds(bytes) { return held }
        guard isNext, bytes.lowerBound >= unreadableEnd, bytes.upperBound - bytes.lowerBound <= Self.byteCount else {
            return blob
        }
        let end = bytes.lowerBound + min(Self.byteCount, blob.byteCount - bytes.lowerBound)
        reading?.willRead(bytes.lowerBound..<end)
        held = try? blob.fetching(bytes.lowerBound..<end)
        if held == nil { unreadableEnd = end }
        return held ?? blob
    }
}
