public import Support

extension BlockCache {
    /// The number of bytes kept or reserved now.
    public var byteCount: Int {
        let statistics = statistics
        return BlockKind.allCases.reduce(statistics.reservedByteCount) { $0 + statistics[$1].byteCount }
    }
}
