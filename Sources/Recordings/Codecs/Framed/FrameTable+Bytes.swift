import AudioCoding
import Support

/// A table of frames as bytes: for each frame how far it lies behind the end of the one before, how many bytes it has, how many
/// samples are missing before it, and how many it has. A frame takes about six bytes, or some more if it overlaps with the one
/// before: distances are modulo 2^64.
extension FrameTable {
    /// The table that `bytes` encode; nil if they encode none.
    init?(bytes: ArraySlice<UInt8>) {
        self.init()
        var rest = bytes
        var end: UInt64 = 0
        var endSample: UInt64 = 0
        while !rest.isEmpty {
            // Sums wrap around, as the distances do; readers check every frame against the stream.
            guard let gap = LEB128.take(from: &rest), let byteCount = LEB128.take(from: &rest),
                let lostSamples = LEB128.take(from: &rest), let sampleCount = LEB128.take(from: &rest),
                let nextEnd = (end &+ gap).adding(byteCount),
                let nextSample = (endSample &+ lostSamples).adding(sampleCount),
                let frameByteCount = Int(exactly: byteCount), let frameSampleCount = Int(exactly: sampleCount)
            else { return nil }
            append([
                CodedFrame(
                    offset: end &+ gap, byteCount: frameByteCount, firstSample: endSample &+ lostSamples,
                    sampleCount: frameSampleCount)
            ])
            end = nextEnd
            endSample = nextSample
        }
    }

    /// The table as bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var end: UInt64 = 0
        var endSample: UInt64 = 0
        for index in 0..<count {
            guard let frame = self[index] else { break }
            for number in [
                frame.offset &- end, UInt64(frame.byteCount), frame.firstSample &- endSample, UInt64(frame.sampleCount),
            ] {
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
        derived?.keep(table.bytes, as: .frames)
        return table
    }
}

extension CatalogueFile.DerivedKind {
    /// The places of a stream's frames.
    fileprivate static let frames = Self(rawValue: "frames")
}
