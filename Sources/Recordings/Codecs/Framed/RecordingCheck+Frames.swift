import AudioCoding
import Support
import Zarr

/// The frames of a stream, and what else a pass over all of it found.
struct FrameScan {
    let table: FrameTable
    let unreadable: [BlobPass.Unreadable]

    /// Goes through all of `blob`.
    init(of blob: CodedBlob, _ format: some FrameFormat, progress: @escaping @Sendable (UInt64) -> Void) throws {
        var scanner = format.makeScanner()
        var table = FrameTable()
        var pass = BlobPass(progress: progress)
        try pass.run(over: blob, from: format.firstFrameOffset) { piece in
            table.append(try scanner.consume(piece))
            try blob.checkFrameCount(table.count)
        }
        table.append(try scanner.finish())
        self.table = table
        unreadable = pass.unreadable
    }
}

extension RecordingCheck {
    /// Finds the counted frames of `blob`, and compares the index, and `attributes`, with them. `form` is what the stream decodes
    /// to: samples of one channel a second, and channels; nil if that is not known. `isIntact` says that the stream is known to be
    /// as it was imported; then whatever lies between its frames has always been there.
    mutating func checkCountedFrames<Format: CountedFrameFormat>(
        of blob: CodedBlob, _ format: Format, _ attributes: AudioAttributes, form: (rate: UInt32, channels: Int)?,
        isIntact: Bool = false
    ) throws {
        let scan = try FrameScan(of: blob, format, progress: progress)
        let start = scan.table[0]?.offset ?? format.firstFrameOffset
        let end = min(format.endOffset ?? blob.byteCount, blob.byteCount)
        let holes = isIntact ? [] : scan.table.holes(in: start..<max(start, end), sampleCount: nil)
        addUnreadable(scan.unreadable, outside: holes)
        if let form { checkAttributes(attributes, rate: form.rate, channels: form.channels) }
        let lost = try checkIndex(
            of: Format.self, blob.byteCount, scan.table, holes, samplesPerFrame: UInt64(format.samplesPerFrame))
        add(holes, lost: lost, scan.unreadable)
        if let last = scan.table[scan.table.count - 1] { checkTrim(attributes, decoded: last.samples.upperBound) }
    }

    /// Adds the `holes` of a stream of counted frames. `lost` are the samples of frames that only the index has.
    private mutating func add(
        _ holes: [FrameTable.Hole], lost: [Range<UInt64>], _ unreadable: [BlobPass.Unreadable]
    ) {
        for (number, hole) in holes.enumerated() {
            // Frames follow each other, so runs of lost ones are in the order of the holes.
            if lost.count == holes.count {
                add(hole, unreadable, samples: lost[number])
            } else {
                let from = hole.samples.lowerBound
                add(hole, unreadable, samples: from..<from, more: "; the samples that follow have moved up")
            }
        }
    }

    /// Adds `hole`, in which frames with the samples `samples` are missing.
    mutating func add(
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

    /// Adds what could not be read although it is part of no frame.
    mutating func addUnreadable(_ unreadable: [BlobPass.Unreadable], outside holes: [FrameTable.Hole]) {
        for part in unreadable where !holes.contains(where: { $0.bytes.overlaps(part.bytes) }) {
            add("bytes \(part.bytes.lowerBound)..<\(part.bytes.upperBound) of the stream cannot be read", part.error)
        }
    }

    /// Compares the index of frames of `format` in a stream of `byteCount` bytes with `table`, and returns the samples of frames
    /// that only the index has. `samplesPerFrame` is given if frames are counted.
    @discardableResult
    mutating func checkIndex<Format: FrameFormat>(
        of format: Format.Type, _ byteCount: UInt64, _ table: FrameTable, _ holes: [FrameTable.Hole],
        samplesPerFrame: UInt64? = nil
    ) throws -> [Range<UInt64>] {
        let name = Format.indexName
        // If frames are missing, the old index may still know more than a new one would.
        let repair = holes.isEmpty ? ArrayRepair(name, frames: table) : nil
        let unrepairable = holes.isEmpty ? "" : "; the stream is damaged, so that no right one can be made"
        do {
            let key = "\(node.path)/\(name)"
            guard let node = try ZarrNode.open(store, path: key, cache: cache, absent: .damage) else {
                add([finding(.fault, "\(name) is missing\(unrepairable)")], repair: repair)
                return []
            }
            // A stream without frames has an index without rows.
            if case .array(let array) = node, table.count == 0, array.shape.first == 0 { return [] }
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

    /// Compares what the blob's attributes say of the stream with the stream.
    mutating func checkAttributes(_ attributes: AudioAttributes, rate: UInt32, channels: Int) {
        if let announced = attributes.sampleRate, announced != Double(rate) {
            add(finding(.note, "sample_rate says \(announced), the stream has \(rate); the stream is believed"))
        }
        if let announced = attributes.channels, announced != UInt64(channels) {
            add(finding(.fault, "nb_channels says \(announced), the stream has \(channels)"))
        }
    }

    /// Compares `priming_samples` and `total_samples` with the `decoded` samples that the stream has.
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
