import AudioCoding
import Support
import Zarr

extension RecordingCheck {
    // MARK: - FLAC

    /// Finds the frames of a FLAC stream, and holds index and attributes against them.
    mutating func checkFLAC(_ audio: RecordingLoader.AudioArray, _ recording: Recording?) {
        do {
            let blob = try CodedBlob(audio.array)
            let metadata = try FLACMetadata(of: blob.stream)
            let streamInfo = metadata.streamInfo
            var scanner = FLACFrameScanner(streamInfo: streamInfo, offset: metadata.firstFrameOffset)
            var table = FrameTable()
            var pass = BlobPass(progress: progress)
            try pass.run(over: blob, from: metadata.firstFrameOffset) { table.append(scanner.consume($0)) }
            table.append(scanner.finish())

            let holes = table.holes(
                in: metadata.firstFrameOffset..<blob.byteCount, sampleCount: streamInfo.totalSamples)
            for hole in holes { add(hole, pass.unreadable, samples: hole.samples) }
            addUnreadable(pass.unreadable, outside: holes)
            checkAttributes(audio.attributes, rate: streamInfo.sampleRate, channels: streamInfo.channels)
            try checkIndex(HierarchyNames.flacIndex, of: blob.byteCount, table, holes, samplesPerFrame: nil)
        } catch {
            if recording != nil { add("its FLAC stream cannot be read", error) }
        }
    }

    // MARK: - AAC

    /// Finds the frames of an ADTS stream, and holds index and attributes against them.
    mutating func checkAAC(_ audio: RecordingLoader.AudioArray, _ recording: Recording?) {
        do {
            let blob = try CodedBlob(audio.array)
            // Where its first frames cannot be decoded, that has been told.
            let format = try? AACStream(blob: blob, index: nil, path: node.path, log: .silent).format
            let samplesPerFrame = format?.samplesPerFrame ?? 1024
            var scanner = ADTSScanner(samplesPerFrame: samplesPerFrame)
            var table = FrameTable()
            var pass = BlobPass(progress: progress)
            try pass.run(over: blob) { table.append(try scanner.consume($0)) }
            table.append(try scanner.finish())

            let start = table[0]?.offset ?? 0
            let holes = table.holes(in: start..<blob.byteCount, sampleCount: nil)
            addUnreadable(pass.unreadable, outside: holes)
            if let format {
                checkAttributes(audio.attributes, rate: format.sampleRate, channels: format.channels)
            }
            let lost = try checkIndex(
                HierarchyNames.aacIndex, of: blob.byteCount, table, holes, samplesPerFrame: UInt64(samplesPerFrame))
            add(holes, lost, pass.unreadable)
            if let last = table[table.count - 1] { checkTrim(audio.attributes, decoded: last.samples.upperBound) }
        } catch {
            if recording != nil { add("its AAC stream cannot be read", error) }
        }
    }

    /// Adds the `holes` of a stream whose frames bear no numbers. `lost` are the samples of the frames that were there by the
    /// index.
    private mutating func add(
        _ holes: [FrameTable.Hole], _ lost: [Range<UInt64>], _ unreadable: [BlobPass.Unreadable]
    ) {
        for (number, hole) in holes.enumerated() {
            // Frames lie behind each other, so runs of lost ones are in the order of the holes.
            if lost.count == holes.count {
                add(hole, unreadable, samples: lost[number])
            } else {
                let from = hole.samples.lowerBound
                add(hole, unreadable, samples: from..<from, more: "; the samples that follow have moved up")
            }
        }
    }

    // MARK: - Parts

    private mutating func add(
        _ hole: FrameTable.Hole, _ unreadable: [BlobPass.Unreadable], samples: Range<UInt64>, more: String = ""
    ) {
        if !samples.isEmpty { lostSamples.append(samples) }
        let bytes = "bytes \(hole.bytes.lowerBound)..<\(hole.bytes.upperBound) of the stream"
        if let cause = unreadable.first(where: { $0.bytes.overlaps(hole.bytes) }) {
            add("\(bytes) cannot be read\(more)", cause.error, samples: samples)
        } else if hole.bytes.isEmpty {
            add(finding(.fault, "the stream is cut: no frame holds these samples\(more)", samples: samples))
        } else {
            add(finding(.fault, "the stream is damaged: \(bytes) hold no intact frame\(more)", samples: samples))
        }
    }

    /// Adds what could not be read and yet is part of no frame.
    private mutating func addUnreadable(_ unreadable: [BlobPass.Unreadable], outside holes: [FrameTable.Hole]) {
        for part in unreadable where !holes.contains(where: { $0.bytes.overlaps(part.bytes) }) {
            add("bytes \(part.bytes.lowerBound)..<\(part.bytes.upperBound) of the stream cannot be read", part.error)
        }
    }

    /// Holds the index called `name` of a stream of `byteCount` bytes against `table` and returns the samples of frames that only the index has.
    @discardableResult
    private mutating func checkIndex(
        _ name: String, of byteCount: UInt64, _ table: FrameTable, _ holes: [FrameTable.Hole], samplesPerFrame: UInt64?
    ) throws -> [Range<UInt64>] {
        // Where frames are missing, the old index may still know more than a new one would.
        let repair = holes.isEmpty ? IndexRepair.frames(name: name, table) : nil
        let unrepairable = holes.isEmpty ? "" : "; the stream is damaged, so that no right one can be made"
        do {
            guard let node = try ZarrNode.open(store, path: "\(node.path)/\(name)", cache: cache) else {
                add([finding(.fault, "\(name) is missing\(unrepairable)")], repair: repair)
                return []
            }
            guard case .array(let array) = node, let index = StoredFrameIndex(array), index.count <= byteCount else {
                add([finding(.fault, "\(name) is no table of the stream's frames\(unrepairable)")], repair: repair)
                return []
            }
            let comparison = try IndexComparison(index, with: table, holes: holes, samplesPerFrame: samplesPerFrame)
            guard comparison.isRight else {
                let problem =
                    "\(name) is wrong: the stream has \(table.count) frames, the index \(comparison.rowCount) rows, "
                    + "\(comparison.falseRowCount) of them false; \(comparison.missingFrameCount) frames have none"
                add([finding(.fault, problem + unrepairable, samples: comparison.samples)], repair: repair)
                return []
            }
            return comparison.lostSamples
        } catch {
            add([finding(Finding.kind(of: error), "\(name) cannot be read: \(error)\(unrepairable)")], repair: repair)
            return []
        }
    }

    /// Holds what the blob's attributes say of the stream against the stream.
    private mutating func checkAttributes(_ attributes: AudioAttributes, rate: UInt32, channels: Int) {
        if let announced = attributes.sampleRate, announced != Double(rate) {
            add(finding(.note, "sample_rate says \(announced), the stream has \(rate); the stream is believed"))
        }
        if let announced = attributes.channels, announced != UInt64(channels) {
            add(finding(.fault, "nb_channels says \(announced), the stream has \(channels)"))
        }
    }

    /// Holds `priming_samples` and `total_samples` against the `decoded` samples that the stream has.
    mutating func checkTrim(_ attributes: AudioAttributes, decoded: UInt64, defaultPriming: UInt64 = 0) {
        let priming = attributes.primingSamples ?? defaultPriming
        guard let total = attributes.totalSamples else { return }
        guard let end = priming.adding(total), end <= decoded else {
            add(
                finding(
                    .fault, "total_samples says \(total) after \(priming) of priming, the stream has only \(decoded)",
                    samples: decoded..<(priming.adding(total) ?? .max)))
            return
        }
    }
}
