import Support
import Zarr

extension RecordingCheck {
    /// Checks that the checksums of the audio can be read, and adds what is wrong with them. Returns whether the audio can be compared
    /// with them.
    mutating func checkChecksums() -> Bool {
        guard let audio = try? StoredAudio(of: node, in: store, cache: cache), audio.isCoded,
            let codec = try? CodecRegistry.codec(of: audio), codec.isDecoded, isPlausible(audio.array)
        else { return true }
        let name = HierarchyNames.blobChecksums
        do {
            guard let checksums = try audio.checksums() else {
                if addsChecksums {
                    add([finding(.note, Self.noChecksums)], repair: ArrayRepair.checksums(of: audio, keeping: nil))
                }
                return true
            }
            let unreadable = checksums.unreadable()
            guard !unreadable.isEmpty else { return true }
            let findings = unreadable.map { part in
                let first = checksums.bytes(of: part.blocks.lowerBound).lowerBound
                let end = checksums.bytes(of: part.blocks.upperBound - 1).upperBound
                return finding(
                    Finding.kind(of: part.error),
                    "\(name) cannot be read, so that bytes \(first)..<\(end) of the stream cannot be: \(part.error)")
            }
            add(findings, repair: ArrayRepair.checksums(of: audio, keeping: checksums))
            return false
        } catch {
            let kind = Finding.kind(of: error)
            add(
                [finding(kind, "\(name) cannot be read, so that the stream cannot be: \(error)")],
                repair: kind == .fault ? ArrayRepair.checksums(of: audio, keeping: nil) : nil)
            return false
        }
    }

    private static let noChecksums =
        "its audio has no checksums; with them, damage that happens from now on is found, and none that happened before"
}

extension ArrayRepair {
    /// Checksums of `audio` as it is now. Those of `old` that can be read are kept, so that what they show stays known.
    static func checksums(of audio: StoredAudio, keeping old: BlobChecksums?) -> ArrayRepair {
        ArrayRepair(HierarchyNames.blobChecksums, .checksums, believesWhatIsThere: true) { writer in
            var sums = BlockChecksums()
            try CodedBlob(audio.array).forEachPiece(from: 0) { sums.append($0) }
            var checksums = sums.finish()
            if let old, old.blockByteCount == UInt64(BlobChecksums.writtenBlockByteCount) {
                old.forEachReadable { number, checksum in
                    if checksums.indices.contains(number) { checksums[number] = checksum }
                }
            }
            try writer.append(checksums: checksums)
            return ["block_size": JSONValue(BlobChecksums.writtenBlockByteCount)]
        }
    }
}
