public import AudioCoding

/// The audio of a recording as it was written.
public struct WrittenAudio: Sendable {
    /// What must hold when a recording is read back, before it is published.
    public enum Proof: Sendable {
        /// The samples that were encoded, by a codec that loses nothing.
        case encodedSamples
        /// The bytes of the source file, from the blob.
        case sourceFile
        /// Arrays whose bytes have these SHA-256, by their names.
        case arrays([String: [UInt8]])
        /// Samples that have these SHA-256, a piece each of `PieceDigests.pieceByteCount`: what was decoded while they were encoded.
        case pieces([[UInt8]])
        /// Samples that have this MD5, computed as STREAMINFO has it.
        case md5([UInt8])
        /// Samples, whichever they are.
        case decodableSamples
    }

    /// How it is coded.
    public let codec: AudioCodec
    /// Samples of one channel that the recording has.
    public let sampleCount: UInt64
    /// Bytes of the blob, compressed if it is.
    public let byteCount: UInt64
    /// What reading it back must give, all of it.
    public let proofs: [Proof]
    /// Samples of one channel that the source announces, to the sample; nil if it does not.
    public let announcedSampleCount: UInt64?
    /// What is wrong with the source, although it was stored as it is.
    public let damage: MediaDamage
    /// What was found in the source that people should know, in words.
    public let notes: [String]

    init(
        codec: AudioCodec, sampleCount: UInt64, byteCount: UInt64, proofs: [Proof],
        announcedSampleCount: UInt64? = nil, damage: MediaDamage = MediaDamage(), notes: [String] = []
    ) {
        self.announcedSampleCount = announcedSampleCount
        self.damage = damage
        self.codec = codec
        self.sampleCount = sampleCount
        self.byteCount = byteCount
        self.proofs = proofs
        self.notes = notes
    }
}
