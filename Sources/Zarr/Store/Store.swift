public import Support

/// Where a Zarr hierarchy is kept: values under keys, each read as a whole or in part.
///
/// Keys are paths such as `pond/0/zarr.json`, without a leading slash. A conformer is called from any thread, by several
/// at once. What changes in a store while it is open may or may not be seen.
public protocol Store: Sendable {
    /// Reads `part` of the value under `key` into memory that the caller supplies; nil if there is no such key.
    ///
    /// `memory` is called once the number of bytes is known, and returns a buffer of exactly that many, which the store fills, or an empty
    /// buffer if there is no memory: then nothing is read. It is not called if there is no value or if the part cannot be read; if reading
    /// fails later, what the buffer holds is undefined. The result says how large the whole value is, whichever part was asked for.
    ///
    /// Throws `cutShort` if a range reaches beyond the end of the value, and `tooLarge` if the whole value has more
    /// bytes than the caller allows. An empty range reads nothing, and the result shows whether there is a value.
    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo?

    /// Reads several parts as above, at once if that is faster, and returns the results in the order of `requests`. `memory` is called with
    /// the number of the request, too.
    func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>]

    /// The names, sorted, of what lies directly below `prefix` (empty: the root) and can itself hold keys. Empty if there is
    /// no such prefix.
    func children(of prefix: String) throws(StoreError) -> [String]

    /// What is known of the value under `key`, or of the folder of that name, without reading it; nil if there is neither.
    ///
    /// A store that cannot know this without reading returns a status in which nothing is known, never nil.
    func status(of key: String) throws(StoreError) -> KeyStatus?

    /// All values below `prefix`, which is not empty, in the order of their keys' bytes; none if there is no such prefix.
    ///
    /// A store that cannot be listed names what may be there, and knows no sizes.
    func values(below prefix: String) throws(StoreError) -> [ListedValue]

    /// The names, sorted, of the values directly below `prefix` (empty: the root), and of what else is there and cannot hold keys. None if the
    /// store cannot be listed.
    func looseValues(in prefix: String) throws(StoreError) -> [String]

    /// Reads `value`, as `values(below:)` has listed it, from its first byte to its last, and calls `body` with pieces of it, one after the
    /// other, all of which but the last have `pieceByteCount` bytes, which is not zero; not at all if it is empty. Nil if there is no such value.
    ///
    /// All bytes are of one version. Throws what `body` throws, and `changed` if the value changes meanwhile or has another size than listed:
    /// then `body` may have been called.
    func read(
        _ value: ListedValue, inPiecesOf pieceByteCount: Int,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) -> ValueInfo?

    /// Bytes of all values below `prefix` (empty: the root), as the store keeps them; 0 if there are none.
    func byteCount(below prefix: String) throws(StoreError) -> UInt64

    /// A watch over folders of the store, which notices what changes in them; nil if the store cannot know that.
    func watch() throws(StoreError) -> (any StoreWatch)?

    /// Whether `children` knows what is in a folder now. If not, it may throw, or have the names of an earlier time.
    var listsFolders: Bool { get }

    /// How many requests it answers at once, if each takes a round trip to another machine; nil if it takes none.
    var requestsAtOnce: Int? { get }

    /// Reads what `requests` name, at once, and keeps it for later requests as long as the result lives; nil, and nothing is read, if that
    /// saves nothing. What cannot be read is left to whoever needs it.
    func fetch(_ requests: [ValueRequest]) -> FetchedParts?

    /// Says what will be read soon, so that a disk can begin to read it. Nothing waits for that, and no result depends on it.
    func expect(_ requests: [ValueRequest])

    /// Keeps no bytes of the value under `key` any more, since some of them turned out to be damaged, perhaps on their way.
    func distrust(_ key: String)

    /// Whether somebody is writing a node to `place`, or has left what he wrote there, and its document is not there yet: it is no node.
    func isBeingWritten(_ place: String) -> Bool

    /// Keeps nothing open any more, since something that was read turned out not to be what is there now.
    func forget()
}

extension Store {
    /// One after the other.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        requests.enumerated().map { number, request in
            Result { () throws(StoreError) in try get(request.key, request.part) { memory(number, $0) } }
        }
    }

    /// It does.
    public var listsFolders: Bool { true }

    /// Requests are answered here.
    public var requestsAtOnce: Int? { nil }

    /// Nothing is fetched.
    public func fetch(_ requests: [ValueRequest]) -> FetchedParts? { nil }

    /// Nothing is done before it is asked for.
    public func expect(_ requests: [ValueRequest]) {}

    /// No bytes are kept.
    public func distrust(_ key: String) {}

    /// Nodes are written elsewhere.
    public func isBeingWritten(_ place: String) -> Bool { false }

    /// Nothing is kept open.
    public func forget() {}

    /// Nobody knows.
    public func watch() throws(StoreError) -> (any StoreWatch)? { nil }
}

/// What a store says of a value when it reads it.
public struct ValueInfo: Sendable, Equatable {
    /// Bytes of the whole value.
    public let size: UInt64
    /// Changes whenever the value is written or replaced; nil if the store knows no such number. The bytes that were read
    /// are of this version or of a later one.
    public let version: UInt64?
    /// When that version was written, in nanoseconds since 1970 by the clock of whatever keeps the store; nil if that is not known.
    public let changed: Int64?

    /// A value of `size` bytes.
    public init(size: UInt64, version: UInt64?, changed: Int64? = nil) {
        self.size = size
        self.version = version
        self.changed = changed
    }
}

/// What a store knows of a value or a folder without reading it.
public struct KeyStatus: Sendable, Equatable {
    /// When it was last written; nil if that is not known.
    public let modified: Timestamp?
    /// Changes whenever the value is written or replaced, or anything in the folder is added, removed or renamed; nil if the
    /// store knows no such number.
    public let version: UInt64?

    /// A status of what is known.
    public init(modified: Timestamp?, version: UInt64?) {
        self.modified = modified
        self.version = version
    }
}
