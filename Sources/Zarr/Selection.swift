/// A region of an array or a chunk, and the place in memory of each of its elements.
struct Selection {
    /// The region in one dimension.
    struct Axis {
        /// The first element.
        var start: Int
        /// How many elements.
        var count: Int
        /// Bytes in memory from one element to the next.
        var stride: Int
    }

    var axes: [Axis]
    /// The place of the region's first element.
    var destination: UnsafeMutableRawPointer

    init(axes: [Axis], destination: UnsafeMutableRawPointer) {
        self.axes = axes
        self.destination = destination
    }

    /// All of an array or chunk of `shape`, in C order; the number of its bytes fits `Int`.
    init(whole shape: [Int], itemSize: Int, destination: UnsafeMutableRawPointer) {
        self.init(axes: shape.map { Axis(start: 0, count: $0, stride: 0) }, destination: destination)
        packAxes(itemSize: itemSize)
    }

    /// Sets the strides to those of C order without gaps.
    private mutating func packAxes(itemSize: Int) {
        var stride = itemSize
        for axis in axes.indices.reversed() {
            axes[axis].stride = stride
            stride *= axes[axis].count
        }
    }

    /// Calls `body` for each chunk of `grid` that the region overlaps, in C order, with the chunk's coordinates in the grid, its
    /// number (in C order), and the part of the region that lies in it, relative to the chunk's first element.
    func forEachChunk<E: Error>(
        of grid: ChunkGrid, _ body: (_ coordinates: [Int], _ number: Int, _ part: Selection) throws(E) -> Void
    ) throws(E) {
        guard axes.allSatisfy({ $0.count > 0 }) else { return }
        var coordinates = axes.indices.map { axes[$0].start / grid.chunkShape[$0] }
        var part = self
        while true {
            part.destination = destination
            var number = 0
            for axis in axes.indices {
                let whole = axes[axis]
                let chunkStart = coordinates[axis] * grid.chunkShape[axis]
                let first = max(whole.start, chunkStart)
                // Lengths are compared rather than ends, since a chunk may end beyond Int.max.
                let count = min(whole.start + whole.count - first, grid.chunkShape[axis] - (first - chunkStart))
                part.axes[axis].start = first - chunkStart
                part.axes[axis].count = count
                part.destination += (first - whole.start) * whole.stride
                number = number * grid.counts[axis] + coordinates[axis]
            }
            try body(coordinates, number, part)
            guard advance(&coordinates, in: grid) else { return }
        }
    }

    /// Advances to the next chunk that the region overlaps, along the last dimension first; false after the last one.
    private func advance(_ coordinates: inout [Int], in grid: ChunkGrid) -> Bool {
        for axis in axes.indices.reversed() {
            let whole = axes[axis]
            if coordinates[axis] < (whole.start + whole.count - 1) / grid.chunkShape[axis] {
                coordinates[axis] += 1
                return true
            }
            coordinates[axis] = whole.start / grid.chunkShape[axis]
        }
        return false
    }

    /// Writes `value` to every element.
    func fill(with value: FillValue) {
        fill(with: value, from: 0, at: destination)
    }

    private func fill(with value: FillValue, from axis: Int, at destination: UnsafeMutableRawPointer) {
        let size = value.bytes.count
        guard axis < axes.count else {
            destination.copyMemory(from: value.bytes, byteCount: size)
            return
        }
        let count = axes[axis].count
        let stride = axes[axis].stride
        if let byte = value.uniformByte, isContiguous(from: axis, itemSize: size) {
            destination.initializeMemory(as: UInt8.self, repeating: byte, count: count * stride)
        } else {
            for index in 0..<count { fill(with: value, from: axis + 1, at: destination + index * stride) }
        }
    }

    /// Whether the elements of the dimensions from `axis` on follow one another in memory.
    private func isContiguous(from axis: Int, itemSize: Int) -> Bool {
        var expected = itemSize
        for axis in axes[axis...].reversed() {
            if axis.stride != expected { return false }
            expected *= axis.count
        }
        return true
    }
}
