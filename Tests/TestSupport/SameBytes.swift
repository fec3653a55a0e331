import Glibc

extension [UInt8] {
    /// Whether the bytes in `range` are `part`. Without optimization, the standard library's comparison takes a hundred times as long.
    public func has(_ part: [UInt8], in range: Range<UInt64>) -> Bool {
        guard let start = Int(exactly: range.lowerBound), let end = Int(exactly: range.upperBound), end <= count,
            part.count == end - start
        else { return false }
        return withUnsafeBytes { whole in
            part.withUnsafeBytes { part in
                guard let left = whole.baseAddress, let right = part.baseAddress else { return true }
                return memcmp(left + start, right, part.count) == 0
            }
        }
    }
}
