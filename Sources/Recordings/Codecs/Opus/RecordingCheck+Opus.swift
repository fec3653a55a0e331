import AudioCoding
import Support
import Zarr

extension RecordingCheck {
    /// Packets that are decoded between two reports of progress.
    private static let packetsPerReport: UInt64 = 256

    /// Finds the packets of an Opus stream, and compares index and restarts with them. If the stream is not open, the
    /// reason has been added.
    mutating func checkOpus(_ audio: StoredAudio, isOpen: Bool) {
        do {
            let blob = try audio.blob()
            switch try OpusContainer(of: blob, audio) {
            case .pages: try checkOgg(blob, audio)
            case .packets(let packets): try checkPackets(packets, of: blob, audio)
            }
        } catch {
            if isOpen { add("its Opus stream cannot be read", error) }
        }
    }

    // MARK: - Ogg

    private mutating func checkOgg(_ blob: CodedBlob, _ audio: StoredAudio) throws {
        let isWhole = try checkPages(of: blob)
        let packets = try OggPackets(blob: blob)
        let head = try OggOpusExtent(of: blob.stream).head
        if isWhole {
            try checkRestarts(of: packets, head: head, audio, isScanned: true)
        } else if isDeep {
            // Whatever opus_sync says, it is of the stream as it was.
            try decode(packets, head: head, claims: [])
        }
    }

    /// Goes through the pages of an Ogg stream and reports whether all are there.
    private mutating func checkPages(of blob: CodedBlob) throws -> Bool {
        var scanner = OggPacketScanner()
        var pass = BlobPass(progress: progress)
        var end: UInt64 = 0
        var holes: [Range<UInt64>] = []
        func follow(_ packets: [OggPacket]) {
            for packet in packets {
                if packet.firstSample != end || packet.followsHole {
                    holes.append(min(end, packet.firstSample)..<packet.firstSample)
                }
                end = packet.firstSample.adding(UInt64(packet.sampleCount)) ?? .max
            }
        }
        try pass.run(over: blob) { follow(try scanner.consume($0)) }
        follow(try scanner.finish())
        let extent = try OggOpusExtent(of: blob.stream)
        let length = extent.sampleCount.adding(UInt64(extent.head.preSkip)) ?? .max
        if end < length { holes.append(end..<length) }
        for hole in holes {
            lostSamples.append(hole)
            if let cause = pass.unreadable.first {
                add("pages of the stream cannot be read", cause.error, samples: hole)
            } else {
                add(
                    finding(
                        .fault, "the stream is damaged: pages are missing or their checksums are wrong", samples: hole))
            }
        }
        if holes.isEmpty {
            for part in pass.unreadable { add("a part of the stream cannot be read", part.error) }
            if scanner.skippedByteCount > 0 {
                add(finding(.fault, "\(scanner.skippedByteCount) bytes of the stream belong to no intact page"))
            }
        }
        let indexPath = "\(node.path)/\(OpusCodec.indexName)"
        if case .array(let index) = try ZarrNode.open(store, path: indexPath, cache: cache) {
            add(
                finding(
                    .note,
                    "opus_index has \(index.shape.first ?? 0) rows of pages in an old layout; "
                        + "it is not used, packets are found by the pages themselves"))
        }
        return holes.isEmpty && pass.unreadable.isEmpty && scanner.skippedByteCount == 0
    }

    // MARK: - Packets end to end

    private mutating func checkPackets(
        _ packets: StoredOpusPackets, of blob: CodedBlob, _ audio: StoredAudio
    ) throws {
        let end = try checkRows(of: packets.index, blob)
        let head = try OpusHead(besidePacketsOf: audio)
        checkTrim(audio.attributes, decoded: end, defaultPriming: UInt64(head.preSkip))
        try checkRestarts(of: packets, head: head, audio, isScanned: false)
    }

    /// Compares the rows of `opus_index` with the packets that they point to, and returns the samples that those decode to.
    private mutating func checkRows(of index: StoredIndex<OpusPacketRow>, _ blob: CodedBlob) throws -> UInt64 {
        var offset: UInt64 = 0
        var sample: UInt64 = 0
        var wrong: Range<UInt64>?
        var unread: (samples: Range<UInt64>, error: any Error)?
        var window = PacketWindow(of: blob)
        try index.forEachBatch { rows in
            for row in rows {
                let sampleCount: UInt64?
                do {
                    sampleCount = try packetSampleCount(row, in: &window)
                } catch {
                    // Whether the row is right is not known.
                    sampleCount = row.sampleCount
                    let end = row.firstSample.adding(row.sampleCount) ?? .max
                    let first = min(unread?.samples.lowerBound ?? .max, row.firstSample)
                    unread = (first..<max(unread?.samples.upperBound ?? 0, end), unread?.error ?? error)
                }
                let isRight =
                    row.byteOffset == offset && sampleCount == row.sampleCount && row.firstSample == sample
                    && sample.adding(row.sampleCount)?.subtracting(1) == row.lastSample
                let end = row.firstSample.adding(row.sampleCount) ?? .max
                if !isRight {
                    wrong = min(wrong?.lowerBound ?? .max, row.firstSample)..<max(wrong?.upperBound ?? 0, end)
                } else if let found = wrong {
                    addWrongRows(found)
                    wrong = nil
                }
                offset = row.byteOffset.adding(row.byteCount) ?? .max
                sample = end
            }
            progress(offset.subtracting(rows.first?.byteOffset ?? 0) ?? 0)
        }
        if let wrong { addWrongRows(wrong) }
        if let unread { add("packets cannot be read", unread.error, samples: unread.samples) }
        if offset != blob.byteCount {
            add(
                finding(
                    .fault, "opus_index ends at byte \(offset), the stream at \(blob.byteCount)",
                    samples: sample..<sample))
        }
        return sample
    }

