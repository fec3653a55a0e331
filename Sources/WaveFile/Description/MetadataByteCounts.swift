import Support

/// How many bytes the metadata chunks of a recording's WAV file have, for every `MetadataSelection`.
///
/// A part of a recording, and one whose rate is divided, have chunks of the same size as the whole, so that the size of each of these
/// files is known without the texts.
public struct MetadataByteCounts: Sendable, Equatable {
    /// Bytes of each kind of chunk, headers and padding included, in the order of `MetadataSelection.kinds`; all of them are even.
    public private(set) var kinds: SIMD8<UInt32>
    /// The same, without what says where the recording was made.
    public private(set) var kindsWithoutLocation: SIMD8<UInt32>

    /// Those of a file without metadata.
    public static let none = MetadataByteCounts(kinds: .zero, kindsWithoutLocation: .zero)

    /// Counts as above.
    public init(kinds: SIMD8<UInt32>, kindsWithoutLocation: SIMD8<UInt32>) {
        self.kinds = kinds
        self.kindsWithoutLocation = kindsWithoutLocation
    }

    /// The counts of a file that has no more than `selection`, whatever is selected of that.
    public func limited(to selection: MetadataSelection) -> MetadataByteCounts {
        var counts = self
        if !selection.contains(.location) { counts.kinds = kindsWithoutLocation }
        for (index, kind) in MetadataSelection.kinds.enumerated() where !selection.contains(kind.kind) {
            counts.kinds[index] = 0
            counts.kindsWithoutLocation[index] = 0
        }
        return counts
    }

    /// The bytes of all chunks.
    public var total: UInt64 { MetadataSelection.kinds.indices.reduce(0) { $0 + UInt64(kinds[$1]) } }

    /// The bytes of all chunks of `selection`.
    public func total(_ selection: MetadataSelection) -> UInt64 { limited(to: selection).total }
}
