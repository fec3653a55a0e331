import Support

/// How many bytes the metadata chunks of a recording's WAV file have, for every `MetadataSelection`.
///
/// A part of a recording, and one whose rate is divided, have chunks of the same size as the whole, so that the size of each of these
/// files is known without the texts.
public struct MetadataByteCounts: Sendable, Equatable {
    /// Bytes of each kind of chunk, headers and padding included, in the order of `MetadataSelection.kinds`.
    public let kinds: [UInt32]
    /// The same, without what says where the recording was made.
    public let kindsWithoutLocation: [UInt32]

    /// Those of a file without metadata.
    public static let none = MetadataByteCounts(kinds: [0, 0, 0, 0], kindsWithoutLocation: [0, 0, 0, 0])

    /// Counts as above: one of each kind of chunk, even, as all chunks are.
    public init(kinds: [UInt32], kindsWithoutLocation: [UInt32]) {
        self.kinds = kinds
        self.kindsWithoutLocation = kindsWithoutLocation
    }

    /// The bytes of all chunks of `selection`.
    public func total(_ selection: MetadataSelection) -> UInt64 {
        let counts = selection.contains(.location) ? kinds : kindsWithoutLocation
        return zip(MetadataSelection.kinds, counts).reduce(0) { total, kind in
            selection.contains(kind.0.kind) ? total + UInt64(kind.1) : total
        }
    }
}
