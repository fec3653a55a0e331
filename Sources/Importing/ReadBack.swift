import AudioCoding
import Recordings
import Support
import Synchronization
import WaveFile

/// Reads a recording back as a mount does, before it counts.
struct ReadBack {
    /// Bytes that are asked for at a time.
    private static let pieceByteCount: UInt64 = 1 << 20

    private let recording: Recording

    init(_ recording: Recording) {
        self.recording = recording
    }

    /// Throws unless the recording gives what `audio` promises.
    ///
    /// - Parameters:
    ///   - samples: the SHA-256 of the source's samples.
    ///   - file: the SHA-256 of the source file, in hexadecimal, where the recording must give it back byte for byte.
    func prove(_ audio: WrittenAudio, samples: [UInt8], file: String?) throws {
        guard recording.sampleCount == audio.sampleCount else {
            throw Self.failure("has \(recording.sampleCount) samples instead of \(audio.sampleCount)")
        }
        if let file {
            guard recording.envelope != nil, let layout = try recording.waveLayout() else {
                throw Self.failure("is not laid out as its source")
            }
            let digest = try MessageDigest.sha256()
            digest.update(layout.head)
            try forEachPiece { digest.update($0) }
            digest.update(layout.tail)
            guard digest.finish().hexadecimal == file else { throw Self.failure("is not the source") }
            return
        }
        switch audio.proof {
        case .source: try prove(.sha256, samples)
        case .sha256(let sum): try prove(.sha256, sum)
        case .md5(let sum): try prove(.md5, sum)
        case .samples: try forEachPiece { _ in }
        }
    }

    private func prove(_ algorithm: MessageDigest.Algorithm, _ sum: [UInt8]) throws {
        guard let digest = MessageDigest(algorithm) else { throw Self.failure("cannot be summed up here") }
        // FLAC sums up signed samples; WAV's of 8 bits have their sign bit turned round.
        let flipsSign = algorithm == .md5 && recording.format.encoding == .unsigned8
        try forEachPiece { piece in
            if flipsSign { digest.update(piece.map { $0 ^ 0x80 }) } else { digest.update(piece) }
        }
        guard digest.finish() == sum else { throw Self.failure("has other samples than went in") }
    }

    /// Hands the recording's samples to `body`, in order. They are decoded on all processors, some pieces ahead.
    private func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws {
        let byteCount = recording.dataByteCount
        let batchByteCount = Self.pieceByteCount * UInt64(Parallel.processorCount)
        for batch in stride(from: 0, to: byteCount, by: Int(batchByteCount)) {
            let end = batch + min(batchByteCount, byteCount - batch)
            let starts = Array(stride(from: batch, to: end, by: Int(Self.pieceByteCount)))
            let pieces = Mutex([Result<[BlockSlice], RecordingError>?](repeating: nil, count: starts.count))
            Parallel.forEach(count: starts.count) { [recording] index in
                let range = starts[index]..<starts[index] + min(Self.pieceByteCount, end - starts[index])
                let piece = Result { () throws(RecordingError) in try recording.samples.read(bytes: range) }
                pieces.withLock { $0[index] = piece }
            }
            for case let piece? in pieces.withLock({ $0 }) {
                for slice in try piece.get() { body(slice.bytes) }
            }
        }
    }

    private static func failure(_ problem: String) -> ImportError {
        ImportError("was not imported: what was written \(problem) when it is read back; please report this")
    }
}
