import Support

extension ZarrArray {
    /// Reads the bytes `range` of a one-dimensional array of one-byte elements into `buffer`, which must be exactly as long.
    public func read(bytes range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer) throws(ZarrError) {
        guard shape.count == 1, dataType.itemSize == 1 else {
            throw ZarrError(.invalidRequest, "is not a one-dimensional array of bytes", path: path)
        }
        guard range.upperBound <= shape[0], let start = Int(exactly: range.lowerBound), range.count == buffer.count
        else {
            throw ZarrError(
                .invalidRequest, "bytes \(range) into \(buffer.count): the array has \(shape[0])", path: path)
        }
        let fetched =
            takesRoundTrips ? Self.fetch([Region(self, start: [range.lowerBound], count: [UInt64(range.count)])]) : []
        defer { withExtendedLifetime(fetched) {} }
        try layout.read([Selection.Axis(start: start, count: buffer.count, stride: 1)], into: buffer)
    }

    /// Reads the region of `count` elements from `start` on, a number for each dimension, into `buffer`, which must be
    /// exactly as long: in C order, numbers little-endian.
    public func read(
        start: [UInt64], count: [UInt64], into buffer: UnsafeMutableRawBufferPointer
    ) throws(ZarrError) {
        let (axes, byteCount) = try axes(start: start, count: count)
        guard byteCount == buffer.count else {
            throw ZarrError(.invalidRequest, "a region of \(byteCount) bytes into \(buffer.count)", path: path)
        }
        let fetched = takesRoundTrips ? Self.fetch([Region(self, start: start, count: count)]) : []
        defer { withExtendedLifetime(fetched) {} }
        try layout.read(axes, into: buffer)
    }

    /// The region of `count` elements from `start` on, in C order, and its bytes. Throws if the array does not have it.
    func axes(start: [UInt64], count: [UInt64]) throws(ZarrError) -> (axes: [Selection.Axis], byteCount: Int) {
        guard start.count == shape.count, count.count == shape.count else {
            throw ZarrError(
                .invalidRequest,
                "a region of \(start.count) and \(count.count) dimensions: the array has \(shape.count)",
                path: path)
        }
        var axes: [Selection.Axis] = []
        axes.reserveCapacity(shape.count)
        for axis in shape.indices {
            guard let end = start[axis].adding(count[axis]), end <= shape[axis], let first = Int(exactly: start[axis]),
                let length = Int(exactly: count[axis])
            else {
                throw ZarrError(
                    .invalidRequest,
                    "\(count[axis]) elements from \(start[axis]) on in dimension \(axis): the array has \(shape[axis])",
                    path: path)
            }
            axes.append(Selection.Axis(start: first, count: length, stride: 0))
        }
        var stride = dataType.itemSize
        for axis in axes.indices.reversed() {
            axes[axis].stride = stride
            // Does not overflow: the region has at most as many bytes as the array, whose count fits.
            stride *= axes[axis].count
        }
        return (axes, stride)
    }
}
