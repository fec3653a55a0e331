extension MP3Header {
    /// Frames before the frame `number` of this stream that a fresh decoder must be given first, so that from `number` on it
    /// gives the samples of a decode from the start, bit for bit; `number` at most. `frameByteCount` gives the bytes of a frame,
    /// and is asked for those before `number`, the last one first.
    ///
    /// The synthesis filter takes the last 480 samples of each sub-band line into the frame's first ones (ISO/IEC 11172-3, section
    /// 2.4.3.2.2), which is less than a frame. In layer III those samples overlap with the granule before theirs, and a frame
    /// of MPEG-2 has only one granule. All these frames must have their main data whole, which begin in the frames before them:
    /// up to 511 bytes, or 255 in MPEG-2, and headers and side information do not count (section 2.4.2.7). Frames that only
    /// give those bytes come out wrong, which is why this does not look at where main data really begin: it costs little.
    public func preRollCount(before number: UInt64, frameByteCount: (UInt64) throws -> Int) rethrows -> UInt64 {
        let overlap: UInt64 = layer == 3 && version != .mpeg1 ? 2 : 1
        guard number > overlap else { return number }
        var first = number - overlap
        var missing = layer == 3 ? (version == .mpeg1 ? 511 : 255) : 0
        while missing > 0, first > 0 {
            first -= 1
            missing -= max(try frameByteCount(first) - leadingByteCountLimit, 0)
        }
        return number - first
    }

    /// Bytes of header, CRC and side information of layer III, the CRC assumed. ISO/IEC 11172-3, section 2.4.1.7; 13818-3,
    /// section 2.4.1.7.
    private var leadingByteCountLimit: Int {
        let sideInformation = version == .mpeg1 ? (channels == 1 ? 17 : 32) : (channels == 1 ? 9 : 17)
        return Self.byteCount + 2 + sideInformation
    }
}
