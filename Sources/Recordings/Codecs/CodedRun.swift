import Support

/// Decode units that follow each other, whose coded bytes are read together as far as they lie together: a store may take long
/// to answer, however little it is asked for.
///
/// This saves reads and changes nothing else: each unit is decoded from the bytes that it would be decoded from alone.
struct CodedRun {
    /// Bytes that are read at once and held, at most.
    private static let byteCountLimit: UInt64 = 1 << 20
    /// Bytes between units that are read with them rather than skipped: the headers of Ogg pages, tags.
    private static let gapByteCountLimit: UInt64 = 4 << 10

    private let blob: CodedBlob
    private let units: ArraySlice<DecodeUnit>
    /// Where the bytes of each unit are thought to be; nil if that is not known.
    private let extents: [Range<UInt64>?]
    /// The blob with bytes of some units in memory.
    private var holding: CodedBlob?
    /// The position of the last unit that was asked for.
    private var last = 0

    /// A run of `units`, which are in order, whose bytes are in `blob`: those of each at the extent in the same position.
    init(_ units: ArraySlice<DecodeUnit>, in blob: CodedBlob, extents: [Range<UInt64>?]) {
        self.units = units
        self.blob = blob
        self.extents = extents
    }

    /// Has the store fetch the bytes of all units, as far as it is known where they are; nil if it has no round trips to save.
    func fetchAhead() -> FetchedBytes? { blob.fetchAhead(bytesOf: ranges) }

    /// Tells the store that the bytes of all units are read soon, as far as it is known where they are.
    func expect() {
        // What is not read at once is not read soon.
        blob.expect(bytesOf: ranges.filter { $0.upperBound - $0.lowerBound <= Self.byteCountLimit })
    }

    /// The bytes of all units, those together that lie together.
    private var ranges: [Range<UInt64>] {
        var ranges: [Range<UInt64>] = []
        for extent in extents {
            guard let extent else { continue }
            if let last = ranges.last, last.lowerBound <= extent.lowerBound,
                extent.lowerBound <= last.upperBound.adding(Self.gapByteCountLimit) ?? .max
            {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, extent.upperBound)
            } else {
                ranges.append(extent)
            }
        }
        return ranges
    }

    /// The position of `unit` among the units; nil if it is not one of them, or one before the last that was asked for.
    mutating func position(of unit: DecodeUnit) -> Int? {
        guard let index = units.dropFirst(last).firstIndex(where: { $0.number == unit.number }) else { return nil }
        last = index - units.startIndex
        return last
    }

    /// The blob to decode the unit at `position` from: it holds the bytes of that unit and of as many after it as are read
    /// together. What is read from it is the same as from any other.
    mutating func blob(at position: Int) -> CodedBlob {
        guard let extent = extents[position], extent.upperBound - extent.lowerBound <= Self.byteCountLimit else {
            return blob
        }
        if let holding, holding.holds(extent) { return holding }
        var end = extent.upperBound
        for next in extents.dropFirst(position + 1) {
            guard let next, next.lowerBound <= end + Self.gapByteCountLimit, next.upperBound >= end,
                next.upperBound - extent.lowerBound <= Self.byteCountLimit
            else { break }
            end = next.upperBound
        }
        holding = try? blob.fetching(extent.lowerBound..<end)
        // If some bytes cannot be read, only the units that need them are lost.
        return holding ?? blob
    }
}
