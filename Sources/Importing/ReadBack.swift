import AudioCoding
import Recordings
import Support
import WaveFile
import Zarr

/// Reads a recording back as a mount does, before it counts.
struct ReadBack {
    /// Bytes that are asked for at a time: many, as each piece of an Opus stream begins with pre-roll.
    private static let pieceByteCount = PieceDigests.pieceByteCount
    /// Pieces that are read of what was decoded while it was encoded.
    private static let sampledPieceCount = 8
    /// Such pieces for each thread that may wait to be summed up.
    private static let piecesPerThread = 2

    let recording: Recording
    private let store: any Store
    private let cache: BlockCache
    private let threads: Int

    /// Reads the recording at `path` of `store` with so many threads. What is read goes through `cache`.
    init(store: any Store, path: String, cache: BlockCache, threads: Int) throws(RecordingError) {
        self.store = store
        self.cache = cache
        self.threads = threads
        recording = try Recording(store: store, path: path, cache: cache, log: .silent)
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
        case .decoded(let pieces, let arrays):
            for (name, sum) in arrays { try prove(array: name, sum) }
            try prove(pieces)
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

    /// Throws unless the array `name` holds bytes whose SHA-256 is `sum`.
    private func prove(array name: String, _ sum: [UInt8]) throws {
        let array = try ZarrArray.open(store, path: "\(recording.path)/\(name)", cache: cache)
        let digest = try MessageDigest.sha256()
        let (rowCount, rowShape) = (array.shape.first ?? 0, array.shape.dropFirst())
        let rowByteCount = array.byteCount / max(rowCount, 1)
        let step = max(Self.pieceByteCount / max(rowByteCount, 1), 1)
        for row in stride(from: 0, to: rowCount, by: Int(step)) {
            let count = min(step, rowCount - row)
            // Never more than the array's bytes, which are known not to overflow.
            let rows = try Block(count: Int(clamping: count * rowByteCount)) { rows throws(ZarrError) in
                try array.read(start: [row] + rowShape.map { _ in 0 }, count: [count] + rowShape, into: rows)
            }
            digest.update(rows.bytes)
        }
        guard digest.finish() == sum else { throw Self.failure("has another \(name)") }
    }

    /// Throws unless pieces from all over the recording have the digests that `pieces` has for them.
    private func prove(_ pieces: [[UInt8]]) throws {
        let last = pieces.count - 1
        guard last >= 0 else { return }
        let numbers = Set((0..<Self.sampledPieceCount).map { last * $0 / (Self.sampledPieceCount - 1) }).sorted()
        var rest = numbers[...]
        try forEachPiece(numbers.map { UInt64($0) * Self.pieceByteCount }) { slices in
            guard let number = rest.popFirst() else { return }
            let digest = try MessageDigest.sha256()
            for slice in slices { digest.update(slice.bytes) }
            guard digest.finish() == pieces[number] else { throw Self.failure("has other samples than went in") }
        }
    }

    /// Hands all of the recording's samples to `body`, in order.
    private func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws {
        let starts = stride(from: 0, to: recording.dataByteCount, by: Int(Self.pieceByteCount))
        try forEachPiece(starts) { slices in
            for slice in slices { body(slice.bytes) }
        }
    }

    /// Hands the pieces that begin at the bytes `starts` to `body`, in order, while the next ones are decoded.
    private func forEachPiece(_ starts: some Sequence<UInt64>, _ body: ([BlockSlice]) throws -> Void) throws {
        let samples = recording.samples
        let reading = try OrderedWork<Range<UInt64>, Result<[BlockSlice], RecordingError>>(
            name: "read back", threads: threads
        ) { piece in
            Result { () throws(RecordingError) in try samples.read(bytes: piece) }
        }
        func take(leaving limit: Int) throws {
            while reading.count > limit, let slices = reading.take() { try body(slices.get()) }
        }
        for start in starts {
            reading.submit(start..<min(start + Self.pieceByteCount, recording.dataByteCount))
            try take(leaving: threads > 1 ? threads * Self.piecesPerThread : 0)
        }
        try take(leaving: 0)
    }

    private static func failure(_ problem: String) -> ImportError {
        ImportError("was not imported: what was written \(problem) when it is read back; please report this")
    }
}
