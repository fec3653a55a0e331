import Glibc

/// Finds the intact pages of an Ogg stream that is handed to it piece by piece, whatever lies between them.
struct OggPageScanner {
    /// A page, its place and its contents.
    struct Found {
        let page: OggPage
        /// The offset in the stream of its header's first byte.
        let offset: UInt64
        /// The bytes after its header.
        let body: ArraySlice<UInt8>
    }

    /// How many bytes so far belong to no intact page.
    private(set) var skippedByteCount: UInt64 = 0

    /// The bytes at hand, of which those from `position` on have not been scanned, and the offset in the stream of the first.
    private var buffer: [UInt8] = []
    private var position = 0
    private var bufferOffset: UInt64

    /// A scanner for the bytes of a stream from `offset` on. No page needs to begin there.
    init(offset: UInt64) {
        bufferOffset = offset
    }

    /// Appends the next bytes of the stream.
    mutating func append(_ bytes: some Collection<UInt8>) {
        buffer.removeFirst(position)
        bufferOffset += UInt64(position)
        position = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next intact page; nil if there is no other in the bytes appended so far. `isAtEnd` says that no more bytes will come.
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
                // The whole of the false header: otherwise hostile bytes could have one body's checksum computed many times.
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

    /// Skips bytes with which no page can begin.
    private mutating func skipToCapturePattern(isAtEnd: Bool) {
        let pattern = OggPage.capturePattern
        let distance = buffer.withUnsafeBytes { bytes -> Int in
            let rest = bytes[position...]
            guard let base = bytes.baseAddress else { return 0 }
            var start = rest.startIndex
            while let found = memchr(base + start, Int32(pattern[0]), rest.endIndex - start) {
                let hit = UnsafeRawPointer(found) - base
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
