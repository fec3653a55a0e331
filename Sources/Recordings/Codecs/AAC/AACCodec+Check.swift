import AudioCoding

extension AACCodec {
    /// Finds the frames, and compares index and attributes with them.
    func check(_ audio: StoredAudio, opened: OpenedAudio?, in check: inout RecordingCheck) {
        do {
            let blob = try audio.blob()
            // If its first frames cannot be decoded, that has been added.
            let decoded = try? AACGroupDecoder(AACGroupDecoder.firstFrames(of: blob), in: blob).format
            let format = ADTSFormat(samplesPerFrame: decoded?.samplesPerFrame ?? 1024)
            let scan = try FrameScan(of: blob, format, progress: check.progress)
            let start = scan.table[0]?.offset ?? 0
            let holes = scan.table.holes(in: start..<blob.byteCount, sampleCount: nil)
            check.addUnreadable(scan.unreadable, outside: holes)
            if let decoded {
                check.checkAttributes(audio.attributes, rate: decoded.sampleRate, channels: decoded.channels)
            }
            let lost = try check.checkIndex(
                of: ADTSFormat.self, blob.byteCount, scan.table, holes, samplesPerFrame: UInt64(format.samplesPerFrame))
            check.add(holes, lost: lost, scan.unreadable)
            if let last = scan.table[scan.table.count - 1] {
                check.checkTrim(audio.attributes, decoded: last.samples.upperBound)
            }
        } catch {
            if opened != nil { check.add("its AAC stream cannot be read", error) }
        }
    }
}
