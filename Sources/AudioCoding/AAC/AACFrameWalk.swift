/// Passes over the coded sound of AAC-LC frames, to tell which of them are certain to hold nothing else than one channel, or one pair,
/// without noise. ISO/IEC 14496-3, section 4.4.2.
///
/// Anything that is not certain is left to a decoder: other elements, other tools, whatever ends too early or too late.
struct AACFrameWalk {
    /// What a section of bands, all coded by one codebook, has in the spectrum.
    private struct Section {
        let book: Int
        let codeCount: Int
    }

    /// The windows of a channel's frame, and its bands.
    private struct Windows {
        let isShort: Bool
        /// How many bands are coded of every window, or group of windows.
        let bandCount: Int
        /// Whether a window belongs to the group of the one before: for the second window the most significant bit of seven.
        let grouping: UInt8

        /// How many groups there are.
        var groupCount: Int { isShort ? 8 - grouping.nonzeroBitCount : 1 }
    }

    private let bands: AACBands
    private let isPair: Bool
    private let codebooks = AACCodebooks.shared
    /// The sections of the channel that is being passed over.
    private var sections: [Section] = []

    /// A walk over frames that `header` is a header of; nil if none of those are certain.
    init?(_ header: ADTSHeader) {
        guard header.objectType == 2, let bands = AACBands.bands(of: header.sampleRate) else { return nil }
        switch header.channelConfiguration {
        case 1: isPair = false
        case 2: isPair = true
        default: return nil
        }
        self.bands = bands
        // As many as a channel can have: of a band each, in eight groups of fifteen bands.
        sections.reserveCapacity(120)
    }

    /// Whether `frame`, of which `header` is the header, is certain to be without noise.
    mutating func isFreeOfNoise(_ frame: UnsafeRawBufferPointer, _ header: ADTSHeader) -> Bool {
        guard header.frameByteCount == frame.count, header.rawDataBlockCount == 1 else { return false }
        var bits = AACBits(frame, from: header.byteCount)
        var hasSound = false
        while !bits.isPastEnd {
            switch bits.read(3) {
            case 0 where !isPair && !hasSound:
                bits.pass(4)
                guard passChannel(&bits, nil) else { return false }
                hasSound = true
            case 1 where isPair && !hasSound:
                bits.pass(4)
                guard passPair(&bits) else { return false }
                hasSound = true
            case 4:
                Self.passData(&bits)
            case 6:
                guard Self.passFill(&bits) else { return false }
            case 7:
                return hasSound && !bits.isPastEnd && bits.isInLastByte
            default:
                return false
            }
        }
        return false
    }

    // MARK: - Elements

    /// Passes over the rest of a data_stream_element, of which nothing is decoded.
    private static func passData(_ bits: inout AACBits) {
        bits.pass(4)
        let isAligned = bits.read(1) == 1
        var byteCount = bits.read(8)
        if byteCount == 255 { byteCount += bits.read(8) }
        if isAligned { bits.align() }
        bits.passFar(byteCount * 8)
    }

    /// Passes over the rest of a fill_element. False if it may have what a decoder heeds: SBR, dynamic range control, or the name by which
    /// libavcodec knows streams whose first samples it drops ("libfaac").
    private static func passFill(_ bits: inout AACBits) -> Bool {
        var byteCount = bits.read(4)
        if byteCount == 15 { byteCount += bits.read(8) - 1 }
        guard byteCount > 0 else { return true }
        var content = bits
        bits.passFar(byteCount * 8)
        switch content.read(4) {
        case 0:
            // libavcodec looks for a name behind 13 bits.
            content.pass(13)
            return content.read(8) != UInt8(ascii: "l")
        case 1: return true
        default: return false
        }
    }

    /// Passes over a channel_pair_element, behind its tag. False if it is not certain to be without noise.
    private mutating func passPair(_ bits: inout AACBits) -> Bool {
        guard bits.read(1) == 1 else { return passChannel(&bits, nil) && passChannel(&bits, nil) }
        guard let windows = passWindows(&bits) else { return false }
        switch bits.read(2) {
        case 0, 2: break
        case 1: bits.passFar(windows.groupCount * windows.bandCount)
        default: return false
        }
        return passChannel(&bits, windows) && passChannel(&bits, windows)
    }

    /// Passes over an individual_channel_stream, with windows of its own if `shared` is nil. False if it is not certain to be without
    /// noise.
    private mutating func passChannel(_ bits: inout AACBits, _ shared: Windows?) -> Bool {
        // The global gain.
        bits.pass(8)
        guard let windows = shared ?? passWindows(&bits) else { return false }
        guard let scaleFactorCount = passSections(&bits, windows) else { return false }
        guard passCodes(&bits, of: AACCodebooks.scaleFactors, count: scaleFactorCount) else { return false }
        // No pulses: libavcodec scales those behind the coded bands by what an earlier frame had there.
        guard bits.read(1) == 0 else { return false }
        if bits.read(1) == 1 {
            guard passNoiseShaping(&bits, windows) else { return false }
        }
        // No gain control.
        guard bits.read(1) == 0 else { return false }
        for section in sections {
            guard passCodes(&bits, of: section.book, count: section.codeCount) else { return false }
        }
        return true
    }

