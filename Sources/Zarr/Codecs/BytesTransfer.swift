/// How a region is read from the bytes of a C-ordered chunk: which runs of bytes it consists of, and their places in memory.
///
/// All numbers are of bytes of a chunk whose size fits `Int`, so their sums and products do, too.
struct BytesTransfer {
    private struct Axis {
        let count: Int
        /// Bytes from one step of the dimension to the next, in the chunk.
        let sourceStride: Int
        /// The same in memory.
        let stride: Int
        /// Bytes in the chunk from the first to the last that is wanted, along this dimension and the inner ones.
        let span: Int
        /// Whether they are one run both in the chunk and in memory.
        let isRun: Bool
        /// The longest gap between runs, in bytes.
        let gap: Int
    }

    /// The byte of the chunk at which the region starts.
    let start: Int
    private let axes: [Axis]
    private let itemSize: Int
    private let swapSize: Int

    /// Runs are fetched together with the gaps between them if the gaps are shorter than this: the kernel reads whole
    /// pages anyway, and another call costs more.
    private static let longestGap = 4096
    /// The most bytes that are fetched together.
    private static let longestFetch = 1 << 20

    init(_ selection: Selection, shape: [Int], itemSize: Int, swapSize: Int) {
        var start = 0
        var sourceStride = itemSize
        var inner = Axis(count: 1, sourceStride: itemSize, stride: itemSize, span: itemSize, isRun: true, gap: 0)
        var axes = [Axis](repeating: inner, count: shape.count)
        for index in shape.indices.reversed() {
            let axis = selection.axes[index]
            let gap = axis.count > 1 ? sourceStride - inner.span : 0
            inner = Axis(
                count: axis.count, sourceStride: sourceStride, stride: axis.stride,
                span: (axis.count - 1) * sourceStride + inner.span,
                isRun: inner.isRun && (axis.count == 1 || gap == 0 && axis.stride == inner.span),
                gap: max(gap, inner.gap))
            axes[index] = inner
            start += axis.start * sourceStride
            sourceStride *= shape[index]
        }
        self.start = start
        self.axes = axes
        self.itemSize = itemSize
        self.swapSize = swapSize
    }

    /// The bytes of the chunk that the region is, if they are one run both in the chunk and in memory.
    var run: Range<Int>? {
        guard let axis = axes.first else { return start..<start + itemSize }
        return axis.isRun ? start..<start + axis.span : nil
    }

    /// Copies the region from the chunk's bytes, the first of which is at `source`.
    func copy(from source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer) {
        copy(axis: 0, count: axes.first?.count ?? 1, from: source, to: destination)
    }

    /// Fetches a range of the chunk's bytes to memory; returns false if there is no such chunk.
    typealias Fetch = (Range<Int>, UnsafeMutableRawPointer) throws(ZarrError) -> Bool

    /// Fetches the region; returns false as soon as `fetch` does.
    func fetch(to destination: UnsafeMutableRawPointer, _ fetch: Fetch) throws(ZarrError) -> Bool {
        try self.fetch(axis: 0, from: start, to: destination, fetch)
    }

    private func fetch(
        axis index: Int, from offset: Int, to destination: UnsafeMutableRawPointer, _ fetch: Fetch
    ) throws(ZarrError) -> Bool {
        guard index < axes.count, !axes[index].isRun else {
            let span = index < axes.count ? axes[index].span : itemSize
            guard try fetch(offset..<offset + span, destination) else { return false }
            swap(destination, byteCount: span)
            return true
        }
        let axis = axes[index]
        let innerSpan = axis.span - (axis.count - 1) * axis.sourceStride
        var together = 1
        if axis.gap < Self.longestGap, innerSpan <= Self.longestFetch {
            together += (Self.longestFetch - innerSpan) / axis.sourceStride
        }
        guard together > 1, axis.count > 1 else {
            for step in 0..<axis.count {
                let isThere = try self.fetch(
                    axis: index + 1, from: offset + step * axis.sourceStride, to: destination + step * axis.stride,
                    fetch)
                guard isThere else { return false }
            }
            return true
        }
        let buffer = UnsafeMutableRawPointer.allocate(
            byteCount: min(axis.span, Self.longestFetch), alignment: 16)
        defer { buffer.deallocate() }
        for step in stride(from: 0, to: axis.count, by: together) {
            let count = min(together, axis.count - step)
            let first = offset + step * axis.sourceStride
            guard try fetch(first..<first + (count - 1) * axis.sourceStride + innerSpan, buffer) else { return false }
            copy(axis: index, count: count, from: buffer, to: destination + step * axis.stride)
        }
        return true
    }

    private func copy(
        axis index: Int, count: Int, from source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer
    ) {
        guard index < axes.count, !axes[index].isRun else {
            let span = index < axes.count ? axes[index].span : itemSize
            destination.copyMemory(from: source, byteCount: span)
            swap(destination, byteCount: span)
            return
        }
        let axis = axes[index]
        if index == axes.count - 1 {
            copyElements(count, axis.sourceStride, axis.stride, from: source, to: destination)
        } else {
            for step in 0..<count {
                copy(
                    axis: index + 1, count: axes[index + 1].count, from: source + step * axis.sourceStride,
                    to: destination + step * axis.stride)
            }
        }
    }

    private func copyElements(
        _ count: Int, _ sourceStride: Int, _ stride: Int, from source: UnsafeRawPointer,
        to destination: UnsafeMutableRawPointer
    ) {
        switch itemSize {
        case 1: Self.copy(UInt8.self, count, sourceStride, stride, source, destination)
        case 2: Self.copy(UInt16.self, count, sourceStride, stride, source, destination)
        case 4: Self.copy(UInt32.self, count, sourceStride, stride, source, destination)
        case 8: Self.copy(UInt64.self, count, sourceStride, stride, source, destination)
        default:
            for step in 0..<count {
                (destination + step * stride).copyMemory(from: source + step * sourceStride, byteCount: itemSize)
            }
        }
        if swapSize > 1 {
            for step in 0..<count { swap(destination + step * stride, byteCount: itemSize) }
        }
    }

    private static func copy<T: FixedWidthInteger>(
        _ type: T.Type, _ count: Int, _ sourceStride: Int, _ stride: Int, _ source: UnsafeRawPointer,
        _ destination: UnsafeMutableRawPointer
    ) {
        for step in 0..<count {
            let element = (source + step * sourceStride).loadUnaligned(as: T.self)
            (destination + step * stride).storeBytes(of: element, as: T.self)
        }
    }

    private func swap(_ bytes: UnsafeMutableRawPointer, byteCount: Int) {
        Self.swap(bytes, byteCount: byteCount, size: swapSize)
    }

    /// Reverses the bytes of each number of `size` bytes, in `byteCount` bytes of such numbers.
    static func swap(_ bytes: UnsafeMutableRawPointer, byteCount: Int, size: Int) {
        switch size {
        case 2: swap(UInt16.self, bytes, byteCount)
        case 4: swap(UInt32.self, bytes, byteCount)
        case 8: swap(UInt64.self, bytes, byteCount)
        default: break
        }
    }

    private static func swap<T: FixedWidthInteger>(_ type: T.Type, _ bytes: UnsafeMutableRawPointer, _ byteCount: Int) {
        for offset in stride(from: 0, to: byteCount, by: MemoryLayout<T>.size) {
            let number = (bytes + offset).loadUnaligned(as: T.self)
            (bytes + offset).storeBytes(of: number.byteSwapped, as: T.self)
        }
    }
}
