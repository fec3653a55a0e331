import AudioCoding
import Support

extension FrameTable {
    /// A place between frames, or at an end, where others should be.
    struct Hole {
        let bytes: Range<UInt64>
        /// The samples that are missing; none if the frames around it are numbered without a gap.
        let samples: Range<UInt64>
    }

    /// What lies between the frames of a stream whose frames fill `bytes` and have the samples from 0 up to `sampleCount`
    /// (nil: as many as the last frame says).
    func holes(in bytes: Range<UInt64>, sampleCount: UInt64?) -> [Hole] {
        var holes: [Hole] = []
        var position = bytes.lowerBound
        var sample: UInt64 = 0
        func add(upTo offset: UInt64, _ firstSample: UInt64) {
            guard offset > position || firstSample > sample else { return }
            holes.append(Hole(bytes: position..<max(position, offset), samples: sample..<max(sample, firstSample)))
        }
        for index in 0..<count {
            guard let frame = self[index] else { break }
            add(upTo: frame.offset, frame.firstSample)
            position = frame.bytes.upperBound
            sample = frame.samples.upperBound
        }
        // A tag of 128 bytes may follow the last frame.
        let isTag = bytes.upperBound.subtracting(position).map { $0 <= 128 } ?? true
        add(upTo: isTag ? position : bytes.upperBound, max(sampleCount ?? sample, sample))
        return holes
    }

    /// The index of the frame that begins at byte `offset`.
    func index(ofFrameAt offset: UInt64) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if let frame = self[middle], frame.offset < offset { low = middle + 1 } else { high = middle }
        }
        return self[low]?.offset == offset ? low : nil
    }
}
