import AudioCoding
import Zarr

/// How a store keeps an Opus stream: in Ogg pages, or as packets end to end with an index that says where each begins.
enum OpusContainer {
    case pages(OggOpusExtent)
    case packets(StoredOpusPackets, head: OpusHead)

    /// Finds out how `blob`, that of `audio`, is kept. Throws if what is needed to read it is missing.
    init(of blob: CodedBlob, _ audio: StoredAudio) throws {
        if try blob.bytes(0..<8).starts(with: "OggS".utf8) {
            self = .pages(try OggOpusExtent(of: blob.stream))
            return
        }
        guard let index = audio.index(OpusCodec.indexName, of: OpusPacketRow.self),
            let packets = StoredOpusPackets(blob: blob, index: index)
        else {
            throw AudioCodingError(
                .opus,
                "where its packets begin is lost: they were stored one after another without their lengths, "
                    + "and cannot be told apart; import the source again")
        }
        let head = try ZarrArray.open(audio.store, path: "\(audio.path)/\(OpusCodec.headName)", cache: audio.cache)
        self = .packets(packets, head: try OpusHead(CodedBlob(head).bytes(0..<1024)))
    }
}
