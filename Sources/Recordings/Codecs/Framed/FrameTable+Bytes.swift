import AudioCoding
import Support

/// A table of frames as bytes: for each frame how far it lies behind the end of the one before, how many bytes it has, how many
/// samples are missing before it, and how many it has. A frame takes about six bytes.
extension FrameTable {
    /// The table that `bytes` encode; nil if they encode none.
    init?(bytes: ArraySlice<UInt8>) {
        self.init()
        var rest = bytes
        var end: UInt64 = 0
        var endSample: UInt64 = 0
        while !rest.isEmpty {
            guard let gap = LEB128.take(from: &rest), let byteCount = LEB128.take(from: &rest),
                let lostSamples = LEB128.take(from: &rest), let sampleCount = LEB128.take(from: &rest),
                let offset = end.adding(gap), let nextEnd = offset.adding(byteCount),
                let firstSample = endSample.adding(lostSamples), let nextSample = firstSample.adding(sampleCount),
                let frameByteCount = Int(exactly: byteCount), let frameSampleCount = Int(exactly: sampleCount)
            else { return nil }
            append([
                CodedFrame(
                    offset: offset, byteCount: frameByteCount, firstSample: firstSample, sampleCount: frameSampleCount)
            ])
            end = nextEnd
            endSample = nextSample
        }
    }

    /// The table as bytes; nil if its frames are not in order.
    var bytes: [UInt8]? {
        var bytes: [UInt8] = []
        var end: UInt64 = 0
        var endSample: UInt64 = 0
        for index in 0..<count {
            guard let frame = self[index], let gap = frame.offset.subtracting(end),
                let lostSamples = frame.firstSample.subtracting(endSample)
            else { return nil }
            for number in [gap, UInt64(frame.byteCount), lostSamples, UInt64(frame.sampleCount)] {
                LEB128.append(number, to: &bytes)
            }
            end = frame.bytes.upperBound
            endSample = frame.samples.upperBound
        }
        return bytes
    }

    /// The table that `derived` has kept, else the one that `scan` makes, which it then keeps.
    static func known(to derived: DerivedData?, else scan: () throws -> FrameTable) throws -> FrameTable {
        if let table = derived?.content(.frames).flatMap({ FrameTable(bytes: $0) }) { return table }
        let table = try scan()
        if let derived, let bytes = table.bytes { derived.keep(bytes, as: .frames) }
        return table
    }
}

extension CatalogueFile.DerivedKind {
    /// The places of a stream's frames.
    fileprivate static let frames = Self(rawValue: "frames")
}
