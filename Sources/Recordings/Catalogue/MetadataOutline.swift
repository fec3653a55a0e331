import Support
public import WaveFile

/// What is known of the metadata in a recording's WAV file before its texts are read.
public struct MetadataOutline: Sendable, Equatable {
    /// How many bytes it has.
    public var byteCounts: MetadataByteCounts
    /// A hash of all of it: other texts are another file.
    let fingerprint: UInt32

    /// The outline of no metadata.
    public static let none = MetadataOutline(byteCounts: .none, fingerprint: 0)

    init(byteCounts: MetadataByteCounts, fingerprint: UInt32) {
        self.byteCounts = byteCounts
        self.fingerprint = fingerprint
    }

    /// The outline of what `description` says of a whole recording.
    init(_ description: WaveDescription) {
        let (chunks, byteCounts) = description.chunksAndByteCounts
        self.byteCounts = byteCounts
        var hash = FNV1a()
        for byte in chunks { hash.add(byte) }
        fingerprint = UInt32(truncatingIfNeeded: hash.value ^ hash.value >> 32)
    }

    /// The outline of a file that shows no more than `selection`.
    func limited(to selection: MetadataSelection) -> MetadataOutline {
        MetadataOutline(byteCounts: byteCounts.limited(to: selection), fingerprint: fingerprint)
    }
}

extension MetadataOutline: StoredFact {
    static let parts = FactPart.integers(
        MetadataSelection.kindNames + MetadataSelection.kindNames.map { "\($0)_without_location" } + ["fingerprint"])

    func write(to writer: inout some FactWriter) {
        for index in 0..<Self.kindCount { writer.add(UInt64(byteCounts.kinds[index])) }
        for index in 0..<Self.kindCount { writer.add(UInt64(byteCounts.kindsWithoutLocation[index])) }
        writer.add(UInt64(fingerprint))
    }

    init?(from reader: inout some FactReader) {
        func counts() -> SIMD8<UInt32>? {
            var counts = SIMD8<UInt32>.zero
            for index in 0..<Self.kindCount {
                guard let count = reader.unsigned().flatMap({ UInt32(exactly: $0) }), count % 2 == 0 else { return nil }
                counts[index] = count
            }
            return counts
        }
        guard let kinds = counts(), let kindsWithoutLocation = counts(),
            let fingerprint = reader.unsigned().flatMap({ UInt32(exactly: $0) })
        else { return nil }
        self.init(
            byteCounts: MetadataByteCounts(kinds: kinds, kindsWithoutLocation: kindsWithoutLocation),
            fingerprint: fingerprint)
    }

    private static let kindCount = MetadataSelection.kindNames.count
}
