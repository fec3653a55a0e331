import Support
import WaveFile

extension RecordingCheck {
    /// Samples that are read at once, at most, and the bytes of them, if that are more than one.
    private static let pieceSampleCount: UInt64 = 1 << 16
    private static let pieceByteCount: UInt64 = 4 << 20
    /// Ranges in a row that may fail before the rest is left out: a stream may announce any number of samples.
    private static let failureLimit = 1 << 14

    /// Decodes all of `loaded`, and adds what cannot be decoded. If the store has the source's bytes around the
    /// samples, the SHA-256 of all of them is compared with the source's.
    ///
    /// The samples are handed to `body`. If all could be decoded, `problem` returns what is wrong with them, or nil.
    mutating func decode(
        _ loaded: LoadedRecording, _ body: (UnsafeRawBufferPointer) -> Void = { _ in },
        problem: () -> String? = { nil }
    ) {
        let recording = loaded.recording
        let envelope = recording.sourceSHA256 == nil ? nil : sourceBytes(around: recording)
        let sourceDigest = envelope.flatMap { _ in MessageDigest(.sha256) }

        envelope?.head.withUnsafeBytes { sourceDigest?.update($0) }
        let isWhole = decodeAll(of: loaded) { bytes in
            sourceDigest?.update(bytes)
            body(bytes)
        }
        envelope?.tail.withUnsafeBytes { sourceDigest?.update($0) }

        // If samples are missing, that has been added, and no checksum can match.
        guard isWhole else { return }
        if let problem = problem() { add(finding(.fault, problem)) }
        if let expected = recording.sourceSHA256, let sourceDigest {
            hasSourceSHA256 = sourceDigest.finish().hexadecimal == expected.lowercased()
            guard !hasSourceSHA256 else { return }
            add(finding(.fault, "source_head, samples and source_tail are not the source: its SHA-256 is another"))
        }
    }

    private mutating func sourceBytes(around recording: Recording) -> (head: [UInt8], tail: [UInt8])? {
        do throws(RecordingError) {
            return try recording.envelope?.bytes()
        } catch {
            add(Finding(error))
            return nil
        }
    }

    /// Hands all samples to `body` and reports whether all could be decoded; those that cannot are added as findings.
    private mutating func decodeAll(of loaded: LoadedRecording, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        let recording = loaded.recording
        let blockAlign = UInt64(recording.format.blockAlign)
        // Errors count decoded samples, those included that are cut off at the front.
        let skipped = loaded.opened.skippedSamples
        var isWhole = true
        var position: UInt64 = 0
        var failuresInARow = 0
        let reading = ReadingThrough(recording.samples, 0..<recording.dataByteCount)
        let pieceSampleCount = max(min(Self.pieceSampleCount, Self.pieceByteCount / blockAlign), 1)
        while position < recording.sampleCount {
            let end = position + min(pieceSampleCount, recording.sampleCount - position)
            do throws(RecordingError) {
                let bytes = position * blockAlign..<end * blockAlign
                reading?.willRead(bytes)
                let slices = try recording.samples.read(bytes: bytes)
                for slice in slices { body(slice.bytes) }
                position = end
                failuresInARow = 0
            } catch {
                isWhole = false
                failuresInARow += 1
                if !lostSamples.contains(where: { lost in error.samples.map(lost.overlaps) ?? false }) {
                    add(Finding(error))
                }
                position = max(position + 1, error.samples?.upperBound.subtracting(skipped) ?? end)
            }
            guard failuresInARow < Self.failureLimit || position >= recording.sampleCount else {
                let samples = position.adding(skipped).map { $0..<max($0, recording.sampleCount.adding(skipped) ?? $0) }
                add(
                    finding(
                        .fault, "\(failuresInARow) parts in a row cannot be decoded; what follows was not tried",
                        samples: samples))
                break
            }
            decoded(min(Double(position) / Double(recording.sampleCount), 1))
        }
        return isWhole
    }
}
