/// Bytes of RIFF chunks, which are made of names and little-endian numbers.
extension [UInt8] {
    /// Appends the header of a chunk: its name, and the size of its contents.
    mutating func appendChunkHeader(_ identifier: StaticString, size: UInt32) {
        append(contentsOf: UnsafeBufferPointer(start: identifier.utf8Start, count: identifier.utf8CodeUnitCount))
        appendLittleEndian(size)
    }

    /// Appends a chunk with these contents, and a zero behind them if they are odd in number.
    mutating func appendChunk(_ identifier: StaticString, _ contents: [UInt8]) {
        appendChunkHeader(identifier, size: UInt32(clamping: contents.count))
        self += contents
        if contents.count % 2 == 1 { append(0) }
    }

    /// Appends a chunk that says nothing and has `count` bytes, its header included, which is no less than that; nothing if `count` is 0.
    mutating func appendRoom(of count: Int) {
        if count > 0 { appendChunk("JUNK", [UInt8](repeating: 0, count: Swift.max(count - 8, 0))) }
    }

    /// Appends the bytes of a number.
    mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends exactly `count` bytes: as many whole characters of `text` as fit, without NUL, and zeros.
    mutating func appendText(_ text: String, _ count: Int) {
        let bytes = text.bytes(atMost: count)
        self += bytes
        self += repeatElement(0, count: count - bytes.count)
    }
}

extension String {
    /// The UTF-8 of as many whole characters as fit in `count` bytes. Text in chunks ends at a NUL, so what follows one is left out.
    func bytes(atMost count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in unicodeScalars {
            let next = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            guard scalar.value != 0, bytes.count + next.count <= count else { break }
            bytes += next
        }
        return bytes
    }
}
