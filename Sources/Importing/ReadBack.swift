import AudioCoding
import Recordings
import Support
import WaveFile
import Zarr

/// Reads a recording back as a mount does, before it is published.
struct ReadBack {
    /// Bytes that are read at a time: many, as each piece of an Opus stream begins with pre-roll.
    private static let pieceByteCount = PieceDigests.pieceByteCount
    /// The same if every request takes a round trip: still more, so that there are fewer.
    private static let farPieceByteCount: UInt64 = 4 << 20
    /// Bytes of the largest value that is fetched as a whole, and of all of them.
    private static let (smallByteCount, fetchedByteCount): (UInt64, UInt64) = (4 << 20, 16 << 20)
    /// How many pieces are compared with what was decoded while they were encoded.
    private static let sampledPieceCount = 8
    /// Pieces that may wait to be compared, for each thread.
    private static let piecesPerThread = 2

    let recording: Recording
    private let store: any Store
    private let cache: BlockCache
    private let threads: Int
    /// What is read here and there, if every request takes a round trip: kept as long as it may be needed.
    private let fetched: FetchedParts?
    /// Bytes of what is read from front to back that are read at a time.
    private let stepByteCount: UInt64

    /// Opens the recording at `path` of `store`, to be read by `threads` threads, or by as many as keep the line busy if every request takes a
    /// round trip. What is read goes through `cache`.
    init(store: any Store, path: String, cache: BlockCache, threads: Int) throws(RecordingError) {
        self.cache = cache
        let far = FetchingStore(store)
        fetched = far.fetch(Self.smallValues(below: path, in: store))
        self.store = fetched == nil ? store : far
        recording = try Recording(store: self.store, path: path, cache: cache, log: .silent)
        stepByteCount = store.requestsAtOnce == nil ? Self.pieceByteCount : Self.farPieceByteCount
        // Each of them has two pieces, and each piece needs several requests.
        let pieceCount = Int(clamping: recording.dataByteCount / stepByteCount).adding(1) ?? .max
        self.threads = max(threads, min((store.requestsAtOnce ?? 0) / 2, pieceCount))
    }

    /// What is asked for all values below `path` but the large ones: documents, indexes, and checksums.
    private static func smallValues(below path: String, in store: any Store) -> [ValueRequest] {
        guard store.requestsAtOnce != nil else { return [] }
        var (requests, room) = ([ValueRequest](), fetchedByteCount)
        // What cannot be listed is read when it is needed.
        for value in (try? store.values(below: path)) ?? [] {
            guard let byteCount = value.byteCount, byteCount <= smallByteCount, byteCount <= room else { continue }
            room -= byteCount
            requests.append(ValueRequest(value.key, .whole(atMost: Int(byteCount))))
        }
        return requests
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
        let step = max(stepByteCount / max(rowByteCount, 1), 1)
        try forEach(stride(from: 0, to: rowCount, by: Int(step))) { row throws(ZarrError) in
            let count = min(step, rowCount - row)
            // Not more than all bytes of the array, which do not overflow.
            return try Block(count: Int(clamping: count * rowByteCount)) { rows throws(ZarrError) in
                try array.read(start: [row] + rowShape.map { _ in 0 }, count: [count] + rowShape, into: rows)
            }
        } _: { rows in
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
        try forEachPiece(of: Self.pieceByteCount, at: numbers.map { UInt64($0) * Self.pieceByteCount }) { slices in
            guard let number = rest.popFirst() else { return }
            let digest = try MessageDigest.sha256()
            for slice in slices { digest.update(slice.bytes) }
            guard digest.finish() == pieces[number] else { throw Self.failure("has other samples than went in") }
        }
    }

    /// Hands all of the recording's samples to `body`, in order.
    private func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws {
        let starts = stride(from: 0, to: recording.dataByteCount, by: Int(stepByteCount))
        try forEachPiece(of: stepByteCount, at: starts) { slices in
            for slice in slices { body(slice.bytes) }
        }
    }

    /// Hands the pieces of `byteCount` bytes that begin at the bytes `starts` to `body`, in order. The next ones are decoded meanwhile.
    private func forEachPiece(
        of byteCount: UInt64, at starts: some Sequence<UInt64>, _ body: ([BlockSlice]) throws -> Void
    ) throws {
        let (samples, end) = (recording.samples, recording.dataByteCount)
        try forEach(starts) { start throws(RecordingError) in
            try samples.read(bytes: start..<min(start + byteCount, end))
        } _: { slices in
            try body(slices)
        }
    }

    /// Hands what `read` returns for each of `items` to `body`, in order. The next ones are read meanwhile.
    private func forEach<Item: Sendable, Made: Sendable, Failure: Error>(
        _ items: some Sequence<Item>, read: @escaping @Sendable (Item) throws(Failure) -> Made,
        _ body: (Made) throws -> Void
    ) throws {
        let reading = try OrderedWork<Item, Result<Made, Failure>>(name: "read back", threads: threads) { item in
            Result { () throws(Failure) in try read(item) }
        }
        func take(leaving limit: Int) throws {
            while reading.count > limit, let made = reading.take() { try body(made.get()) }
        }
        for item in items {
            reading.submit(item)
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
