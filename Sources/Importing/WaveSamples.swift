import AudioCoding
import Recordings
import Support
import WaveFile

/// The samples of a WAV file read by its own bytes, every one of which goes into the file's digest on the way.
final class WaveSamples: SampleSource {
    let form: SampleForm
    /// What was found of silence that an AudioMoth has collapsed.
    private(set) var collapsedSilence: CollapsedSilence?

    private let file: SourceFile
    private let source: WaveSource
    private let digest: MessageDigest
    private let digesting: Relay<Block>
    private let pieceByteCount: UInt64
    private var position: UInt64
    private var isFinished = false

    /// The samples of `source`, which are kept as `format` says.
    init(
        _ source: WaveSource, format: WaveFormat, metadata: WaveMetadata, in file: SourceFile, isConcurrent: Bool
    ) throws {
        self.source = source
        self.file = file
        form = SampleForm(
            format: SampleFormat(format.encoding), channels: format.channels,
            channelMask: UInt64(source.head.format.channelMask), sampleRate: format.sampleRate)
        if format.encoding == .integer16, format.channels == 1, metadata.isAudioMoth {
            collapsedSilence = CollapsedSilence(offset: source.data.lowerBound)
        }
        let digest = try MessageDigest.sha256()
        self.digest = digest
        digesting = try Relay(isConcurrent: isConcurrent) { digest.update($0.bytes) }
        position = source.data.lowerBound
        let blockAlign = format.blockAlign
        pieceByteCount = UInt64(max(SourceFile.pieceByteCount / blockAlign, 1) * blockAlign)
    }

    func next() throws -> SampleBuffer? {
        if position == source.data.lowerBound { try digestBytes(0..<position) }
        guard position < source.data.upperBound else {
            if !isFinished { try digestBytes(source.tail) }
            isFinished = true
            return nil
        }
        let end = position + min(pieceByteCount, source.data.upperBound - position)
        let range = position..<end
        let block = try Block(count: range.count) { bytes throws(ImportError) in try file.read(range, into: bytes) }
        position = end
        try digesting.send(block)
        collapsedSilence?.append(block.bytes)
        return SampleBuffer(format: form.format, channels: form.channels, slice: BlockSlice(block))
    }

    /// The SHA-256 of the file, in hexadecimal, once all samples were read.
    func sha256() throws -> String {
        try digesting.finish()
        return digest.finish().hexadecimal
    }

    private func digestBytes(_ range: Range<UInt64>) throws {
        try file.forEachPiece(of: range) { try digesting.send(Block($0)) }
    }
}

extension SampleFormat {
    /// The form that WAV samples have in memory, which is the one they have in the file.
    init(_ encoding: SampleEncoding) {
        self =
            switch encoding {
            case .unsigned8, .integer16, .integer24, .integer32: .integer(bits: encoding.bits)
            case .float32: .float32
            case .float64: .float64
            }
    }
}
