import Foundation
import Glibc
import Recordings
import Support
import SyntheticRecordings
import TestSupport
import Testing
import WaveFile

extension Mounts {
    @Suite(.timeLimit(.minutes(3))) struct `A mounted file` {
        private let samples = SyntheticSamples(seed: 1)

        @Test func `cp and cmp read a file as its header and its samples`() throws {
            let count: UInt64 = 1_000_001
            let expected = try wave(count, .unsigned8)
            try MountedVolume.with([recording(count, encoding: .unsigned8)]) { mountpoint in
                let file = mountpoint.appending(path: "a.wav")
                try #expect(Data(contentsOf: file) == expected)
                try TestFiles.withTemporaryDirectory { scratch in
                    let copy = scratch.appending(path: "copy.wav").path
                    try #expect(run("cp", file.path, copy).status == 0)
                    try #expect(run("cmp", file.path, copy).status == 0)
                    try #expect(Data(contentsOf: URL(filePath: copy)) == expected)
                    try #expect(run("cp", "--sparse=always", file.path, copy).status == 0)
                    try #expect(Data(contentsOf: URL(filePath: copy)) == expected)
                }
            }
        }

        @Test func `dd reads the same bytes of a file at any offset`() throws {
            let expected = try wave(20_000)
            try MountedVolume.with([recording(20_000)]) { mountpoint in
                let file = mountpoint.appending(path: "a.wav").path
                for (skip, count) in [(0, 1), (43, 3), (44, 1), (777, 333), (40_040, 4), (40_043, 100), (40_044, 1)] {
                    let found = try run("dd", "if=\(file)", "bs=1", "skip=\(skip)", "count=\(count)", "status=none")
                    #expect(found.output == expected.dropFirst(skip).prefix(count))
                }
                try #expect(run("tail", "-c", "100", file).output == expected.suffix(100))
            }
        }

        @Test func `a file is the same with and without the page cache, in reads of any size`() throws {
            let expected = try wave(100_000, .integer24)
            try MountedVolume.with([recording(100_000, encoding: .integer24)]) { mountpoint in
                let path = mountpoint.appending(path: "a.wav").path
                for size in ["1000", "4096", "64K", "1M"] {
                    try #expect(run("dd", "if=\(path)", "bs=\(size)", "status=none").output == expected)
                    try #expect(readDirectly(path, pieces: size) == expected)
                }
            }
        }

        @Test func `a file ends at its size`() throws {
            try MountedVolume.with([recording(10)]) { mountpoint in
                let descriptor = open(mountpoint.appending(path: "a.wav").path, O_RDONLY)
                defer { close(descriptor) }
                var bytes = [UInt8](repeating: 0, count: 100)
                #expect(pread(descriptor, &bytes, 100, 60) == 4)
                #expect(pread(descriptor, &bytes, 100, 64) == 0)
                #expect(pread(descriptor, &bytes, 100, .max - 100) == 0)
                #expect(lseek(descriptor, 0, SEEK_END) == 64)
            }
        }

        @Test func `a file has no holes`() throws {
            try MountedVolume.with([recording(10)]) { mountpoint in
                let descriptor = open(mountpoint.appending(path: "a.wav").path, O_RDONLY)
                defer { close(descriptor) }
                let (seekData, seekHole): (Int32, Int32) = (3, 4)
                #expect(lseek(descriptor, 5, seekData) == 5)
                #expect(lseek(descriptor, 5, seekHole) == 64)
                errno = 0
                #expect(lseek(descriptor, 64, seekData) == -1)
                #expect(errno == ENXIO)
            }
        }

        @Test func `a file can be mapped into memory`() throws {
            let expected = try wave(500_000)
            try MountedVolume.with([recording(500_000)]) { mountpoint in
                let descriptor = open(mountpoint.appending(path: "a.wav").path, O_RDONLY)
                defer { close(descriptor) }
                for sharing in [MAP_PRIVATE, MAP_SHARED] {
                    let mapped = mmap(nil, expected.count, PROT_READ, sharing, descriptor, 0)
                    let bytes = try #require(mapped != MAP_FAILED ? mapped : nil)
                    #expect(Data(bytes: bytes, count: expected.count) == expected)
                    munmap(bytes, expected.count)
                }
            }
        }

        @Test func `a file of 6 GB is RF64, is opened at once, and is right beyond 4 GiB`() throws {
            try MountedVolume.with([recording(3_000_000_000)]) { mountpoint in
                let path = mountpoint.appending(path: "a.wav").path
                var status = stat()
                #expect(stat(path, &status) == 0)
                #expect(status.st_size == 6_000_000_080)
                #expect(status.st_blocks == 11_718_751)
                let descriptor = open(path, O_RDONLY)
                defer { close(descriptor) }
                var bytes = [UInt8](repeating: 0, count: 1_000)
                #expect(pread(descriptor, &bytes, 4, 0) == 4)
                #expect(Array(bytes.prefix(4)) == Array("RF64".utf8))
                for offset in [UInt64(4_294_967_000), 4_294_967_295, 5_999_999_500] {
                    let count = pread(descriptor, &bytes, 1_000, off_t(offset + 80))
                    let end = min(offset + 1_000, 6_000_000_000)
                    #expect(Array(bytes.prefix(count)) == samples.bytes(offset..<end))
                }
            }
        }

        @Test func `a read of more blocks than one reply can have is answered`() throws {
            let tiny = SyntheticSamples(seed: 1, blockSize: 16)
            let expected = try wave(200_000)
            try MountedVolume.with([recording(200_000, samples: tiny)]) { mountpoint in
                let path = mountpoint.appending(path: "a.wav").path
                try #expect(readDirectly(path, pieces: "1M") == expected)
            }
        }

        @Test func `a range that cannot be decoded gives EIO, and all others can be read`() throws {
            let failing = SyntheticSamples(seed: 1, unreadable: 1_000_000..<1_000_100)
            let lines = KeptLines()
            try MountedVolume.with([recording(1_000_000, samples: failing)], log: lines.log) { mountpoint in
                let descriptor = open(mountpoint.appending(path: "a.wav").path, O_RDONLY)
                defer { close(descriptor) }
                let page = 4_096
                let firstBad = (1_000_044 / page) * page
                var bytes = [UInt8](repeating: 0, count: page)
                for offset in stride(from: 0, to: 2_000_044, by: page) {
                    let count = pread(descriptor, &bytes, page, off_t(offset))
                    if offset == firstBad {
                        #expect(count == -1)
                        #expect(errno == EIO)
                    } else {
                        #expect(count == min(page, 2_000_044 - offset))
                    }
                }
            }
            #expect(lines.all.count { $0.contains("synthetic/1") } == 1)
        }

        @Test func `many readers at once read the right bytes`() throws {
            let count: UInt64 = 20_000_000
            let samples = samples
            try MountedVolume.with((0..<4).map { recording(count, path: "\($0)", source: "\($0).flac") }) {
                mountpoint in
                Parallel.forEach(count: 400, threads: 16) { index in
                    let descriptor = open(mountpoint.appending(path: "\(index % 4).wav").path, O_RDONLY)
                    defer { close(descriptor) }
                    let offset = UInt64(index) * 99_991 % (2 * count - 5_000)
                    var bytes = [UInt8](repeating: 0, count: 5_000)
                    #expect(pread(descriptor, &bytes, 5_000, off_t(offset + 44)) == 5_000)
                    #expect(bytes == samples.bytes(offset..<offset + 5_000))
                }
            }
        }

        @Test func `a mount with one thread serves files`() throws {
            let expected = try wave(50_000)
            try MountedVolume.with([recording(50_000)], threads: 1) { mountpoint in
                try #expect(Data(contentsOf: mountpoint.appending(path: "a.wav")) == expected)
            }
        }

        private func recording(
            _ count: UInt64, path: String = "0", source: String = "a.flac", encoding: SampleEncoding = .integer16,
            samples: SyntheticSamples? = nil
        ) -> Recording {
            .synthetic(path, source: source, sampleCount: count, encoding: encoding, samples: samples ?? self.samples)
        }

        /// The expected file of `recording`.
        private func wave(_ count: UInt64, _ encoding: SampleEncoding = .integer16) throws -> Data {
            let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: encoding))
            let header = try #require(WaveHeader(format: format, sampleCount: count))
            let padding = [UInt8](repeating: 0, count: Int(header.dataByteCount % 2))
            return Data(header.bytes + samples.bytes(0..<header.dataByteCount) + padding)
        }

        /// All bytes of the file at `path`, read without the page cache.
        private func readDirectly(_ path: String, pieces: String) throws -> Data {
            try run("dd", "if=\(path)", "bs=\(pieces)", "iflag=direct", "status=none").output
        }
    }
}
