import Glibc

/// Many rows of bytes, end to end in one piece of memory: an array of arrays without an object for each of them.
public struct ByteRows: Sendable {
    private var bytes: [UInt8] = []
    /// Where each row ends in `bytes`.
    private var ends: [Int] = []

    /// No rows.
    public init() {}

    /// How many rows there are.
    public var count: Int { ends.count }

    /// The row at `index`, which must be one of `0..<count`.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(of: index)] }

    /// The row at `index` as text; what is no UTF-8 is replaced.
    public func text(at index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

    /// Adds `row` after the last one.
    public mutating func append(_ row: [UInt8]) {
        bytes.append(contentsOf: row)
        ends.append(bytes.count)
    }

    /// Adds `row` after the last one.
    public mutating func append(_ row: ArraySlice<UInt8>) {
        bytes.append(contentsOf: row)
        ends.append(bytes.count)
    }

    /// Adds the UTF-8 of `text` after the last row.
    public mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }

    /// Gives back the memory that was reserved for further rows.
    public mutating func trim() {
        bytes = bytes.withUnsafeBufferPointer { Array($0) }
        ends = ends.withUnsafeBufferPointer { Array($0) }
    }

    /// Below zero, zero, or above, if the row at `left` comes before the one at `right` in the order of bytes, equals it, or comes
    /// after it.
    public func compare(_ left: Int, with right: Int) -> Int {
        bytes.withUnsafeBytes { bytes in
            Self.compare(
                UnsafeRawBufferPointer(rebasing: bytes[range(of: left)]),
                UnsafeRawBufferPointer(rebasing: bytes[range(of: right)]))
        }
    }

    /// Below zero, zero, or above, if the row at `index` comes before `row` in the order of bytes, equals it, or comes after it.
    public func compare(_ index: Int, with row: [UInt8]) -> Int {
        bytes.withUnsafeBytes { bytes in
            row.withUnsafeBytes { Self.compare(UnsafeRawBufferPointer(rebasing: bytes[range(of: index)]), $0) }
        }
    }

    /// How many of the rows, which must be in the order of their bytes, come before `row`.
    public func lowerBound(of row: [UInt8]) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if compare(middle, with: row) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func range(of index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }

    private static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        if let first = left.baseAddress, let second = right.baseAddress {
            let order = memcmp(first, second, min(left.count, right.count))
            if order != 0 { return Int(order) }
        }
        return left.count - right.count
    }
}
