/// Reads the bits of a frame, the most significant first. Behind its end there are zeros, and `isPastEnd` says so.
///
/// Its arithmetic does not check for overflow, since it is done for every code of a spectrum, and cannot overflow: a frame has at most 8191
/// bytes, and whoever reads it ends soon behind its end. Each byte that is read is compared with how many there are.
struct AACBits {
    private let bytes: UnsafeRawBufferPointer
    /// The bits to be read next, from the most significant on.
    private var window: UInt64 = 0
    /// How many bits of `window` have been counted as loaded.
    private var loadedCount = 0
    /// The byte that follows those.
    private var next: Int

    /// The bits of `bytes` from the byte `offset` on.
    init(_ bytes: UnsafeRawBufferPointer, from offset: Int) {
        self.bytes = bytes
        next = offset
        refill()
    }

    /// How many bits of the buffer come before the next one.
    private var position: Int { next &* 8 &- loadedCount }

    /// Whether more bits have been read than there are.
    var isPastEnd: Bool { position > bytes.count &* 8 }

    /// Whether what is left is less than a byte.
    var isInLastByte: Bool { (position &+ 7) >> 3 == bytes.count }

    /// The next bits, from the most significant on; 32 of them at least.
    var front: UInt64 {
        @inline(__always) get { window }
    }

    /// Passes over `count` bits, up to 32.
    @inline(__always)
    mutating func pass(_ count: Int) {
        passLoaded(count)
        if loadedCount < 32 { refill() }
    }

    /// The same, but `front` has so many bits less then, until `refill` is called.
    @inline(__always)
    mutating func passLoaded(_ count: Int) {
        window &<<= UInt64(truncatingIfNeeded: count)
        loadedCount &-= count
    }

    /// Consumes and returns the next `count` bits, 1 to 32.
    @inline(__always)
    mutating func read(_ count: Int) -> Int {
        let value = window &>> UInt64(truncatingIfNeeded: 64 &- count)
        pass(count)
        return Int(truncatingIfNeeded: value)
    }

    /// Passes over bits, however many; not over more than there are.
    mutating func passFar(_ count: Int) {
        move(to: position &+ max(count, 0))
    }

    /// Passes over the rest of a byte of which some bits have been read.
    mutating func align() {
        move(to: (position &+ 7) & ~7)
    }

    private mutating func move(to target: Int) {
        // One byte past the end says enough.
        let target = min(target, (bytes.count &+ 1) &* 8)
        window = 0
        loadedCount = 0
        next = target >> 3
        refill()
        pass(target & 7)
    }

    /// Loads bytes until `front` has 56 bits at least. Behind those come bits that will be loaded again.
    @inline(__always)
    mutating func refill() {
        let loaded: UInt64 =
            next <= bytes.count &- 8
            ? UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self)) : lastBytes()
        window |= loaded &>> UInt64(truncatingIfNeeded: loadedCount)
        next &+= (63 &- loadedCount) >> 3
        loadedCount |= 56
    }

    /// The eight bytes from `next` on, of which some are behind the end.
    @inline(never)
    private func lastBytes() -> UInt64 {
        var value: UInt64 = 0
        for index in next..<next &+ 8 {
            value = value << 8 | (index < bytes.count ? UInt64(bytes[index]) : 0)
        }
        return value
    }
}