    // MARK: - A channel

    /// Passes over an ics_info. Nil if it has prediction, or bands that there are not.
    private func passWindows(_ bits: inout AACBits) -> Windows? {
        // A reserved bit.
        guard bits.read(1) == 0 else { return nil }
        let isShort = bits.read(2) == 2
        // The window's shape.
        bits.pass(1)
        let bandCount = bits.read(isShort ? 4 : 6)
        let grouping = isShort ? UInt8(truncatingIfNeeded: bits.read(7)) : 0
        guard bandCount < (isShort ? bands.short : bands.long).count, isShort || bits.read(1) == 0 else { return nil }
        return Windows(isShort: isShort, bandCount: bandCount, grouping: grouping)
    }

    /// Passes over section_data, and keeps what sections have in the spectrum. Returns how many bands have a scale factor, or the like; nil
    /// if a section has noise, or there are not the bands that it says.
    private mutating func passSections(_ bits: inout AACBits, _ windows: Windows) -> Int? {
        sections.removeAll(keepingCapacity: true)
        let bounds = windows.isShort ? bands.short : bands.long
        let lengthBitCount = windows.isShort ? 3 : 5
        let escape = 1 << lengthBitCount - 1
        var scaleFactorCount = 0
        var grouping = windows.grouping << 1
        for _ in 0..<windows.groupCount {
            let windowCount = windows.isShort ? 1 + (~grouping).leadingZeroBitCount : 1
            grouping = grouping << UInt8(windowCount)
            var band = 0
            while band < windows.bandCount {
                let book = bits.read(4)
                var end = band
                var increment = escape
                while increment == escape {
                    increment = bits.read(lengthBitCount)
                    end += increment
                    guard end <= windows.bandCount, !bits.isPastEnd else { return nil }
                }
                switch book {
                case 0: break
                case 1...11:
                    scaleFactorCount += end - band
                    let coefficientCount = (bounds[end] - bounds[band]) * windowCount
                    sections.append(Section(book: book, codeCount: coefficientCount / (book < 5 ? 4 : 2)))
                // Intensity stereo has a position for each band, and no spectrum.
                case 14, 15: scaleFactorCount += end - band
                // Noise, and a number that nothing has.
                default: return nil
                }
                band = end
            }
        }
        return scaleFactorCount
    }

    /// Passes over tns_data. False if it has more coefficients than AAC-LC allows.
    private func passNoiseShaping(_ bits: inout AACBits, _ windows: Windows) -> Bool {
        for _ in 0..<(windows.isShort ? 8 : 1) {
            let filterCount = bits.read(windows.isShort ? 1 : 2)
            guard filterCount > 0 else { continue }
            let resolution = bits.read(1)
            for _ in 0..<filterCount {
                bits.pass(windows.isShort ? 4 : 6)
                let order = bits.read(windows.isShort ? 3 : 5)
                guard order <= (windows.isShort ? 7 : 12) else { return false }
                guard order > 0 else { continue }
                bits.pass(1)
                let isCompressed = bits.read(1)
                bits.passFar(order * (3 + resolution - isCompressed))
            }
        }
        return true
    }

    /// Passes over `count` codes of `book`, each with what belongs to it. False if an escape is longer than any can be.
    private func passCodes(_ bits: inout AACBits, of book: Int, count: Int) -> Bool {
        // In a register.
        var local = bits
        defer { bits = local }
        let packs = codebooks.packs.span
        let first = AACCodebooks.firstPack(of: book)
        var left = count
        while left > 0 {
            // What is loaded is enough for two packs.
            local.refill()
            if passPack(&local, packs, first, &left), passPack(&local, packs, first, &left) { continue }
            guard left > 0 else { break }
            local.refill()
            guard passCode(&local, of: book) else { return false }
            left -= 1
        }
        local.refill()
        return true
    }

    /// Passes over a pack of codes, of up to `left`. False if there is none.
    @inline(__always)
    private func passPack(_ bits: inout AACBits, _ packs: Span<UInt16>, _ first: Int, _ left: inout Int) -> Bool {
        let shift = UInt64(64 - AACCodebooks.frontBitCount)
        let pack = Int(packs[first + Int(truncatingIfNeeded: bits.front &>> shift)])
        let codeCount = pack >> 5
        guard codeCount > 0, codeCount <= left else { return false }
        bits.passLoaded(pack & 31)
        left &-= codeCount
        return true
    }

    /// Passes over a code of `book`, with what belongs to it. False if an escape is longer than any can be.
    @inline(never)
    private func passCode(_ bits: inout AACBits, of book: Int) -> Bool {
        guard let code = codebooks.code(of: book, bits.front) else { return false }
        bits.pass(code.bitCount)
        for _ in 0..<code.escapes {
            // As many ones as the value has bits more than four, a zero, and the value.
            let ones = (~bits.front).leadingZeroBitCount
            guard ones <= 8 else { return false }
            bits.pass(2 * ones + 5)
        }
        return true
    }
}
