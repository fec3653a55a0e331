import AudioCoding
import Testing

@testable import Recordings

struct FrameTableTests {
    @Test func `a table of frames is the same after it was kept, even if frames are missing or overlap`() throws {
        let frames = [
            CodedFrame(offset: 9, byteCount: 70, firstSample: 0, sampleCount: 1024),
            CodedFrame(offset: 79, byteCount: 800, firstSample: 1024, sampleCount: 1024),
            CodedFrame(offset: 2000, byteCount: 60, firstSample: 5000, sampleCount: 1024),
            CodedFrame(offset: 2000, byteCount: 80, firstSample: 4900, sampleCount: 3000),
            CodedFrame(offset: .max - 10, byteCount: 10, firstSample: .max - 7, sampleCount: 7),
        ]
        var table = FrameTable()
        table.append(frames)
        let kept = try #require(FrameTable(bytes: table.bytes[...]))
        #expect((0..<kept.count).compactMap { kept[$0] } == frames)
    }

    @Test(arguments: [[1], [0xFF], [1, 2, 3], [1] + [UInt8](repeating: 0xFF, count: 9) + [1, 0, 0]])
    func `bytes that are no table of frames give none`(bytes: [UInt8]) {
        #expect(FrameTable(bytes: bytes[...]) == nil)
    }
}
