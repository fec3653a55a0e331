import Support

@testable import Zarr

extension ZarrArray {
    /// The array at the root of `store`.
    static func root(of store: any Store, cacheBudget: Int = 1 << 20) throws -> ZarrArray {
        try open(store, path: "", cache: BlockCache(budget: cacheBudget))
    }

    /// All elements.
    func readAll() throws -> [UInt8] {
        try read(start: shape.map { _ in 0 }, count: shape)
    }

    /// A region, read into a buffer whose every byte was something else.
    func read(start: [UInt64], count: [UInt64]) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xA5, count: Int(count.reduce(UInt64(dataType.itemSize), *)))
        try bytes.withUnsafeMutableBytes { try read(start: start, count: count, into: $0) }
        return bytes
    }

    /// A range of bytes.
    func read(bytes range: Range<UInt64>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xA5, count: range.count)
        try bytes.withUnsafeMutableBytes { try read(bytes: range, into: $0) }
        return bytes
    }
}

/// The region of the C-ordered array `whole` of `shape`, copied element by element.
func region(of whole: [UInt8], shape: [UInt64], itemSize: Int, start: [UInt64], count: [UInt64]) -> [UInt8] {
    var offsets = [0]
    for axis in shape.indices {
        offsets = offsets.flatMap { offset in
            (start[axis]..<start[axis] + count[axis]).map { offset * Int(shape[axis]) + Int($0) }
        }
    }
    return offsets.flatMap { whole[$0 * itemSize..<($0 + 1) * itemSize] }
}
