import Testing

@testable import AudioCoding

/// The table of times of an MP4 track, compared with its packets of 1024 samples at 48 kHz.
struct MovieTimesTests {
    private static func bigEndian(_ numbers: [UInt32]) -> [UInt8] {
        numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
    }

    private static func box(_ name: String, _ contents: [UInt8]) -> [UInt8] {
        bigEndian([UInt32(8 + contents.count)]) + Array(name.utf8) + contents
    }

    /// The only track of an MP4 file whose packets take `steps` ticks each, at `timescale`. It is `length` ticks long, and its edit list
    /// leaves out all but `heard`, in ticks, if that is not nil.
    private static func track(
        _ steps: [UInt32], timescale: UInt32 = 48_000, length: UInt32, heard: Range<UInt32>? = nil,
        packetCount: Int? = nil
    ) throws -> MovieTrack? {
        let runs: [UInt32] = steps.flatMap { [1, $0] as [UInt32] }
        let clock = bigEndian([0, 0, 0, timescale, length])
        let table = box("stts", bigEndian([0, UInt32(steps.count)] + runs))
        let sizes = box("stsz", bigEndian([0, 0, UInt32(packetCount ?? steps.count)]))
        let edits: [UInt8] =
            if let heard {
                box("edts", box("elst", bigEndian([0, 1, UInt32(heard.count), heard.lowerBound, 1 << 16])))
            } else { [] }
        let media = box("mdia", box("mdhd", clock) + box("minf", box("stbl", table + sizes)))
        let track = box("trak", box("tkhd", bigEndian([0, 0, 0, 7])) + edits + media)
        let file = box("ftyp", Array("M4A ".utf8)) + box("moov", box("mvhd", clock) + track)
        return try MovieTrack.all(
            of: CodedStream(byteCount: UInt64(file.count)) { Array(file[Int($0.lowerBound)..<Int($0.upperBound)]) }
        ).first
    }

    private static func times(
        _ steps: [UInt32], timescale: UInt32 = 48_000, length: UInt32, heard: Range<UInt32>? = nil,
        lengths: [Int] = [1024], packetCount: Int? = nil
    ) throws -> MovieTimes? {
        let track = try track(steps, timescale: timescale, length: length, heard: heard, packetCount: packetCount)
        let times = track.flatMap { MovieTimes($0, lengths, sampleRate: 48_000) }
        return times?.contradiction == nil ? nil : times
    }

    private static func starts(_ times: MovieTimes?) -> [Int64] {
        guard var times else { return [] }
        var starts: [Int64] = []
        while let place = times.next() { starts.append(place.start) }
        return starts
    }

    @Test func `a table that has the lengths of the packets, or less of the last, is not contradicted`() throws {
        #expect(try Self.track([1024, 1024], length: 2048)?.id == 7)
        #expect(try Self.times([1024, 1024, 1024], length: 3072) == nil)
        #expect(try Self.times([1024, 1024, 300], length: 2348) == nil)
        #expect(try Self.times([1024, 1024, 99_999], length: 3072) == nil)
        // 21 and 1/3 milliseconds.
        #expect(try Self.times([21, 21, 22, 21, 21, 22], timescale: 1000, length: 128) == nil)
        // Packets that are missing, which the length has, too.
        #expect(try Self.times([1024, 3072, 1024, 1024], length: 6144) == nil)
    }

    @Test(
        arguments: [
            ([960, 960, 960, 960], 3, 0, -192), ([0, 0, 1024, 1024], 2, 0, -2048),
            ([1024, 5000, 1024, 1024], 1, 1024, 3976),
            ([1024, 3072, 1024, 1024], 1, 1024, 2048), ([2048, 2048, 2048, 2048], 3, 0, 3072),
            ([1025, 1023, 1024, 1024], 2, 0, 0),
        ] as [([UInt32], UInt64, UInt64, Int64)])
    func `packets follow one another if the table of times contradicts them`(
        _ steps: [UInt32], _ packetCount: UInt64, _ firstSample: UInt64, _ excess: Int64
    ) throws {
        let times = try #require(try Self.times(steps, length: 4096, heard: 1024..<4000))
        #expect(times.contradiction?.packetCount == packetCount)
        #expect(times.contradiction?.firstSample == firstSample)
        #expect(times.contradiction?.excessSampleCount == excess)
        #expect(Self.starts(times) == [-1024, 0, 1024, 2048])
        #expect(times.start == 1024 && times.end == 4000)
    }

    @Test func `a table in milliseconds that runs away from the packets is contradicted`() throws {
        let times = try Self.times([20, 20, 20, 20, 20, 20], timescale: 1000, length: 128)
        #expect(times?.contradiction?.excessSampleCount == -320)
        #expect(Self.starts(times) == [0, 1024, 2048, 3072, 4096, 5120])
    }

    @Test func `an end that is as wrong as the times does not count`() throws {
        let times = try Self.times([100, 100, 100, 100, 100, 100], length: 600, heard: 0..<600)
        #expect(times?.start == 0 && times?.end == 6144)
    }

    @Test func `packets of Opus are as long as each of them says`() throws {
        #expect(try Self.times([960, 1920, 960], length: 3840, lengths: [960, 1920, 960]) == nil)
        let times = try Self.times([960, 1680, 960, 960], length: 3840, lengths: [960, 960, 960, 960])
        #expect(times?.contradiction?.packetCount == 1)
        #expect(times?.contradiction?.excessSampleCount == 720)
        #expect(Self.starts(times) == [0, 960, 1920, 2880])
        #expect(try Self.times([480, 480], length: 960, lengths: [960, 960, 960]) == nil)
    }

    @Test func `tables that claim absurd numbers do no harm`() throws {
        #expect(try Self.times([.max, .max, .max], length: .max)?.sampleCount == 3072)
        #expect(try Self.times([1024, 1024, 1024, 1024], length: 1024, packetCount: 2) == nil)
        #expect(try Self.track([], length: 0) == nil)
    }
}
