import AudioCoding
import Support
import WaveFile

extension FLACCodec {
    /// Finds the frames, and compares index and attributes with them.
    func check(_ audio: StoredAudio, opened: OpenedAudio?, in check: inout RecordingCheck) {
        do {
            let blob = try audio.blob()
            let format = FLACFormat(try FLACMetadata(of: blob.stream))
            let streamInfo = format.streamInfo
            let scan = try FrameScan(of: blob, format, progress: check.progress)
            let holes = scan.table.holes(
                in: format.firstFrameOffset..<blob.byteCount,
                sampleCount: audio.attributes.totalSamples ?? streamInfo.totalSamples)
            for hole in holes {
                // If the import counted the samples, these bytes have never been a whole frame.
                guard audio.attributes.totalSamples != nil, hole.samples.isEmpty, scan.unreadable.isEmpty,
                    hole.bytes.upperBound == blob.byteCount
                else {
                    check.add(hole, scan.unreadable, samples: hole.samples)
                    continue
                }
                check.add(check.finding(.note, "the last \(hole.bytes.count) bytes of the stream are no whole frame"))
            }
            check.addUnreadable(scan.unreadable, outside: holes)
            check.checkAttributes(audio.attributes, rate: streamInfo.sampleRate, channels: streamInfo.channels)
            try check.checkIndex(of: FLACFormat.self, blob.byteCount, scan.table, holes)
        } catch {
            if opened != nil { check.add("its FLAC stream cannot be read", error) }
        }
    }

    /// Decodes all samples, and compares their MD5 with that of STREAMINFO.
    func checkSamples(of loaded: LoadedRecording, in check: inout RecordingCheck) {
        guard let blob = try? loaded.audio.blob(), let streamInfo = (try? FLACMetadata(of: blob.stream))?.streamInfo,
            let md5 = streamInfo.md5, [nil, loaded.opened.sampleCount].contains(streamInfo.totalSamples),
            let digest = MessageDigest(.md5)
        else { return check.decode(loaded) }
        // The MD5 is of signed numbers, WAV has 8 bits unsigned.
        let isUnsigned = loaded.recording.format.encoding == .unsigned8
        let floatScale = loaded.audio.attributes.floatScale?.scale
        check.decode(loaded) { bytes in
            if let floatScale {
                let floats = SampleBuffer(format: floatScale.format, channels: streamInfo.channels, bytes: bytes)
                if let integers = floatScale.integers(of: floats, bits: streamInfo.bitsPerSample) {
                    digest.update(integers.bytes)
                }
            } else if isUnsigned {
                bytes.map { $0 ^ 0x80 }.withUnsafeBytes { digest.update($0) }
            } else {
                digest.update(bytes)
            }
        } problem: {
            digest.finish() == md5
                ? nil : "the stream decodes to other samples than were coded: their MD5 is not STREAMINFO's"
        }
    }
}
