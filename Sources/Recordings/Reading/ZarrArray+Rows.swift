import Zarr

extension ZarrArray {
    /// The numbers of the rows `range` of a two-dimensional array of `uint64`, row after row.
    func numbers(ofRows range: Range<UInt64>) throws(ZarrError) -> [UInt64] {
        var numbers = [UInt64](repeating: 0, count: range.count * Int(shape[1]))
        var failure: ZarrError?
        numbers.withUnsafeMutableBytes { buffer in
            do throws(ZarrError) {
                try read(start: [range.lowerBound, 0], count: [UInt64(range.count), shape[1]], into: buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return numbers.map { UInt64(littleEndian: $0) }
    }
}
