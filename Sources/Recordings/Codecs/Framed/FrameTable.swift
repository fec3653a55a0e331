import AudioCoding
import Support

/// Every coded frame of a stream, in order, as a scan of the stream found them.
///
/// Kept in columns: a day of audio has millions of frames.
struct FrameTable: Sendable {
    private var offsets: [UInt64] = []
    private var byteCounts: [UInt32] = []
    private var firstSamples: [UInt64] = []
    private var sampleCounts: [UInt32] = []

    /// How many frames there are.
    var count: Int { offsets.count }

    /// The frame at `index`, or nil past the last.
    subscript(index: Int) -> CodedFrame? {
        guard offsets.indices.contains(index) else { return nil }
        return CodedFrame(
            offset: offsets[index], byteCount: Int(byteCounts[index]), firstSample: firstSamples[index],
            sampleCount: Int(sampleCounts[index]))
    }

    /// Adds `frames` after the last. A frame of a size that no codec has is left out, which leaves a hole.
    mutating func append(_ frames: [CodedFrame]) {
        for frame in frames {
            guard let byteCount = UInt32(exactly: frame.byteCount), let sampleCount = UInt32(exactly: frame.sampleCount)
            else { continue }
            offsets.append(frame.offset)
            byteCounts.append(byteCount)
            firstSamples.append(frame.firstSample)
            sampleCounts.append(sampleCount)
        }
    }

    /// The frame that holds `sample`; if none does, the samples between the frames around it.
    func frame(containing sample: UInt64) -> Lookup {
        let next = firstIndex(startingAfter: sample)
        var hole: Range<UInt64> = 0..<UInt64.max
        if let frame = self[next - 1] {
            if frame.samples.contains(sample) { return .frame(frame) }
            hole = frame.samples.upperBound..<UInt64.max
        }
        if let frame = self[next] { hole = hole.lowerBound..<frame.firstSample }
        return .hole(hole)
    }

    /// The result of a look-up.
    enum Lookup {
        case frame(CodedFrame)
        case hole(Range<UInt64>)
    }

    private func firstIndex(startingAfter sample: UInt64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if firstSamples[middle] <= sample { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension CodedFrame {
    /// Its bytes in the stream.
    var bytes: Range<UInt64> { offset..<(offset.adding(UInt64(byteCount)) ?? .max) }

    /// The samples it decodes to.
    var samples: Range<UInt64> { firstSample..<(firstSample.adding(UInt64(sampleCount)) ?? .max) }
}
