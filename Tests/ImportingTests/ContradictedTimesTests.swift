import Foundation
import Importing
import Recordings
import TestSupport
import Testing

/// Sources whose packets have other times than their lengths make.
@Suite(.enabled(if: ["ffmpeg", "ffprobe"].allSatisfy(isInstalled), "needs ffmpeg and ffprobe"))
struct ContradictedTimesTests {
    /// `file`, an MP4 file whose index is at its end, with `change` of the steps in its table of times. ISO/IEC 14496-12, section 8.6.1.2.
    private static func changingSteps(of file: [UInt8], _ change: ([UInt32]) -> [UInt32]) throws -> [UInt8] {
        var file = file
        func number(at offset: Int) -> UInt32 { file[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
        var (start, end) = (0, file.count)
        var parents: [Int] = []
        for name in ["moov", "trak", "mdia", "minf", "stbl", "stts"] {
            while start + 8 <= end, !file[start + 4..<start + 8].elementsEqual(name.utf8) {
                start += Int(number(at: start))
            }
            try #require(start + 8 <= end)
            parents.append(start)
            end = start + Int(number(at: start))
            start += 8
        }
        let table = parents.removeLast()
        let runs = (0..<Int(number(at: table + 12))).map { table + 16 + 8 * $0 }
        let steps = change(runs.flatMap { repeatElement(number(at: $0 + 4), count: Int(number(at: $0))) })
        let entries = steps.flatMap { bytes(1) + bytes($0) }
        let box =
            bytes(UInt32(16 + entries.count)) + Array("stts".utf8) + bytes(0) + bytes(UInt32(steps.count)) + entries
        let growth = box.count - (end - table)
        for parent in parents {
            file.replaceSubrange(parent..<parent + 4, with: bytes(UInt32(Int(number(at: parent)) + growth)))
        }
        file.replaceSubrange(table..<end, with: box)
        return file
    }

    private static func note(_ notes: [String]) -> String? { notes.first { $0.contains("contradict") } }

    private static let aac: [@Sendable ([UInt32]) -> [UInt32]] = [
        { $0.map { _ in 960 } }, { $0.map { _ in 0 } }, { $0.map { _ in 2048 } },
        { steps in steps.enumerated().map { $0.offset < 5 ? 0 : $0.element } },
        { steps in steps.enumerated().map { $0.offset == 50 ? 24 * 48_000 : $0.element } },
        { steps in steps.enumerated().map { $0.element + ($0.offset % 2 == 0 ? 7 : 3) } },
    ]

    @Test(arguments: aac.indices)
    func `AAC in MP4 is stored as it is, whatever its times say, and a note says so`(_ index: Int) throws {
        let fixture = try ImportFixture()
        let whole = try DamagedSourceTests.make("a.m4a", ["-c:a", "aac", "-b:a", "96k"], in: fixture)
        let (sound, intact) = try fixture.importBytes(whole, name: "whole.m4a")
        #expect(Self.note(sound.notes) == nil)
        let changed = try Self.changingSteps(of: whole, Self.aac[index])
        let (imported, recording) = try fixture.importBytes(changed, name: "changed.m4a")
        #expect(imported.codec == .aac && imported.sampleCount == 144_000)
        #expect(Self.note(imported.notes)?.hasPrefix("the times of ") == true, "\(imported.notes)")
        let isSame = try recording.sampleBytes() == intact.sampleBytes()
        #expect(isSame)
        let again = try fixture.file("strict.m4a", changed + [0])
        #expect(throws: ImportError.self) { try fixture.outcome(of: again, DamagedSourceTests.strict) }
        let preview = try fixture.preview(of: fixture.file("dry.m4a", changed))
        #expect(Self.note(preview.notes) == Self.note(imported.notes) && preview.isCopied)
    }

    /// `changingSteps` to one of `step` for all packets, as one entry of the table.
    private static func levellingSteps(of file: [UInt8], to step: UInt8) throws -> [UInt8] {
        var file = try changingSteps(of: file) { $0.map { _ in UInt32(step) } }
        let table = try #require(
            (4..<file.count).first { file[$0..<min($0 + 4, file.count)].elementsEqual("stts".utf8) })
        // The entries behind the first are no longer counted.
        let count = file[table + 8..<table + 12]
        file.replaceSubrange(table + 12..<table + 16, with: count)
        file.replaceSubrange(table + 8..<table + 12, with: [0, 0, 0, 1])
        return file
    }

    @Test(arguments: [("aac", "a.m4a"), ("alac", "a.m4a"), ("ac3", "a.m4a"), ("libopus", "a.mp4"), ("flac", "a.mp4")])
    func `packets that all take one tick are found, and a note says what is wrong`(codec: String, name: String) throws {
        let fixture = try ImportFixture()
        let whole = try DamagedSourceTests.make(
            name, ["-c:a", codec, "-strict", "-2", "-sample_rate", "48000"], in: fixture)
        let intact = try fixture.importBytes(whole, name: "whole-\(name)").recording
        let changed = try Self.levellingSteps(of: whole, to: 1)
        let (imported, recording) = try fixture.importBytes(changed, name: "changed-\(name)")
        #expect(Self.note(imported.notes)?.hasPrefix("the times of ") == true, "\(imported.notes)")
        let isSame = try recording.sampleBytes() == intact.sampleBytes()
        #expect(isSame)
        let preview = try fixture.preview(of: fixture.file("dry-\(name)", changed))
        #expect(Self.note(preview.notes) == Self.note(imported.notes))
    }

    @Test func `PCM in QuickTime, whose samples take one tick each, is read as before`() throws {
        let fixture = try ImportFixture()
        let bytes = try DamagedSourceTests.make("a.mov", ["-c:a", "pcm_s16le"], in: fixture)
        let (imported, _) = try fixture.importBytes(bytes, name: "a.mov")
        #expect(imported.sampleCount == 144_000 && imported.notes.isEmpty)
    }

    @Test(arguments: [0, 480, 1000, 1440, 1680, 2880] as [UInt32])
    func `a packet of Opus in MP4 is as long as it says itself`(_ step: UInt32) throws {
        let fixture = try ImportFixture()
        let whole = try DamagedSourceTests.make("a.mp4", ["-c:a", "libopus"], in: fixture)
        let intact = try fixture.importBytes(whole, name: "whole.mp4").recording
        let changed = try Self.changingSteps(of: whole) { steps in
            steps.enumerated().map { $0.offset == 60 ? step : $0.element }
        }
        let (imported, recording) = try fixture.importBytes(changed, name: "changed.mp4")
        #expect(imported.codec == .opus && imported.sampleCount == 144_000)
        #expect(Self.note(imported.notes)?.hasPrefix("the times of 1 of its packets contradict") == true)
        let isSame = try recording.sampleBytes() == intact.sampleBytes()
        #expect(isSame)
    }

    @Test func `a packet of Opus in Matroska that comes too late by less than a packet is no gap`() throws {
        let fixture = try ImportFixture()
        let whole = try DamagedSourceTests.make("a.mka", ["-c:a", "libopus"], in: fixture)
        let intact = try fixture.importBytes(whole, name: "whole.mka").recording
        var changed = whole
        // The time of a block is behind the number of its track: RFC 9559, section 10.
        for (offset, _) in try DamagedSourceTests.packets(whole, "a.mka", in: fixture).dropFirst(60) {
            let block = try #require(
                (offset - 6..<offset + 16).first { changed[$0] == 0x81 && changed[$0 + 3] & 0x7F == 0 })
            let time = (UInt16(changed[block + 1]) << 8 | UInt16(changed[block + 2])) + 15
            changed[block + 1] = UInt8(time >> 8)
            changed[block + 2] = UInt8(time & 0xFF)
        }
        let (imported, recording) = try fixture.importBytes(changed, name: "changed.mka")
        #expect(imported.codec == .opus)
        #expect(
            Self.note(imported.notes)?.contains("by these times it would be 0:00:00.015 longer") == true,
            "\(imported.notes)")
        let isSame = try recording.sampleBytes() == intact.sampleBytes()
        #expect(isSame)
    }
}
