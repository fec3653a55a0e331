import AudioCoding

extension AACCodec {
    /// Finds the frames, and compares index and attributes with them.
    func check(_ audio: StoredAudio, opened: OpenedAudio?, in check: inout RecordingCheck) {
        do {
            let blob = try audio.blob()
            // If its first frames cannot be decoded, that has been added.
            let decoded = try? AACGroupDecoder(AACGroupDecoder.firstFrames(of: blob), in: blob, decoders).format
            let format = ADTSFormat(samplesPerFrame: decoded?.samplesPerFrame ?? 1024)
            try check.checkCountedFrames(
                of: blob, format, audio.attributes, form: decoded.map { ($0.sampleRate, $0.channels) })
        } catch {
            if opened != nil { check.add("its AAC stream cannot be read", error) }
        }
    }
}
