/// Finds the intact pages of an Ogg stream that is handed to it piece by piece, whatever lies between them.
struct OggPageScanner {
    /// A page, where it is, and what it holds.
    struct Found {
        let page: OggPage
        /// The first byte of its header, from the start of the stream.
        let offset: UInt64
        /// The bytes after its header.
        let body: ArraySlice<UInt8>
    }

    /// How many bytes belong to no intact page.
    private(set) var skippedByteCount: UInt64 = 0

    /// Bytes not gone through yet, from `position` on, and the offset of the first in the buffer.
    private var buffer: [UInt8] = []
    private var position = 0
    private var bufferOffset: UInt64

    /// A scanner for the bytes of a stream from `offset` on, which need not be where a page begins.
    init(offset: UInt64) {
        bufferOffset = offset
    }

    /// Takes in the next bytes of the stream.
    mutating func append(_ bytes: some Collection<UInt8>) {
        buffer.removeFirst(position)
        bufferOffset += UInt64(position)
        position = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next intact page; nil where there is none in the bytes taken in so far, of which there are no more if `isAtEnd`.
    mutating func next(isAtEnd: Bool) -> Found? {
        while position < buffer.count {
            skipToCapturePattern(isAtEnd: isAtEnd)
            let candidate = buffer.withUnsafeBytes { bytes -> (page: OggPage, isWhole: Bool, isIntact: Bool)? in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
                guard let page = OggPage.parse(rest) else { return nil }
                let isWhole = page.byteCount <= rest.count
                return (
                    page, isWhole,
                    isWhole && OggPage.isIntact(UnsafeRawBufferPointer(rebasing: rest.prefix(page.byteCount)))
                )
            }
            guard isAtEnd || candidate?.isWhole == true || buffer.count - position >= OggPage.byteCountLimit else {
                return nil
            }
            guard let candidate, candidate.isIntact else {
                // Past the false header, not into it, lest hostile bytes have one body summed up over and over.
                skip(candidate?.page.headerByteCount ?? 1)
                continue
            }
            let start = position
            position += candidate.page.byteCount
            return Found(
                page: candidate.page, offset: bufferOffset + UInt64(start),
                body: buffer[start + candidate.page.headerByteCount..<position])
        }
        return nil
    }

    /// Passes over what cannot be the first bytes of a page.
    private mutating func skipToCapturePattern(isAtEnd: Bool) {
        let pattern = OggPage.capturePattern
        let distance = buffer.withUnsafeBytes { bytes -> Int in
            let rest = bytes[position...]
            var start = rest.startIndex
            while let hit = rest[start...].firstIndex(of: pattern[0]) {
                // A pattern may be cut in two by the end of the buffer.
                let isCut = rest.endIndex - hit < pattern.count
                if isCut ? !isAtEnd : rest[hit...].starts(with: pattern) { return hit - rest.startIndex }
                start = hit + 1
            }
            return rest.count
        }
        skip(distance)
    }

    private mutating func skip(_ count: Int) {
        let count = min(count, buffer.count - position)
        position += count
        skippedByteCount += UInt64(count)
    }
}
