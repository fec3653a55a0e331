import AudioCoding
import Recordings
import Support
import WaveFile

/// Reads a recording back as a mount does, before it counts.
struct ReadBack {
    /// Bytes that are asked for at a time: many, as each piece of an Opus stream begins with pre-roll.
    private static let pieceByteCount: UInt64 = 1 << 20
    /// Such pieces for each thread that may wait to be summed up.
    private static let piecesPerThread = 2

    private let recording: Recording
    private let threads: Int

    /// Reads `recording` back with so many threads.
    init(_ recording: Recording, threads: Int) {
        self.recording = recording
        self.threads = threads
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

    /// Hands the recording's samples to `body`, in order, while the next ones are decoded.
    private func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws {
        let samples = recording.samples
        let reading = try OrderedWork<Range<UInt64>, Result<[BlockSlice], RecordingError>>(
            name: "read back", threads: threads
        ) { piece in
            Result { () throws(RecordingError) in try samples.read(bytes: piece) }
        }
        func take(leaving limit: Int) throws {
            while reading.count > limit, let slices = reading.take() {
                for slice in try slices.get() { body(slice.bytes) }
            }
        }
        for start in stride(from: 0, to: recording.dataByteCount, by: Int(Self.pieceByteCount)) {
            reading.submit(start..<min(start + Self.pieceByteCount, recording.dataByteCount))
            try take(leaving: threads > 1 ? threads * Self.piecesPerThread : 0)
        }
        try take(leaving: 0)
    }

    private static func failure(_ problem: String) -> ImportError {
        ImportError("was not imported: what was written \(problem) when it is read back; please report this")
    }
}
