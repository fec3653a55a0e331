import Testing

@testable import WaveFile

@Suite struct `The layout of a WAV file` {
    @Test func `only data of odd size is followed by a pad byte`() throws {
        let odd = try layout(.integer24, 3)
        #expect(odd.tail == [0])
        #expect(odd.extent.fileSize == 44 + 9 + 1)

        let even = try layout(.integer24, 4)
        #expect(even.tail.isEmpty)
        #expect(even.extent.fileSize == 44 + 12)
    }

    @Test func `every range of a file is split into the right parts`() throws {
        let layout = try #require(WaveLayout(head: [1, 2, 3], dataByteCount: 5, tail: [9, 8]))
        /// The origin of each byte of the file.
        let file = (0..<3).map { "head\($0)" } + (0..<5).map { "data\($0)" } + (0..<2).map { "tail\($0)" }
        for offset in 0...12 {
            for size in 0...12 {
                let parts = layout.extent.parts(offset: UInt64(offset), size: UInt64(size))
                let found =
                    parts.head.map { "head\($0)" } + parts.data.map { "data\($0)" } + parts.tail.map { "tail\($0)" }
                #expect(found == Array(file.dropFirst(offset).prefix(size)))
            }
        }
    }

    @Test func `ranges beyond 4 GiB are split into the right parts`() throws {
        let layout = try layout(.integer16, 3_000_000_000)
        #expect(layout.head.count == 80)
        #expect(layout.extent.fileSize == 6_000_000_080)
        let parts = layout.extent.parts(offset: 5_000_000_080, size: 131_072)
        #expect(parts.head.isEmpty)
        #expect(parts.data == 5_000_000_000..<5_000_131_072)
        #expect(layout.extent.parts(offset: 6_000_000_079, size: 100).data == 5_999_999_999..<6_000_000_000)
    }

    @Test(arguments: [SampleEncoding.unsigned8, .integer24, .float32, .float64])
    func `the extent of a WAV file is counted without making its header`(encoding: SampleEncoding) throws {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: encoding))
        let limit = UInt64(UInt32.max) / UInt64(encoding.bytes)
        for sampleCount in [0, 1, 2, 3] + Array(limit - 60..<limit + 60) + [UInt64(Int64.max), .max] {
            #expect(
                WaveExtent(format: format, sampleCount: sampleCount)
                    == WaveLayout(format: format, sampleCount: sampleCount)?.extent)
        }
    }

    @Test(arguments: [UInt64(0), 43, 44, 53, 54, 55, .max - 1, .max], [UInt64(0), 1, .max - 1, .max])
    func `the parts of a range never reach beyond the file`(offset: UInt64, size: UInt64) throws {
        let layout = try layout(.integer24, 3)
        let parts = layout.extent.parts(offset: offset, size: size)
        #expect(parts.head.upperBound <= layout.head.count)
        #expect(parts.data.upperBound <= layout.extent.dataByteCount)
        #expect(parts.tail.upperBound <= layout.tail.count)
        let count = UInt64(parts.head.count + parts.data.count + parts.tail.count)
        #expect(count == min(size, layout.extent.fileSize - min(offset, layout.extent.fileSize)))
    }

    @Test func `a file larger than the largest file offset is refused`() throws {
        let largest = UInt64(Int64.max)
        #expect(try #require(WaveLayout(head: [], dataByteCount: largest, tail: [])).extent.fileSize == largest)
        #expect(WaveLayout(head: [0], dataByteCount: largest, tail: []) == nil)
        #expect(WaveLayout(head: [], dataByteCount: largest, tail: [0]) == nil)
        #expect(WaveLayout(head: [0], dataByteCount: .max, tail: []) == nil)
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        #expect(WaveLayout(format: format, sampleCount: largest / 2) == nil)
    }

    @Test func `the file of an empty recording is its header`() throws {
        let layout = try layout(.integer16, 0)
        #expect(layout.extent.fileSize == 44)
        #expect(layout.extent.parts(offset: 0, size: 4096).data.isEmpty)
    }

    private func layout(_ encoding: SampleEncoding, _ sampleCount: UInt64) throws -> WaveLayout {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: encoding))
        return try #require(WaveLayout(format: format, sampleCount: sampleCount))
    }
}
