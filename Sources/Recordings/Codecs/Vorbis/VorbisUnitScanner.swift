import AudioCoding
import Support

/// Finds the pages that each decode unit of an Ogg Vorbis stream is decoded from, in the stream that is handed to it piece by piece.
///
/// The frame of a unit goes from the page on which the packet before the unit's samples begins to the page on which the packet with
/// the last of them ends. It has the samples that the packets decode to which begin on these pages, the first of them excepted.
/// If a frame reaches the stream's last page, it also has the page before: the last one does not say by itself where its samples are.
final class VorbisUnitScanner: FrameScanner {
    private var scanner = VorbisPacketScanner()
    /// The packets that frames to come may begin with, and those after them.
    private var window: [Packet] = []
    /// The window is cut to what is needed when it has so many packets.
    private var windowLimit = 512
    /// Units found so far.
    private var unitCount: UInt64 = 0

    private struct Packet {
        /// Where its samples end.
        let end: UInt64
        /// The pages that it is on.
        let pages: Range<UInt64>

        init(_ packet: OggPacket) {
            end = packet.firstSample.adding(UInt64(packet.sampleCount)) ?? .max
            pages = packet.pages
        }
    }

    /// Samples of one channel that are to be heard so far.
    var heardSampleCount: UInt64 { scanner.heardSampleCount }
    /// Whether pages are missing.
    var hasHoles: Bool { scanner.hasHoles }
    /// How many packets so far are not of sound, although they are where those are.
    var soundlessPacketCount: Int { scanner.soundlessPacketCount }
    /// Whether the page that the stream calls its last has been found.
    var hasEnded: Bool { scanner.hasEnded }
    /// How many bytes belong to no intact page so far.
    var skippedByteCount: UInt64 { scanner.skippedByteCount }

    func consume(_ bytes: UnsafeRawBufferPointer) throws(AudioCodingError) -> [CodedFrame] {
        take(try scanner.consume(bytes))
    }

    func finish() throws(AudioCodingError) -> [CodedFrame] {
        var frames = take(try scanner.finish())
        if let unit, unit.lowerBound < heardSampleCount,
            let end = window.first(where: { $0.end >= min(unit.upperBound, heardSampleCount) })
        {
            frames += frame(of: unit, endingWith: end, isOnLastPage: isOnLastPage(end))
        }
        return frames
    }

    /// The samples of the next unit; nil as long as the headers are not known.
    private var unit: Range<UInt64>? {
        guard let length = scanner.headers?.samplesPerUnit, let start = unitCount.multiplied(by: length) else {
            return nil
        }
        return start..<(start.adding(length) ?? .max)
    }

    /// The frames of the units that end with `packets`, the next of the stream.
    private func take(_ packets: [OggPacket]) -> [CodedFrame] {
        var frames: [CodedFrame] = []
        let last = packets.last?.pages
        for packet in packets.map({ Packet($0) }) {
            window.append(packet)
            while let unit, unit.upperBound <= packet.end, unit.lowerBound < heardSampleCount {
                frames += frame(
                    of: unit, endingWith: packet, isOnLastPage: hasEnded && packet.pages.upperBound == last?.upperBound)
            }
            if window.count >= windowLimit { cutWindow() }
        }
        return frames
    }

    private func isOnLastPage(_ packet: Packet) -> Bool {
        hasEnded && packet.pages.upperBound == window.last?.pages.upperBound
    }

    /// The frame of `unit`, the next one, the last samples of which `last` has.
    private func frame(of unit: Range<UInt64>, endingWith last: Packet, isOnLastPage: Bool) -> [CodedFrame] {
        guard var start = preRollStart(of: unit) else { return [] }
        if isOnLastPage, let before = window.last(where: { $0.pages.upperBound < last.pages.upperBound }) {
            start = min(start, before.pages.lowerBound)
        }
        guard let first = window.first(where: { $0.pages.lowerBound >= start }) else { return [] }
        unitCount += 1
        let end = min(last.end, heardSampleCount)
        return [
            CodedFrame(
                offset: start, byteCount: Int(clamping: last.pages.upperBound - start), firstSample: first.end,
                sampleCount: Int(clamping: end.subtracting(first.end) ?? 0))
        ]
    }

    /// The first byte of the page on which the packet before the samples of `unit` begins.
    private func preRollStart(of unit: Range<UInt64>) -> UInt64? {
        window.last { $0.end <= unit.lowerBound }?.pages.lowerBound
    }

    /// Drops the packets that no frame to come begins with.
    private func cutWindow() {
        guard let unit, let end = window.last?.pages.upperBound, let preRoll = preRollStart(of: unit) else { return }
        let beforeLastPage = window.last { $0.pages.upperBound < end }?.pages.lowerBound
        let start = min(preRoll, beforeLastPage ?? 0)
        window.removeFirst(window.firstIndex { $0.pages.lowerBound >= start } ?? 0)
        windowLimit = max(512, 2 * window.count)
    }
}
