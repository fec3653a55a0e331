/// Bytes that somebody may read from front to back, for whom something can be done ahead. Ranges are half-open and lie within the bytes.
public protocol ReadAheadSource: Sendable {
    /// How many requests the store takes at once, if it is on another machine; nil if it is on this one.
    var requestsAtOnce: Int? { get }

    /// Decodes the bytes of `range`, so that they are in a cache when a reader asks for them.
    func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError)

    /// The bytes around byte `byte`, from where to where one thread decodes in less time than several would, each a part; nil if that is so
    /// nowhere.
    func stretch(containing byte: UInt64) -> Range<UInt64>?

    /// Tells the store, if it is on this machine, that what the bytes of `range` are made of is read soon.
    func expect(bytes range: Range<UInt64>)

    /// Has the store send what the bytes of `range` are made of, so that no round trip to another machine is needed when they are read.
    /// Returns when it has come; nil if the store is on this machine.
    func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedBytes?
}

extension ReadAheadSource {
    /// The store is on this machine.
    public var requestsAtOnce: Int? { nil }

    /// Nothing is decoded.
    public func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError) {}

    /// Any part is decoded in as little time by itself.
    public func stretch(containing byte: UInt64) -> Range<UInt64>? { nil }

    /// Nothing is read in advance.
    public func expect(bytes range: Range<UInt64>) {}

    /// Nothing is on another machine.
    public func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? { nil }
}