    private mutating func addWrongRows(_ samples: Range<UInt64>) {
        add(finding(.fault, "opus_index is wrong here: its rows are not the stream's packets", samples: samples))
    }

    /// The samples of the packet that `row` points to; nil if there is none, or it is damaged. Throws if the store could not be read.
    private func packetSampleCount(_ row: OpusPacketRow, in window: inout PacketWindow) throws -> UInt64? {
        guard let bytes = row.bytes(within: window.blob.byteCount) else { return nil }
        do {
            return try window.holding(bytes).withBytes(bytes) { OpusPacket.sampleCount(of: $0) }.map { UInt64($0) }
        } catch {
            guard !error.isOfReading else { throw error }
            return nil
        }
    }

    // MARK: - Restarts

    /// Looks at `opus_sync`, proves it anew in a deep check, and offers to make it if it is missing.
    private mutating func checkRestarts(
        of packets: any OpusPackets, head: OpusHead, _ audio: StoredAudio, isScanned: Bool
    ) throws {
        let name = OpusCodec.syncName
        let repair = ArrayRepair(restartsOf: packets, head: head)
        var stored: StoredOpusRestarts?
        do {
            stored = try StoredOpusRestarts(of: audio, packetCount: packets.count)
            if stored == nil {
                let problem = "\(name) is missing: reading from the middle decodes from the start once"
                add([finding(.note, problem)], repair: repair)
            } else if isScanned, stored?.attributes.packetCount != packets.count {
                let problem = "\(name) was proved on another number of packets than the stream's \(packets.count)"
                add([finding(.fault, problem)], repair: repair)
                stored = nil
            } else if !isDeep, let other = stored?.attributes.provedWith, other != OpusStreamDecoder.libraryVersion {
                let problem =
                    "\(name) was proved with \(other), and \(OpusStreamDecoder.libraryVersion) may round other last bits "
                    + "after some restarts: --deep reports which"
                add([finding(.note, problem)], repair: repair)
            }
        } catch {
            add([finding(Finding.kind(of: error), "\(name) is of no use: \(error)")], repair: repair)
        }
        if isDeep { try decode(packets, head: head, claims: stored?.claims ?? []) }
    }

    /// Decodes all packets from the start, and proves the restarts `claims` on the way.
    private mutating func decode(_ packets: any OpusPackets, head: OpusHead, claims: [OpusRestart]) throws {
        let verifier = try OpusRestartVerifier(head: head, claims: claims)
        var count: UInt64 = 0
        try packets.forEachPacket { packet in
            try verifier.append(packet)
            count += 1
            if count % Self.packetsPerReport == 0 { decoded(min(Double(count) / Double(max(packets.count, 1)), 1)) }
        }
        for failure in verifier.failures {
            let samples = try samples(of: failure, in: packets)
            if !lostSamples.contains(where: { $0.overlaps(samples) }) {
                add(finding(.fault, "packets cannot be decoded", samples: samples))
            }
        }
        let wrong = try verifier.faults.map { fault in
            let next = fault.restart + 1 < claims.count ? claims[fault.restart + 1].firstPacket : packets.count
            let end = max(next, claims[fault.restart].end ?? next)
            let problem =
                fault.packet.map { "gives other samples than a decode from the start, first in packet \($0)" }
                ?? "has too long a pre-roll, as many others, to be proved"
            return finding(
                .fault, "opus_sync is wrong: its row \(fault.restart) \(problem)",
                samples: try samples(of: claims[fault.restart].firstPacket..<end, in: packets))
        }
        add(wrong, repair: ArrayRepair(restartsOf: packets, head: head))
    }

    /// The samples that the packets `range` decode to.
    private func samples(of range: Range<UInt64>, in packets: any OpusPackets) throws -> Range<UInt64> {
        let start = try firstSample(of: range.lowerBound, in: packets)
        return start..<max(start, try firstSample(of: range.upperBound, in: packets))
    }

    /// Where packet `packet` begins, counted from the start of its decode unit.
    private func firstSample(of packet: UInt64, in packets: any OpusPackets) throws -> UInt64 {
        let unit = packet / OpusStream.packetsPerUnit
        var sample = try packets.sampleCount(beforeUnit: unit)
        try packets.forEachPacket(in: packets.packets(ofUnit: unit).lowerBound..<min(packet, packets.count)) { bytes in
            sample = sample.adding(UInt64(bytes.flatMap { OpusPacket.sampleCount(of: $0) } ?? 0)) ?? .max
        }
        return sample
    }
}
