import Support
import WaveFile
import Zarr

/// The samples of a numeric array, as they are: each read goes straight to the array.
struct PCMSamples: SampleReading {
    /// How an array's two dimensions are laid out.
    enum Layout {
        /// One dimension, or samples × channels.
        case interleaved
        /// Channels × samples.
        case planar
    }

    /// Samples of one channel.
    let sampleCount: UInt64
    let channels: Int
    let encoding: SampleEncoding

    private let array: ZarrArray
    private let layout: Layout

    /// Refuses, by name, arrays that no WAV can hold.
    init(_ array: ZarrArray, attributes: AudioAttributes) throws(RecordingError) {
        guard let encoding = Self.encoding(of: array.dataType, bits: attributes.bitsPerSample) else {
            throw RecordingError("no WAV file holds samples of type \(array.dataType)", recording: array.path)
        }
        let layout: Layout
        let dimensions: (samples: UInt64, channels: UInt64)
        switch array.shape.count {
        case 1:
            layout = .interleaved
            dimensions = (array.shape[0], 1)
        case 2:
            layout = Self.layout(of: array, channels: attributes.channels)
            dimensions =
                layout == .planar ? (array.shape[1], array.shape[0]) : (array.shape[0], array.shape[1])
        default:
            throw RecordingError(
                "its samples have \(array.shape.count) dimensions instead of one or two", recording: array.path)
        }
        guard let channels = Int(exactly: dimensions.channels), channels > 0, channels <= Int(UInt16.max) else {
            throw RecordingError("no WAV file has \(dimensions.channels) channels", recording: array.path)
        }
        self.array = array
        self.encoding = encoding
        self.layout = layout
        self.channels = channels
        sampleCount = dimensions.samples
    }

    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
        let samples = samples(of: range)
        guard !samples.isEmpty else { return [] }
        do {
            let block = try layout == .planar ? readPlanar(samples) : readInterleaved(samples)
            let start = Int(range.lowerBound - samples.lowerBound * blockAlign)
            return [BlockSlice(block, start..<start + range.count)]
        } catch {
            throw RecordingError("its samples cannot be read", recording: array.path, samples: samples, cause: error)
        }
    }

    var requestsAtOnce: Int? { array.requestsAtOnce }

    func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
        guard array.takesRoundTrips else { return nil }
        let (start, count) = region(of: samples(of: range))
        return FetchedBytes(
            parts: ZarrArray.fetch([.init(array, start: start, count: count)], isAhead: true), byteCount: range.count)
    }

    /// Bytes of one sample of all channels.
    private var blockAlign: UInt64 { UInt64(channels * encoding.bytes) }

    /// The samples that have bytes of `range`.
    private func samples(of range: Range<UInt64>) -> Range<UInt64> {
        let first = range.lowerBound / blockAlign
        return first..<max(first, range.upperBound.dividedRoundingUp(by: blockAlign) ?? first)
    }

    /// Where the array has `samples`.
    private func region(of samples: Range<UInt64>) -> (start: [UInt64], count: [UInt64]) {
        let count = UInt64(samples.count)
        guard array.shape.count > 1 else { return ([samples.lowerBound], [count]) }
        return layout == .planar
            ? ([0, samples.lowerBound], [UInt64(channels), count])
            : ([samples.lowerBound, 0], [count, UInt64(channels)])
    }

    // MARK: - Shape and type

    private static func encoding(of type: DataType, bits: UInt64?) -> SampleEncoding? {
        switch type {
        case .int8, .uint8: .unsigned8
        case .int16: .integer16
        case .int32: bits == 24 ? .integer24 : .integer32
        case .float32: .float32
        case .float64: .float64
        default: nil
        }
    }

    /// Which dimension is time: as the dimension names say, else as the channel count does, else the longer one.
    private static func layout(of array: ZarrArray, channels: UInt64?) -> Layout {
        if let names = array.dimensionNames?.map({ $0?.lowercased() }), names.count == 2 {
            if names[0]?.hasPrefix("channel") == true || names[0] == "ch" { return .planar }
            if names[1]?.hasPrefix("channel") == true || names[1] == "ch" { return .interleaved }
            if names[0]?.hasPrefix("time") == true || names[0]?.hasPrefix("sample") == true { return .interleaved }
            if names[1]?.hasPrefix("time") == true || names[1]?.hasPrefix("sample") == true { return .planar }
        }
        if let channels, array.shape[0] != array.shape[1] {
            if array.shape[1] == channels { return .interleaved }
            if array.shape[0] == channels { return .planar }
        }
        return array.shape[0] < array.shape[1] ? .planar : .interleaved
    }

    // MARK: - Reading

    private func readInterleaved(_ samples: Range<UInt64>) throws(ZarrError) -> Block {
        let (start, count) = region(of: samples)
        return try wave(elementCount: samples.count * channels) { elements throws(ZarrError) in
            try array.read(start: start, count: count, into: elements)
        }
    }

    private func readPlanar(_ samples: Range<UInt64>) throws(ZarrError) -> Block {
        let size = array.dataType.itemSize
        return try wave(elementCount: samples.count * channels) { elements throws(ZarrError) in
            let (start, count) = region(of: samples)
            let planar = try Block(count: elements.count) { buffer throws(ZarrError) in
                try array.read(start: start, count: count, into: buffer)
            }
            for channel in 0..<channels {
                for sample in 0..<samples.count {
                    let from = (channel * samples.count + sample) * size
                    let to = (sample * channels + channel) * size
                    for byte in 0..<size { elements[to + byte] = planar.bytes[from + byte] }
                }
            }
        }
    }

    /// The WAV bytes of `elementCount` interleaved elements, which `fill` writes as the array has them, little-endian.
    private func wave(
        elementCount: Int, fill: (UnsafeMutableRawBufferPointer) throws(ZarrError) -> Void
    ) throws(ZarrError) -> Block {
        let elements = try Block(count: elementCount * array.dataType.itemSize, fill: fill)
        switch (array.dataType, encoding) {
        case (.int8, _):
            // WAV's 8-bit samples are unsigned.
            return Block(count: elementCount) { samples in
                for index in 0..<elementCount { samples[index] = elements.bytes[index] ^ 0x80 }
            }
        case (_, .integer24):
            // The low three bytes of a little-endian 32-bit integer are the 24-bit one.
            return Block(count: elementCount * 3) { samples in
                for index in 0..<elementCount {
                    for byte in 0..<3 { samples[index * 3 + byte] = elements.bytes[index * 4 + byte] }
                }
            }
        default:
            return elements
        }
    }
}
