import AudioCoding

/// The pages that the decode units of an Ogg Vorbis stream are decoded from, as frames that overlap.
struct VorbisFormat: FrameFormat {
    static let indexName = VorbisCodec.indexName
    // Pages have checksums.
    static let isDamageProof = true

    /// Far more than half a second takes at any rate; what lies between pages counts, too.
    let frameByteCountLimit = 16 << 20

    func makeScanner() -> VorbisUnitScanner { VorbisUnitScanner() }
}

extension VorbisHeaders {
    /// Samples of one channel of a decode unit: those of 16 packets with long blocks. Few enough for a random read to be cheap, many
    /// enough for pages that are read twice, and pre-roll, to cost a sequential one little.
    var samplesPerUnit: UInt64 { UInt64(longBlockSize / 2) * 16 }
}
