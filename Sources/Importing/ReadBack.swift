import AudioCoding
import Recordings
import Support
import WaveFile
import Zarr

/// Reads a recording back as a mount does, before it is published.
struct ReadBack {
    /// Bytes that are read at a time: many, as each piece of an Opus stream begins with pre-roll.
    private static let pieceByteCount = PieceDigests.pieceByteCount
    /// How many pieces are compared with what was decoded while they were encoded.
    private static let sampledPieceCount = 8
    /// Pieces that may wait to be compared, for each thread.
    private static let piecesPerThread = 2

    let recording: Recording
    private let store: any Store
    private let cache: BlockCache
    private let threads: Int

    /// Opens the recording at `path` of `store`, to be read by `threads` threads. What is read goes through `cache`.
    init(store: any Store, path: String, cache: BlockCache, threads: Int) throws(RecordingError) {
        self.store = store
        self.cache = cache
        self.threads = threads
        recording = try Recording(store: store, path: path, cache: cache, log: .silent)
    }

    /// Throws unless the recording gives what was written, and the source file byte for byte if it is said to.
    func prove(_ written: ImportJob.Written) throws {
        guard recording.sampleCount == written.audio.sampleCount else {
            throw Self.failure("has \(recording.sampleCount) samples instead of \(written.audio.sampleCount)")
        }
        // The samples are a part of the file.
        guard !written.isByteExact else { return try proveFile(written.sha256) }
        if written.keepsDamagedSource { try prove(array: HierarchyNames.damagedSource, written.sha256) }
        for proof in written.audio.proofs {
            switch proof {
            case .encodedSamples:
                guard try hash(.sha256) == written.samples else { throw Self.failure("has other samples than went in") }
            case .sourceFile: try prove(array: HierarchyNames.blob, written.sha256)
            case .arrays(let arrays): for (name, hash) in arrays { try prove(array: name, hash.hexadecimal) }
            case .pieces(let pieces): try prove(pieces)
            case .md5(let announced):
                guard try hash(.md5) == announced else {
                    throw SourceDamage(summary: "its samples have another MD5 than its header says")
                }
            case .decodableSamples: try forEachPiece { _ in }
            }
        }
    }

    /// Throws unless the recording's WAV file has the SHA-256 `hash`, in hexadecimal.
    private func proveFile(_ hash: String) throws {
        guard recording.envelope != nil, let layout = try recording.waveLayout() else {
            throw Self.failure("is not laid out as its source")
        }
        let digest = try MessageDigest.sha256()
        digest.update(layout.head)
        try forEachPiece { digest.update($0) }
        digest.update(layout.tail)
        guard digest.finish().hexadecimal == hash else { throw Self.failure("is not the source") }
    }

    /// The hash of all samples.
    private func hash(_ algorithm: MessageDigest.Algorithm) throws -> [UInt8] {
        guard let digest = MessageDigest(algorithm) else { throw Self.failure("cannot be hashed here") }
        // STREAMINFO's MD5 is that of signed samples, and WAV's samples of 8 bits are unsigned.
        let flipsSign = algorithm == .md5 && recording.format.encoding == .unsigned8
        try forEachPiece { piece in
            if flipsSign { digest.update(piece.map { $0 ^ 0x80 }) } else { digest.update(piece) }
        }
        return digest.finish()
    }

    /// Throws unless the array `name` holds bytes whose SHA-256 is `hash`, in hexadecimal.
    private func prove(array name: String, _ hash: String) throws {
        let array = try ZarrArray.open(
            store, path: "\(recording.path)/\(name)", cache: cache, absent: .damage)
        let digest = try MessageDigest.sha256()
        let (rowCount, rowShape) = (array.shape.first ?? 0, array.shape.dropFirst())
        let rowByteCount = array.byteCount / max(rowCount, 1)
        let step = max(Self.pieceByteCount / max(rowByteCount, 1), 1)
        for row in stride(from: 0, to: rowCount, by: Int(step)) {
            let count = min(step, rowCount - row)
            // Not more than all bytes of the array, which do not overflow.
            let rows = try Block(count: Int(clamping: count * rowByteCount)) { rows throws(ZarrError) in
                try array.read(start: [row] + rowShape.map { _ in 0 }, count: [count] + rowShape, into: rows)
            }
            digest.update(rows.bytes)
        }
        guard digest.finish().hexadecimal == hash else { throw Self.failure("has another \(name)") }
    }

    /// Throws unless some pieces, from all over the recording, have the SHA-256 that `pieces` has for them.
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

    /// Hands the pieces that begin at the bytes `starts` to `body`, in order. The next ones are decoded meanwhile.
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

    /// What is wrong with a source, not with what was written of it.
    private struct SourceDamage: DescribedError {
        let summary: String
    }

    private static func failure(_ problem: String) -> ImportError {
        ImportError("was not imported: what was written \(problem) when it is read back; please report this")
    }
}
