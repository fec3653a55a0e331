import AudioCoding
import Support
import WaveFile

extension RecordingCheck {
    /// Samples that are read at once.
    private static let pieceSampleCount: UInt64 = 1 << 16

    /// Decodes all of `recording`, and holds its sums against those that the stream and the store have.
    mutating func decode(_ recording: Recording, _ audio: RecordingLoader.AudioArray) {
        let streamSum = expectedMD5(of: audio)
        let streamDigest = streamSum.flatMap { _ in MessageDigest(.md5) }
        let envelope = recording.sourceSHA256 == nil ? nil : sourceBytes(around: recording)
        let sourceDigest = envelope.flatMap { _ in MessageDigest(.sha256) }

        envelope?.head.withUnsafeBytes { sourceDigest?.update($0) }
        let isWhole = decodeAll(of: recording, audio) { bytes in
            sourceDigest?.update(bytes)
            // FLAC sums up signed numbers, WAV keeps 8 bits unsigned.
            if let streamDigest, recording.format.encoding == .unsigned8 {
                bytes.map { $0 ^ 0x80 }.withUnsafeBytes { streamDigest.update($0) }
            } else {
                streamDigest?.update(bytes)
            }
        }
        envelope?.tail.withUnsafeBytes { sourceDigest?.update($0) }

        // Where samples are missing, that has been told, and no sum is right.
        guard isWhole else { return }
        if let streamSum, let streamDigest, streamDigest.finish() != streamSum {
            add(finding(.fault, "the stream decodes to other samples than were coded: their MD5 is not STREAMINFO's"))
        }
        if let expected = recording.sourceSHA256, let sourceDigest,
            sourceDigest.finish().hexadecimal != expected.lowercased()
        {
            add(finding(.fault, "source_head, samples and source_tail are not the source: its SHA-256 is another"))
        }
    }

    /// The MD5 of the samples that a FLAC stream announces.
    private func expectedMD5(of audio: RecordingLoader.AudioArray) -> [UInt8]? {
        guard audio.codec == .flac, let blob = try? CodedBlob(audio.array) else { return nil }
        return (try? FLACMetadata(of: blob.stream))?.streamInfo.md5
    }

    private mutating func sourceBytes(around recording: Recording) -> (head: [UInt8], tail: [UInt8])? {
        do throws(RecordingError) {
            return try recording.envelope?.bytes()
        } catch {
            add(Finding(error))
            return nil
        }
    }

    /// Hands all samples to `body` and tells whether all could be decoded; those that cannot are added as findings.
    private mutating func decodeAll(
        of recording: Recording, _ audio: RecordingLoader.AudioArray, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        let blockAlign = UInt64(recording.format.blockAlign)
        // Errors count decoded samples, those included that are cut off at the front.
        let skipped = audio.codec == .aac ? audio.attributes.primingSamples ?? 0 : 0
        var isWhole = true
        var position: UInt64 = 0
        while position < recording.sampleCount {
            let end = position + min(Self.pieceSampleCount, recording.sampleCount - position)
            do throws(RecordingError) {
                let slices = try recording.samples.read(bytes: position * blockAlign..<end * blockAlign)
                for slice in slices { body(slice.bytes) }
                position = end
            } catch {
                isWhole = false
                if !lostSamples.contains(where: { lost in error.samples.map(lost.overlaps) ?? false }) {
                    add(Finding(error))
                }
                position = max(position + 1, error.samples?.upperBound.subtracting(skipped) ?? end)
            }
        }
        return isWhole
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
