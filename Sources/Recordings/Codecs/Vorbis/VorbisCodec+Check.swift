import AudioCoding
import Support

extension VorbisCodec {
    /// Goes through the pages, and compares index and attributes with them.
    func check(_ audio: StoredAudio, opened: OpenedAudio?, in check: inout RecordingCheck) {
        do {
            let blob = try audio.blob()
            let isIntact = check.compareWithSourceFile(blob) ?? false
            let headers = try VorbisStart(of: blob.stream).headers
            let scanner = VorbisUnitScanner()
            var table = FrameTable()
            var pass = BlobPass(progress: check.progress)
            try pass.run(over: blob) { table.append(try scanner.consume($0)) }
            table.append(try scanner.finish())

            check.checkAttributes(audio.attributes, rate: headers.sampleRate, channels: headers.channels)
            guard isIntact || (!scanner.hasHoles && pass.unreadable.isEmpty) else {
                return try addDamage(to: &check, opened, pass.unreadable)
            }
            addSkippedBytes(of: scanner, isIntact: isIntact, to: &check)
            try check.checkIndex(of: VorbisFormat.self, blob.byteCount, table, [])
        } catch {
            if opened != nil { check.add("its Vorbis stream cannot be read", error) }
        }
    }

    /// Adds bytes of no page, without which the pages are all there. If the stream is known to be as it was imported, these have
    /// always been there.
    private func addSkippedBytes(of scanner: VorbisUnitScanner, isIntact: Bool, to check: inout RecordingCheck) {
        guard scanner.skippedByteCount > 0, !isIntact || !scanner.hasEnded else { return }
        let bytes = "\(scanner.skippedByteCount) bytes of the stream belong to no intact page"
        check.add(
            scanner.hasEnded
                ? check.finding(.fault, bytes)
                : check.finding(.note, "\(bytes), and it has no last page: it seems to have been cut off"))
    }

    /// Adds the samples of a stream, pages of which are missing.
    private func addDamage(
        to check: inout RecordingCheck, _ opened: OpenedAudio?, _ unreadable: [BlobPass.Unreadable]
    ) throws {
        var lost: [Range<UInt64>]?
        if case .units(let units)? = opened?.samples { lost = try (units as? VorbisStream)?.lostSamples() }
        check.lostSamples += lost ?? []
        let more = lost == nil ? "; nothing says how many samples those had, and what follows has moved up" : ""
        let places: [Range<UInt64>?] = lost ?? []
        for samples in places.isEmpty ? [nil] : places {
            if let cause = unreadable.first {
                check.add("pages of the stream cannot be read\(more)", cause.error, samples: samples)
            } else {
                let problem = "the stream is damaged: pages are missing or their checksums are wrong"
                check.add(check.finding(.fault, problem + more, samples: samples))
            }
        }
    }
}
