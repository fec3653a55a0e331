import AudioCoding
import Foundation
import Support
import TestSupport
import Testing

struct HostileMediaTests {
    /// The results of reading a file to its end, decoded and as packets: the samples, and the errors.
    private struct Reading {
        var decodedSamples = 0
        var copiedSamples = 0
        var errors: [any Error] = []

        init(_ path: String) {
            do {
                let source = try MediaTools.open(path)
                while let samples = try source.nextSamples() { decodedSamples += samples.sampleCount }
            } catch {
                errors.append(error)
            }
            do {
                let source = try MediaTools.open(path)
                while let packet = try source.nextPacket() { copiedSamples += packet.sampleCount }
            } catch {
                errors.append(error)
            }
        }
    }

    private static func write(_ bytes: Data, _ name: String, in directory: URL) throws -> String {
        let path = directory.appending(path: name)
        try bytes.write(to: path)
        return path.path
    }

    @Test func `a file that is not sound is an error that names the file`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let missing = directory.appending(path: "missing.wav").path
            #expect(throws: MediaError.self) { try MediaTools.open(missing) }
            #expect(throws: MediaError.self) { try MediaTools.open(directory.path) }
            #expect(throws: MediaError.self) { try MediaTools.open("/dev/zero") }
            #expect(throws: MediaError.self) {
                try MediaTools.open(Self.write(Data(), "empty.wav", in: directory))
            }
            #expect(throws: MediaError.self) {
                try MediaTools.open(Self.write(Data("Rain, 12 mm\n".utf8), "notes.txt", in: directory))
            }
            do throws(MediaError) {
                _ = try MediaTools.open(missing)
            } catch {
                #expect(error.path == missing)
                #expect(error.description.contains("No such file"))
            }
        }
    }

    @Test func `an address is no file`() {
        #expect(throws: MediaError.self) { try MediaTools.open("http://127.0.0.1:9/a.wav") }
        #expect(throws: MediaError.self) { try MediaTools.open("concat:/etc/passwd|/etc/passwd") }
        #expect(throws: MediaError.self) { try MediaTools.open("data:audio/wav;base64,UklGRg==") }
    }

    @Test(
        .enabled(if: MediaTools.arePresent, MediaTools.comment),
        arguments: [
            ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n%\n#EXT-X-ENDLIST\n"),
            ("list.ffconcat", "ffconcat version 1.0\nfile '%'\n"),
            (
                "list.mpd",
                """
                <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile">
                <Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>%</BaseURL>
                </Representation></AdaptationSet></Period></MPD>
                """
            ),
        ]) func `a list of files is refused, even if the files exist`(_ name: String, _ text: String) throws
    {
        try TestFiles.withTemporaryDirectory { directory in
            let sound = directory.appending(path: "a.mp4").path
            try runChecked(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=1", sound])
            #expect(throws: Never.self) { try MediaTools.open(sound) }
            let list = try Self.write(
                Data(text.replacingOccurrences(of: "%", with: "a.mp4").utf8), name, in: directory)
            do {
                _ = try MediaTools.open(list)
                Issue.record("the list was opened")
            } catch {
                #expect("\(error)".contains("is a list of files"))
            }
        }
    }

    @Test(
        .enabled(if: MediaTools.arePresent, MediaTools.comment),
        arguments: ["a.flac", "a.m4a", "a.opus", "a.mkv", "a.mp3", "a.wav", "a.aiff", "a.ogg"])
    func `a media file that is cut short or damaged is an error or has less sound, never more`(_ name: String) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: name).path
            try runChecked(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=1:r=48000:seed=3", path])
            let whole = try Data(contentsOf: URL(filePath: path))
            let sound = Reading(path)
            #expect(sound.decodedSamples >= 48_000)
            let isCopied = ["a.flac", "a.m4a", "a.opus"].contains(name)
            #expect(sound.errors.map { "\($0)".contains("there is no parser") } == (isCopied ? [] : [true]))
            for part in 0..<20 {
                let cut = try Self.write(whole.prefix(whole.count * part / 20), "cut-\(name)", in: directory)
                try expectNoMore(than: sound, in: cut)
                var damaged = whole
                for index in 0..<8 { damaged[(whole.count * part / 20 + index * 37) % whole.count] ^= 0x5A }
                try expectNoMore(than: sound, in: Self.write(damaged, "damaged-\(name)", in: directory))
            }
        }
    }

    private func expectNoMore(than sound: Reading, in path: String) throws {
        let reading = Reading(path)
        #expect(reading.errors.allSatisfy { $0 is MediaError })
        // Damage may hit the information about padding at both ends.
        #expect(reading.decodedSamples <= sound.decodedSamples + 2 * 1_152)
        #expect(reading.copiedSamples <= sound.copiedSamples)
    }

    @Test(.enabled(if: MediaTools.arePresent, MediaTools.comment), arguments: ["a.flac", "flac.mkv"])
    func `silence stands for a damaged frame of FLAC, and all other samples are in their places`(_ name: String) throws
    {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: name).path
            try runChecked(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=2:r=48000:seed=3", "-sample_fmt", "s16"]
                    + ["-c:a", "flac", "-frame_size", "4096", path])
            let whole = try Self.samples(MediaTools.open(path))
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes[bytes.count / 2] ^= 0xFF
            let source = try MediaTools.open(Self.write(bytes, "b-" + name, in: directory))
            let damaged = try Self.samples(source)
            #expect(damaged.count == 96_000)
            #expect(source.damage.silentSampleCount == 4_096 || source.damage.silentSampleCount == 8_192)
            let first = Int(try #require(source.damage.firstSample))
            let end = first + Int(source.damage.silentSampleCount)
            #expect(first % 4_096 == 0 && first > 40_000 && end < 60_000)
            #expect(damaged[..<first] == whole[..<first] && damaged[end...] == whole[end...])
            #expect(damaged[first..<end].allSatisfy { $0 == 0 })
        }
    }

    /// All samples of `source`, of 16 bits and one channel.
    private static func samples(_ source: MediaSource) throws -> [Int16] {
        var samples: [Int16] = []
        while let buffer = try source.nextSamples() { samples += buffer.bytes.bindMemory(to: Int16.self) }
        return samples
    }

    @Test(
        .enabled(if: MediaTools.arePresent, MediaTools.comment),
        arguments: ["a.flac", "flac.oga", "flac.mkv", "a.opus", "opus.webm"])
    func `packets missing in the middle of a media file are an error if it is copied, and silence if it is decoded`(
        _ name: String
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: name).path
            let codec = name.contains("opus") ? "libopus" : "flac"
            try runChecked(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=3:r=48000:seed=3", "-c:a", codec, path])
            let source = try MediaTools.open(path)
            var offsets: [Int] = []
            while let packet = try source.nextPacket() { offsets.append(Int(try #require(packet.offset))) }
            // From the start of one packet to the start of a later one, so that the rest is well formed.
            let bytes = try Data(contentsOf: URL(filePath: path))
            let first = offsets[offsets.count / 3]
            let second = try #require(offsets.first { $0 > offsets[offsets.count / 2] })
            let holed = try Self.write(
                bytes.prefix(first) + bytes.suffix(bytes.count - second), "b-" + name, in: directory)
            let reading = Reading(holed)
            #expect(!reading.errors.isEmpty && reading.errors.allSatisfy { $0 is MediaError })
            // Decoded, it is as long as before, unless libavformat finds no more clusters.
            if name != "opus.webm" { #expect(abs(reading.decodedSamples - 144_000) <= 48) }
        }
    }

    @Test(.enabled(if: MediaTools.arePresent, MediaTools.comment))
    func `a media stream that does not exist cannot be selected, and none once one is read`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.mkv").path
            try runChecked(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=5"]
                    + ["-f", "lavfi", "-i", "sine=d=1:r=48000", "-f", "lavfi", "-i", "sine=d=1:r=16000"]
                    + ["-map", "0", "-map", "1", "-map", "2", "-c:a", "flac", path])
            let source = try MediaTools.open(path)
            #expect(source.streams.map(\.index) == [1, 2])
            #expect(source.streams.map(\.sampleRate) == [48_000, 16_000])
            #expect(throws: MediaError.self) { try source.selectStream(0) }
            #expect(throws: MediaError.self) { try source.selectStream(3) }
            try source.selectStream(2)
            var count = 0
            while let packet = try source.nextPacket() { count += packet.sampleCount }
            #expect(count == 16_000)
            #expect(throws: MediaError.self) { try source.selectStream(1) }
        }
    }

    @Test(.enabled(if: MediaTools.arePresent, MediaTools.comment))
    func `an edit list that cuts both ends applies to packets and samples`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.m4a").path
            let cut = directory.appending(path: "cut.m4a").path
            try runChecked(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=4:r=48000", "-c:a", "aac", path])
            try runChecked(["ffmpeg", "-v", "error", "-ss", "1.01", "-i", path, "-t", "1.5", "-c", "copy", cut])
            let bySamples = try MediaTools.open(cut)
            var decoded = 0
            while let samples = try bySamples.nextSamples() { decoded += samples.sampleCount }
            let byPackets = try MediaTools.open(cut)
            var heard = 0
            while let packet = try byPackets.nextPacket() {
                heard += packet.sampleCount - packet.startTrim - packet.endTrim
            }
            #expect(heard == decoded)
            #expect(byPackets.stream.announcedSampleCount == UInt64(heard))
        }
    }
}
