import AudioCoding
import Zarr

/// How a store keeps an Opus stream.
enum OpusContainer {
    /// In Ogg pages.
    case pages
    /// As packets end to end, with an index that says where each begins, and the OpusHead packet beside them.
    case packets(StoredOpusPackets)

    /// Finds out how `blob`, that of `audio`, is kept. Throws if it is packets and nothing says where they begin.
    init(of blob: CodedBlob, _ audio: StoredAudio) throws {
        if try blob.bytes(0..<8).starts(with: "OggS".utf8) {
            self = .pages
            return
        }
        guard let index = try audio.onlyIndex(OpusCodec.indexName, of: OpusPacketRow.self),
            let packets = StoredOpusPackets(blob: blob, index: index)
        else {
            throw AudioCodingError(
                .opus,
                "where its packets begin is lost: they were stored one after another without their lengths, "
                    + "and cannot be told apart; import the source again")
        }
        self = .packets(packets)
    }
}

extension OpusHead {
    /// The OpusHead packet of `audio`, whose packets are end to end.
    init(besidePacketsOf audio: StoredAudio) throws {
        let array = try ZarrArray.open(
            audio.store, path: "\(audio.path)/\(OpusCodec.headName)", cache: audio.cache, absent: .damage)
        self = try OpusHead(CodedBlob(array).bytes(0..<1024))
    }
}
