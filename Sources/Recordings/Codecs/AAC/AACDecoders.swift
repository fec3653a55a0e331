import AudioCoding

/// AAC decoders, of all recordings.
///
/// To open one takes as long as to decode seven frames of two channels.
final class AACDecoders: Sendable {
    /// Opened ahead: as many as a read of a second needs, or a few readers at once.
    private let stock = DecoderStock(capacity: 4) { () throws(AudioCodingError) in try AACDecoder() }
    /// Those that have decoded frames of one form, and nothing else.
    private let used = DecoderPool<AACNoiselessForm, AACDecoder>()

    /// A decoder that was never used.
    func fresh() throws(AudioCodingError) -> AACDecoder {
        try stock.take()
    }

    /// Calls `body` with a decoder for frames of `form` alone, of which the first only sets it up. If it throws, the decoder is not used
    /// again.
    func withDecoder<T>(for form: AACNoiselessForm, _ body: (AACDecoder) throws -> T) throws -> T {
        try used.withDecoder(for: form) {
            try stock.take()
        } _: { decoder in
            decoder.restart()
            return try body(decoder)
        }
    }
}
