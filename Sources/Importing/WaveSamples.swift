import AudioCoding
import Recordings
import Support
import WaveFile

/// The samples of a WAV file, read from its own bytes. All bytes of the file are hashed on the way.
final class WaveSamples: SampleSource {
    let form: SampleForm
    /// The search for silence that an AudioMoth has collapsed; nil if there cannot be any.
    private(set) var collapsedSilence: CollapsedSilence?

    private let file: SourceFile
    private let source: WaveSource
    private let digest: MessageDigest
    private let hashing: Relay<Block>
    private let pieceByteCount: UInt64
    private var position: UInt64
    private var isFinished = false

    /// The samples of `source`, which `file` holds in `format`. Another thread hashes the file if `isConcurrent`.
    init(
        _ source: WaveSource, format: WaveFormat, metadata: WaveMetadata, in file: SourceFile, isConcurrent: Bool
    ) throws {
        self.source = source
        self.file = file
        form = SampleForm(format)
        if source.isPlainWave, format.encoding == .integer16, format.channels == 1, metadata.isAudioMoth {
            collapsedSilence = CollapsedSilence(offset: source.data.lowerBound)
        }
        let digest = try MessageDigest.sha256()
        self.digest = digest
        hashing = try Relay(isConcurrent: isConcurrent) { digest.update($0.bytes) }
        position = source.data.lowerBound
        let blockAlign = source.head.format.blockAlign
        pieceByteCount = UInt64(max(SourceFile.pieceByteCount / blockAlign, 1) * blockAlign)
    }

    func next() throws -> SampleBuffer? {
        if position == source.data.lowerBound { try hashBytes(0..<position) }
        guard position < source.data.upperBound else {
            if !isFinished { try hashBytes(source.tail) }
            isFinished = true
            return nil
        }
        let end = position + min(pieceByteCount, source.data.upperBound - position)
        let range = position..<end
        let block = try Block(count: range.count) { bytes throws(ImportError) in try file.read(range, into: bytes) }
        position = end
        try hashing.send(block)
        collapsedSilence?.append(block.bytes)
        let samples = try source.samples(in: block)
        return SampleBuffer(format: form.format, channels: form.channels, slice: BlockSlice(samples))
    }

    /// The SHA-256 of the file, in hexadecimal, once all samples have been read.
    func sha256() throws -> String {
        try hashing.finish()
        return digest.finish().hexadecimal
    }

    private func hashBytes(_ range: Range<UInt64>) throws {
        try file.forEachPiece(of: range) { try hashing.send(Block($0)) }
    }
}

extension WaveSource {
    /// The samples in `block`, which are whole ones of the file, as a WAV file has them.
    func samples(in block: Block) throws(ImportError) -> Block {
        guard let packing = head.format.packing else { return block }
        return try Block(count: packing.sampleByteCount(of: block.count)) { output throws(ImportError) in
            guard packing.unpack(block.bytes, into: output) else {
                throw ImportError(
                    "has integer samples of more than 32 bits, which no codec here keeps, or samples in the lowest bits of their "
                        + "containers, where WAVE has them in the highest: convert them to floats of 64 bits or integers of 32 first"
                )
            }
        }
    }
}

extension SampleForm {
    /// The form of samples that a WAV file holds in `format`.
    init(_ format: WaveFormat) {
        self.init(
            format: SampleFormat(format.encoding), channels: format.channels, sampleRate: format.sampleRate)
    }
}

extension SampleFormat {
    /// The format that WAV samples of `encoding` have in memory, which is the one that they have in the file.
    init(_ encoding: SampleEncoding) {
        self =
            switch encoding {
            case .unsigned8, .integer16, .integer24, .integer32: .integer(bits: encoding.bits)
            case .float32: .float32
            case .float64: .float64
            }
    }
}
