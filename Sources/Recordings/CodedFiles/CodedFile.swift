public import Support

/// The coded stream of a recording as a file that players know: a head, which has its tags, and a body, which has the stream. It is not
/// decoded. Safe to use from any thread.
protocol CodedFile: Sendable {
    /// What its size follows from.
    var outline: CodedFileOutline { get }
    /// The bytes of the head.
    func head(_ tags: RecordingTags) throws -> [UInt8]
    /// How many bytes the body has, whatever the tags.
    func bodyByteCount() throws -> UInt64
    /// The bytes `range` of the body, within which they lie, in order. Nothing but numbers and checksums in it may depend on the tags.
    func body(_ range: Range<UInt64>, _ tags: RecordingTags) throws -> [BlockSlice]
    /// Has the store send what the bytes `range` of the body are made of; nil if it is on this machine.
    func fetchAhead(_ range: Range<UInt64>) throws -> FetchedBytes?
}

/// Reads the coded file of a recording.
public protocol CodedFileReading: Sendable {
    /// The bytes before the stream, which have `tags`.
    func codedHead(_ tags: RecordingTags) throws(RecordingError) -> [UInt8]
    /// How many bytes follow them.
    func codedBodyByteCount() throws(RecordingError) -> UInt64
    /// The bytes `range` of those that follow, within which they lie: the same at each call.
    func codedBody(_ range: Range<UInt64>, _ tags: RecordingTags) throws(RecordingError) -> [BlockSlice]
    /// Has the store send what the bytes `range` of those that follow, within which they lie, are made of. Returns when it has come; nil if
    /// the store is on this machine.
    func fetchAhead(ofCodedBody range: Range<UInt64>) throws(RecordingError) -> FetchedBytes?
}

/// What follows the head of a coded file, for somebody who reads it from front to back.
public struct CodedBody: ReadAheadSource {
    private let file: any CodedFileReading

    /// What follows the head of `file`.
    public init(of file: any CodedFileReading) {
        self.file = file
    }

    /// As for every source.
    public func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
        try file.fetchAhead(ofCodedBody: range)
    }
}

/// A coded file of a recording that is open.
struct OpenedCodedFile: CodedFileReading {
    let file: any CodedFile
    /// The recording's path.
    let path: String

    func codedHead(_ tags: RecordingTags) throws(RecordingError) -> [UInt8] {
        try reading { try file.head(tags) }
    }

    func codedBodyByteCount() throws(RecordingError) -> UInt64 {
        try reading { try file.bodyByteCount() }
    }

    func codedBody(_ range: Range<UInt64>, _ tags: RecordingTags) throws(RecordingError) -> [BlockSlice] {
        try reading { try file.body(range, tags) }
    }

    func fetchAhead(ofCodedBody range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
        try reading { try file.fetchAhead(range) }
    }

    private func reading<T>(_ body: () throws -> T) throws(RecordingError) -> T {
        do {
            return try body()
        } catch {
            throw RecordingError("its coded stream cannot be read", recording: path, cause: error)
        }
    }
}
