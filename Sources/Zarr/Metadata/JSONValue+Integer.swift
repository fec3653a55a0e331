extension JSONValue {
    /// A whole number, as near as 64 bits come to it.
    public init(_ integer: some BinaryInteger) {
        self = Int64(exactly: integer).map { .integer($0) } ?? .unsigned(UInt64(clamping: integer))
    }
}
