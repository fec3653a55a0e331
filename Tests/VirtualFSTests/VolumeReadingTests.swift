import Glibc
import Support
import Synchronization
import SyntheticRecordings
import TestSupport
import Testing
import WaveFile

@testable import Recordings
@testable import VirtualFS

struct VolumeReadingTests {
    private let samples = SyntheticSamples(seed: 5, blockSize: 100)

    @Test func `a read at any offset and of any size gives the header, the samples and the pad byte`() throws {
        let volume = Volume([.synthetic("0", source: "a", sampleCount: 333, encoding: .unsigned8, samples: samples)])
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .unsigned8))
        let header = try #require(WaveHeader(format: format, sampleCount: 333))
        let file = header.bytes + samples.bytes(0..<333) + [0]
        let inode = try volume.attributes(at: "a.wav").inode
        let handle = try volume.open(inode)
        for offset in 0..<UInt64(file.count + 2) {
            for size in [UInt64(0), 1, 43, 44, 45, 377, 378, .max] {
                let found = try volume.read(handle, offset: offset, size: size).flatMap { Array($0.bytes) }
                #expect(found == Array(file.dropFirst(Int(offset)).prefix(Int(min(size, 1_000)))))
            }
        }
        try volume.release(handle)
    }

    @Test func `of much around the samples, no more is read than is asked for`() throws {
        let asked = Mutex<[Range<UInt64>]>([])
        var facts = Recording.synthetic("0", source: "a", sampleCount: 500).facts
        let size = EnvelopeSize(headByteCount: 3 << 20, tailByteCount: 10)
        facts.envelopeSize = size
        let envelope = SourceEnvelope(size: size) { _, range in
            asked.withLock { $0.append(range) }
            return range.map { UInt8(truncatingIfNeeded: $0 / 7) }
        }
        let volume = Volume([Recording(facts, samples: samples, envelope: envelope)])
        let handle = try volume.open(volume.attributes(at: "a.wav").inode)
        let head = try volume.read(handle, offset: 1 << 20, size: 100).flatMap { Array($0.bytes) }
        #expect(head == ((1 << 20)..<(1 << 20) + 100).map { UInt8(truncatingIfNeeded: $0 / 7) })
        let end = try volume.read(handle, offset: (3 << 20) + 990, size: 100).flatMap { Array($0.bytes) }
        #expect(end == samples.bytes(990..<1_000) + (0..<10).map { UInt8(truncatingIfNeeded: $0 / 7) })
        #expect(asked.withLock { $0 }.map { $0.lowerBound } == [1 << 20, 0])
        #expect(asked.withLock { $0 }.map { $0.upperBound } == [(1 << 20) + 100, 10])
        try volume.release(handle)
    }

    @Test func `a file can be read beyond 4 GiB`() throws {
        let volume = Volume([.synthetic("0", source: "a", sampleCount: 3_000_000_000, samples: samples)])
        let handle = try volume.open(volume.attributes(at: "a.wav").inode)
        let found = try volume.read(handle, offset: 5_000_000_080, size: 500).flatMap { Array($0.bytes) }
        #expect(found == samples.bytes(5_000_000_000..<5_000_000_500))
        try volume.release(handle)
    }

    @Test func `a read returns the blocks of the reader, not copies`() throws {
        let one = SingleBlock()
        let volume = Volume([.synthetic("0", source: "a", sampleCount: 500, samples: one)])
        let handle = try volume.open(volume.attributes(at: "a.wav").inode)
        let slices = try volume.read(handle, offset: 0, size: 4_096)
        #expect(slices.contains { $0.block === one.block })
        try volume.release(handle)
    }

    @Test func `a read that fails is EIO for its range only, and one line in the log`() throws {
        let lines = KeptLines()
        let failing = SyntheticSamples(seed: 5, unreadable: 1_000..<1_100)
        let volume = Volume([.synthetic("0", source: "a", sampleCount: 5_000, samples: failing)], log: lines.log)
        let handle = try volume.open(volume.attributes(at: "a.wav").inode)
        for _ in 0..<3 {
            #expect(errno { try volume.read(handle, offset: 1_044, size: 10) } == EIO)
        }
        #expect(try volume.read(handle, offset: 44, size: 1_000).reduce(0) { $0 + $1.count } == 1_000)
        #expect(try volume.read(handle, offset: 1_144, size: 1_000).reduce(0) { $0 + $1.count } == 1_000)
        #expect(lines.all.count == 1)
        #expect(lines.all.first == "a.wav: /synthetic/5: samples 1000..<1100: cannot be decoded")
        try volume.release(handle)
    }

    @Test func `a reader that gives fewer or more bytes than it was asked for is EIO`() throws {
        let volume = Volume([.synthetic("0", source: "a", sampleCount: 5_000, samples: SingleBlock())])
        let handle = try volume.open(volume.attributes(at: "a.wav").inode)
        #expect(errno { try volume.read(handle, offset: 44, size: 4_096) } == EIO)
        try volume.release(handle)
    }

    @Test func `a handle can be read from its open to its release`() throws {
        let volume = Volume([.synthetic("0", source: "a")])
        let handle = try volume.open(volume.attributes(at: "a.wav").inode)
        let other = try volume.open(volume.attributes(at: "a.wav").inode)
        #expect(handle != other)
        #expect(volume.openFiles.count == 2)
        try volume.release(handle)
        #expect(errno { try volume.read(handle, offset: 0, size: 1) } == EBADF)
        #expect(errno { try volume.release(handle) } == EBADF)
        #expect(try volume.read(other, offset: 0, size: 4).flatMap { Array($0.bytes) } == Array("RIFF".utf8))
        try volume.release(other)
        #expect(volume.openFiles.count == 0)
    }

    @Test func `many threads that read at once get the same bytes`() {
        let volume = Volume([.synthetic("0", source: "a", sampleCount: 100_000, samples: samples)])
        Parallel.forEach(count: 200, threads: 8) { [samples] index in
            do {
                let handle = try volume.open(volume.attributes(at: "a.wav").inode)
                let offset = UInt64(index * 997)
                let found = try volume.read(handle, offset: offset + 44, size: 500).flatMap { Array($0.bytes) }
                #expect(found == samples.bytes(offset..<offset + 500))
                try volume.release(handle)
            } catch {
                Issue.record(error)
            }
        }
        #expect(volume.openFiles.count == 0)
    }
}

/// A reader that gives the same block whatever is asked for.
private struct SingleBlock: SampleReading {
    let block = Block(count: 1_000) { _ in }

    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] { [BlockSlice(block)] }
}

/// The errno of what `body` throws; 0 where it throws nothing.
func errno<T>(_ body: () throws -> T) -> Int32 {
    do {
        _ = try body()
        return 0
    } catch {
        return (error as? VirtualFSError)?.errno ?? -1
    }
}
