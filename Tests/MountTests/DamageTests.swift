import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// Damaged stores: what can no longer be read, and what can.
    @Suite struct `A damaged store` {
        private static let pageSize = 4_096

        /// A file, read page by page; pages that cannot be read are nil.
        private struct Pages {
            let pages: [[UInt8]?]

            init(_ path: String) throws {
                var status = stat()
                try #require(stat(path, &status) == 0)
                let file = try MountedFile(path)
                pages = stride(from: 0, to: UInt64(status.st_size), by: pageSize).map { start in
                    errno = 0
                    let bytes = try? file.bytes(start..<start + UInt64(pageSize))
                    if bytes == nil { #expect(errno == EIO) }
                    return bytes
                }
            }

            /// The pages that cannot be read.
            var lost: [Int] { pages.indices.filter { pages[$0] == nil } }

            /// Whether every page in `range` that can be read is as in `whole`.
            func agree(with whole: [UInt8], in range: Range<Int>? = nil) -> Bool {
                pages.indices.allSatisfy { number in
                    guard range?.contains(number) ?? true, let page = pages[number] else { return true }
                    let start = UInt64(number * pageSize)
                    return whole.has(page, in: start..<start + UInt64(page.count))
                }
            }
        }

        /// Mounts a store of `blob`, and calls `body` with the pages of its file and with the log.
        private func withMounted(
            _ codec: String, _ blob: [UInt8], chunks: [Int]? = nil, index: [[UInt64]]? = nil,
            damage: (TestStore) throws -> Void = { _ in }, _ body: (Pages, String) throws -> Void
        ) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let log = directory.appending(path: "log")
                let pages = try MountedStore.with(["-o", "log=\(log.path)"]) { store in
                    try store.addRecording("0", codec: codec, blob: blob, fileName: "a.wav", chunks: chunks)
                    if let index { try store.addTable("0/\(codec)_index", rows: index) }
                    try damage(store)
                } _: { mount in
                    try Pages(mount.file("a.wav").path)
                }
                try body(pages, String(contentsOf: log, encoding: .utf8))
            }
        }

        /// The whole file of an undamaged `blob`.
        private func whole(_ codec: String, _ blob: [UInt8]) throws -> [UInt8] {
            try MountedStore.with {
                try $0.addRecording("0", codec: codec, blob: blob, fileName: "a.wav")
            } _: {
                try $0.bytes("a.wav")
            }
        }

        /// The pages with `samples` of `bytesPerSample` bytes each behind a header of 44 bytes.
        private func pages(of samples: Range<Int>, bytesPerSample: Int) -> [Int] {
            let first = (44 + samples.lowerBound * bytesPerSample) / Self.pageSize
            let last = (44 + samples.upperBound * bytesPerSample - 1) / Self.pageSize
            return Array(first...last)
        }

        /// The ranges of samples that cannot be decoded according to `log`.
        private func samplesLost(in log: String) -> [Range<Int>] {
            log.matches(of: #/\bsamples (\d+)\.\.<(\d+): /#).compactMap { match in
                guard let lower = Int(match.1), let upper = Int(match.2) else { return nil }
                return lower..<upper
            }
        }

        @Test func `a damaged FLAC frame makes only the pages with its samples unreadable`() throws {
            var blob = try MountedStore.fixture("recordings/fixed.flac")
            let whole = try whole("flac", blob)
            let blockSize = Int(blob[10]) << 8 | Int(blob[11])
            blob[40_000] ^= 0x10
            try withMounted("flac", blob) { found, log in
                let lost = samplesLost(in: log)
                #expect(lost.count == 1)
                #expect(lost.allSatisfy { $0.count == blockSize })
                #expect(!found.lost.isEmpty)
                #expect(found.lost == lost.flatMap { pages(of: $0, bytesPerSample: 2) })
                #expect(found.agree(with: whole))
            }
        }

        @Test func `a missing or truncated chunk makes only the frames in it unreadable`() throws {
            let blob = try MountedStore.fixture("recordings/fixed.flac")
            let whole = try whole("flac", blob)
            let cuts: [(URL) throws -> Void] = [
                { try FileManager.default.removeItem(at: $0) }, { _ = truncate($0.path, 5_000) },
            ]
            for cut in cuts {
                try withMounted("flac", blob, chunks: [10_000]) { store in
                    try cut(store.chunk([4], of: "0/audio_data_blob_array"))
                } _: { found, log in
                    // 10 000 of 83 000 bytes, more or less the frames at both ends.
                    #expect((1...found.pages.count / 3).contains(found.lost.count))
                    #expect(found.agree(with: whole))
                    #expect(!samplesLost(in: log).isEmpty)
                }
            }
        }

        /// The rows of the index of an ADTS stream.
        private func adtsIndex(_ blob: [UInt8]) -> [[UInt64]] {
            var rows: [[UInt64]] = []
            var offset = 0
            while offset + 7 <= blob.count {
                let size = Int(blob[offset + 3] & 3) << 11 | Int(blob[offset + 4]) << 3 | Int(blob[offset + 5]) >> 5
                rows.append([UInt64(offset), UInt64(size), UInt64(rows.count * 1_024)])
                offset += max(size, 7)
            }
            return rows
        }

        @Test func `a damaged AAC frame makes the run of sixteen frames around it unreadable`() throws {
            var blob = try MountedStore.fixture("recordings/exact.aac")
            let whole = try whole("aac", blob)
            let index = adtsIndex(blob)
            // Not the last frame of its run, which is the pre-roll of the next.
            let frame = 50
            blob[Int(index[frame][0])] = 0
            try withMounted("aac", blob, index: index) { found, log in
                let run = frame / 16 * 16 * 1_024..<(frame / 16 + 1) * 16 * 1_024
                #expect(samplesLost(in: log) == [run])
                #expect(found.lost == pages(of: run, bytesPerSample: 4))
                #expect(found.agree(with: whole))
            }
        }

        @Test func `a lost AAC frame without an index makes all samples after it come too early`() throws {
            var blob = try MountedStore.fixture("recordings/exact.aac")
            let whole = try whole("aac", blob)
            let index = adtsIndex(blob)
            blob[Int(index[50][0])] = 0
            try withMounted("aac", blob) { found, _ in
                let bytes = found.pages.flatMap { $0 ?? [] }
                #expect(found.lost.isEmpty)
                // The frame before is lost as well, since a frame needs a header behind it.
                #expect(bytes.count == whole.count - 2 * 1_024 * 4)
                let isSameBefore = bytes[44..<44 + 48 * 4_096] == whole[44..<44 + 48 * 4_096]
                #expect(isSameBefore)
                let isSameAfter = bytes.suffix(10_000) == whole.suffix(10_000)
                #expect(isSameAfter)
            }
        }

        @Test func `a damaged Ogg page makes the run of sixteen Opus packets around it unreadable`() throws {
            var blob = try MountedStore.fixture("recordings/celt.opus")
            let whole = try whole("opus", blob)
            let pages = blob.indices.dropLast(4).filter { blob[$0..<$0 + 4].elementsEqual("OggS".utf8) }
            blob[pages[pages.count / 2] + 400] ^= 0x10
            try withMounted("opus", blob) { found, log in
                let lost = samplesLost(in: log)
                #expect(lost.count == 1)
                // 16 packets of 20 ms, and the second of sound in the page.
                #expect(lost.allSatisfy { $0.count == (16 + 50) * 960 })
                let first = try #require(found.lost.first)
                let last = try #require(found.lost.last)
                #expect(found.lost == Array(first...last))
                #expect(found.agree(with: whole, in: 0..<first))
                // Once the decoder has forgotten the gap.
                #expect(found.agree(with: whole, in: found.pages.count - 10..<found.pages.count))
            }
        }

        @Test func `a recording with a broken document is named as a problem, and all others are served`() throws {
            let blob = try MountedStore.fixture("coded/single.flac")
            let texts = ["{", "", "[]", #"{"zarr_format": 3}"#, #"{"zarr_format": 2, "node_type": "group"}"#]
            try MountedStore.with { store in
                try store.addRecording("0", codec: "flac", blob: blob, fileName: "good.wav")
                for (number, text) in texts.enumerated() {
                    try store.addRecording("\(number + 1)", codec: "flac", blob: blob, fileName: "bad.wav")
                    try Data(text.utf8).write(to: store.directory.appending(path: "\(number + 1)/zarr.json"))
                }
                try store.addRecording("9", codec: "ac3", blob: blob, fileName: "other.wav")
                try store.addGroup("10", attributes: ["type": "original_audio_file"])
            } _: { mount in
                try #expect(mount.names() == ["good.wav"])
                let problems = try mount.text(".zarrwlr/problems.txt").split(separator: "\n")
                #expect(problems.count == texts.count + 2)
                for number in Array(1...texts.count) + [9, 10] {
                    #expect(problems.contains { $0.hasPrefix("/\(number): ") })
                }
                #expect(problems.contains { $0.hasPrefix("/9: ") && $0.contains("ac3") })
            }
        }

        @Test func `a store that is truncated while mounted gives EIO, and the mount goes on`() throws {
            let blob = try MountedStore.fixture("recordings/fixed.flac")
            var chunk: URL?
            try MountedStore.with { store in
                try store.addRecording("0", codec: "flac", blob: blob, fileName: "a.wav")
                try store.addRecording("1", codec: "flac", blob: blob, fileName: "b.wav")
                chunk = store.chunk([0], of: "0/audio_data_blob_array")
            } _: { mount in
                // Recordings that are not examined yet when they are truncated are not shown.
                try #expect(mount.names() == ["a.wav", "b.wav"])
                try #require(truncate(#require(chunk).path, 0) == 0)
                try #expect(Pages(mount.file("a.wav").path).lost.count > 10)
                try #expect(Pages(mount.file("b.wav").path).lost.isEmpty)
                try #expect(mount.names() == ["a.wav", "b.wav"])
            }
        }
    }
}
