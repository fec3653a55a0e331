import AudioCoding
import Support
import Zarr

/// The coded bytes of a recording: its `audio_data_blob_array`.
///
/// If it has checksums, no byte is returned that was not compared with them: whole blocks are read.
struct CodedBlob: ReadAheadSource {
    private let array: ZarrArray
    private let checksums: BlobChecksums?
    /// How many bytes there are.
    let byteCount: UInt64
    /// Counts the bytes that the store has of it; nil if nobody can.
    private let countStored: (@Sendable () -> UInt64?)?
    /// Bytes that were read in advance.
    private var fetched: Fetched?

    private struct Fetched {
        let range: Range<UInt64>
        let block: Block

        /// The bytes of `part`, which lies within the range. Valid as long as the block is.
        func bytes(_ part: Range<UInt64>) -> UnsafeRawBufferPointer {
            let start = Int(part.lowerBound - range.lowerBound)
            return UnsafeRawBufferPointer(rebasing: block.bytes[start..<start + part.count])
        }
    }

    /// The bytes of `array`, which are compared with `checksums`. Refuses an array that does not hold plain bytes. `countStored` counts the
    /// bytes that the store has of it.
    init(
        _ array: ZarrArray, checksums: BlobChecksums? = nil, countStored: (@Sendable () -> UInt64?)? = nil
    ) throws(RecordingError) {
        guard array.shape.count == 1, let byteCount = array.shape.first, array.dataType == .uint8 else {
            throw RecordingError("the coded audio is not a one-dimensional uint8 array", recording: array.path)
        }
        self.array = array
        self.countStored = countStored
        self.byteCount = byteCount
        self.checksums = checksums
    }

    /// A number that changes whenever the bytes are written anew; nil if the store does not know that without reading them.
    var version: UInt64? { array.chunkVersion.map { FNV1a(of: [$0, byteCount]).value } }

    /// Reads exactly `range` into `buffer`, which is as long; the range must lie within the blob.
    private func read(_ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer) throws(ZarrError) {
        if let fetched, holds(range) {
            buffer.copyMemory(from: fetched.bytes(range))
        } else {
            let blocks = blocks(covering: range)
            guard blocks != range else { return try readBlocks(range, into: buffer) }
            let block = try Block(writtenCount: blocks.count) { bytes throws(ZarrError) in
                try readBlocks(blocks, into: bytes)
            }
            let start = Int(range.lowerBound - blocks.lowerBound)
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: block.bytes[start..<start + range.count]))
        }
    }

    /// What must be read for the bytes of `range`: more than those if a block is compared with its checksum.
    private func blocks(covering range: Range<UInt64>) -> Range<UInt64> {
        checksums?.blocks(covering: range) ?? range
    }

    /// Reads `range`, which is whole blocks, into `buffer`, which is as long, and compares it with its checksums.
    private func readBlocks(_ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer) throws(ZarrError) {
        let fetched = fetch([range])
        defer { withExtendedLifetime(fetched) {} }
        // A disk then reads both at once.
        if let checksums, !takesRoundTrips { ZarrArray.expect([checksums.region(of: range)]) }
        try array.read(bytes: range, into: buffer)
        do throws(ZarrError) {
            try checksums?.verify(UnsafeRawBufferPointer(buffer), from: range.lowerBound)
        } catch {
            array.distrust(range)
            throw error
        }
    }

    /// Has the store fetch all of `ranges`, which are whole blocks, and their checksums at once, if it has round trips to save.
    private func fetch(_ ranges: [Range<UInt64>], isAhead: Bool = false) -> [FetchedParts] {
        guard array.takesRoundTrips else { return [] }
        return ZarrArray.fetch(regions(ranges), isAhead: isAhead)
    }

    /// Where `ranges`, which are whole blocks, and their checksums are.
    private func regions(_ ranges: [Range<UInt64>]) -> [ZarrArray.Region] {
        ranges.flatMap { range in
            [.init(array, start: [range.lowerBound], count: [UInt64(range.count)])]
                + (checksums.map { [$0.region(of: range)] } ?? [])
        }
    }

    /// Whether every request for bytes takes a round trip to another machine.
    var takesRoundTrips: Bool { array.takesRoundTrips }

    /// Has the store fetch what is read for the bytes of `ranges`, cut to what the blob has, at once, if it has round trips to save.
    func fetch(bytesOf ranges: [Range<UInt64>]) -> [FetchedParts] {
        fetch(wholeBlocks(of: ranges))
    }

    /// The same for bytes that are read some time later.
    func fetchAhead(bytesOf ranges: [Range<UInt64>]) -> FetchedBytes? {
        guard takesRoundTrips else { return nil }
        let blocks = wholeBlocks(of: ranges)
        let byteCount = blocks.reduce(UInt64(0)) { $0.adding($1.upperBound - $1.lowerBound) ?? .max }
        // An index may say that packets are anywhere. Nothing that is worth while to fetch ahead has more.
        guard byteCount <= Self.fetchedByteCountLimit else { return nil }
        return FetchedBytes(parts: fetch(blocks, isAhead: true), byteCount: Int(byteCount))
    }

    /// Bytes that are fetched ahead at once, at most.
    private static let fetchedByteCountLimit: UInt64 = 32 << 20

    var requestsAtOnce: Int? { array.requestsAtOnce }

    func fetchAhead(bytes range: Range<UInt64>) -> FetchedBytes? { fetchAhead(bytesOf: [range]) }

    /// Tells the store, if it is on this machine, that the bytes of `ranges`, cut to what the blob has, are read soon.
    func expect(bytesOf ranges: [Range<UInt64>]) {
        guard !takesRoundTrips else { return }
        ZarrArray.expect(regions(wholeBlocks(of: ranges)))
    }

    /// The blocks that have bytes of `ranges`, each of which is cut to what the blob has.
    private func wholeBlocks(of ranges: [Range<UInt64>]) -> [Range<UInt64>] {
        ranges.map { blocks(covering: $0.clamped(to: 0..<byteCount)) }.filter { !$0.isEmpty }
    }

    /// The same blob with the bytes of `range`, which lies within it and which the caller has bounded, read and held in memory.
    func fetching(_ range: Range<UInt64>) throws(ZarrError) -> CodedBlob {
        var blob = self
        let blocks = blocks(covering: range)
        let block = try Block(writtenCount: blocks.count) { buffer throws(ZarrError) in
            try readBlocks(blocks, into: buffer)
        }
        blob.fetched = Fetched(range: blocks, block: block)
        return blob
    }

    /// The same blob with its first block held in memory, if bytes are compared with checksums by the block: what is read of a stream's start,
    /// in small pieces, is in there as a rule.
    func fetchingFirstBlock() throws(ZarrError) -> CodedBlob {
        guard checksums != nil, byteCount > 0 else { return self }
        return try fetching(0..<1)
    }

    /// Whether the bytes of `range` are held in memory.
    func holds(_ range: Range<UInt64>) -> Bool {
        fetched.map { $0.range.lowerBound <= range.lowerBound && range.upperBound <= $0.range.upperBound } ?? false
    }

    /// The bytes of `range`, cut to what the blob has. For headers: a range that the stream decides needs a bound of its own.
    func bytes(_ range: Range<UInt64>) throws(ZarrError) -> [UInt8] {
        let range = range.clamped(to: 0..<byteCount)
        var bytes = [UInt8](repeating: 0, count: range.count)
        var failure: ZarrError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(ZarrError) {
                try read(range, into: buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Calls `body` with exactly the bytes of `range`, which the caller has bounded and which must lie within the blob.
    func withBytes<T>(_ range: Range<UInt64>, _ body: (UnsafeRawBufferPointer) throws -> T) throws -> T {
        if let fetched, holds(range) {
            return try withExtendedLifetime(fetched.block) { try body(fetched.bytes(range)) }
        }
        let blocks = blocks(covering: range)
        return try withUnsafeTemporaryAllocation(byteCount: blocks.count, alignment: 16) { buffer in
            try readBlocks(blocks, into: buffer)
            let start = Int(range.lowerBound - blocks.lowerBound)
            return try body(UnsafeRawBufferPointer(rebasing: buffer[start..<start + range.count]))
        }
    }

    /// Ranges of bytes, and the runs of blocks that hold them.
    private struct BlockRuns {
        private(set) var runs: [Range<UInt64>] = []
        /// The bytes of all runs.
        private(set) var byteCount = 0
        /// Where each range begins in the bytes of all runs.
        private(set) var starts: [Int] = []

        /// Adds `range`, the bytes of which are in `blocks`: to the last run, if those follow it or are a part of it.
        mutating func add(_ range: Range<UInt64>, in blocks: Range<UInt64>) {
            if let last = runs.last, last.lowerBound <= blocks.lowerBound, blocks.lowerBound <= last.upperBound {
                let run = last.lowerBound..<max(last.upperBound, blocks.upperBound)
                starts.append(byteCount - last.count + Int(range.lowerBound - run.lowerBound))
                byteCount += run.count - last.count
                runs[runs.count - 1] = run
            } else {
                starts.append(byteCount + Int(range.lowerBound - blocks.lowerBound))
                byteCount += blocks.count
                runs.append(blocks)
            }
        }
    }

    /// Reads `ranges`, together if they follow each other, and hands their bytes to `body`. The caller has bounded them; they lie
    /// within the blob.
    func withBytes<T>(of ranges: [Range<UInt64>], _ body: ([UnsafeRawBufferPointer]) throws -> T) throws -> T {
        if let fetched, ranges.allSatisfy({ holds($0) }) {
            return try withExtendedLifetime(fetched.block) { try body(ranges.map { fetched.bytes($0) }) }
        }
        var needed = BlockRuns()
        for range in ranges { needed.add(range, in: blocks(covering: range)) }
        let together = needed.runs.count > 1 ? fetch(needed.runs) : []
        defer { withExtendedLifetime(together) {} }
        return try withUnsafeTemporaryAllocation(byteCount: needed.byteCount, alignment: 16) { buffer in
            var start = 0
            for run in needed.runs {
                try readBlocks(run, into: UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + run.count]))
                start += run.count
            }
            return try body(
                zip(ranges, needed.starts).map { range, start in
                    UnsafeRawBufferPointer(rebasing: buffer[start..<start + range.count])
                })
        }
    }

    /// Bytes that `forEachPacket` holds at once, unless a single packet has more.
    private static let packetByteCountLimit = 256 << 10

    /// Calls `body` with the bytes of each of `packets`, in order, and with nil for nil; many are read at once. Each lies within
    /// the blob and is bounded by the caller.
    func forEachPacket(_ packets: [Range<UInt64>?], _ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        var rest = packets[...]
        while !rest.isEmpty {
            var needed = BlockRuns()
            let batch = rest.prefix { packet in
                let isFirst = needed.byteCount == 0
                if let packet { needed.add(packet, in: blocks(covering: packet)) }
                return isFirst || needed.byteCount <= Self.packetByteCountLimit
            }
            try withBytes(of: batch.compactMap(\.self)) { coded in
                var coded = coded[...]
                for packet in batch { try body(packet == nil ? nil : coded.popFirst()) }
            }
            rest = rest.dropFirst(batch.count)
        }
    }

    /// The blob as parsers of coded streams take it.
    var stream: CodedStream {
        CodedStream(byteCount: byteCount) { range in try bytes(range) }
    }

    /// So many frames are held in memory in any case, and more if the store has a byte for each so many.
    private static let frameCountLimit = 1 << 22
    private static let framesPerStoredByte: UInt64 = 16

    /// Throws if a stream has `count` frames although the store has so few bytes of it that nobody has coded that many: the table of them
    /// would take far more memory than the store has.
    func checkFrameCount(_ count: Int) throws(ZarrError) {
        guard count > Self.frameCountLimit, let stored = countStored?(),
            UInt64(count) / Self.framesPerStoredByte > stored
        else { return }
        throw ZarrError(
            .damagedChunk, "has \(count) frames or more, of which the store has \(stored) bytes", path: array.path)
    }

    /// Called with the range of bytes that cannot be read, and why. If it throws, the pass ends; if not, the bytes
    /// count as zeros.
    typealias DamageHandler = (Range<UInt64>, ZarrError) throws(ZarrError) -> Void

    /// Hands the blob's bytes from `start` on to `body`, in order, a megabyte at a time. `damage` is called for what cannot be
    /// read, in small parts.
    ///
    /// A chunk that is lost is tried once, however large it is. Throws if more in a row cannot be read than a stream can have lost
    /// (`LostRun`), since a blob may announce any number of bytes.
    func forEachPiece(
        from start: UInt64, damage: DamageHandler = CodedBlob.stopAtDamage,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let pieceByteCount: UInt64 = 1 << 20
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(pieceByteCount), alignment: 16)
        defer { buffer.deallocate() }
        let reading = ReadingThrough(self, min(start, byteCount)..<byteCount)
        var lost = LostRun()
        var position = start
        while position < byteCount {
            try Cancellation.check()
            // Pieces end where blocks do.
            let end = position + min(pieceByteCount - position % pieceByteCount, byteCount - position)
            reading?.willRead(position..<end)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(end - position)])
            if lost.error(at: position) != nil {
                try readParts(position..<end, into: piece, &lost, damage)
            } else {
                do throws(ZarrError) {
                    try read(position..<end, into: piece)
                    lost = LostRun()
                } catch {
                    guard !error.isCancellation else { throw error }
                    try readParts(position..<end, into: piece, &lost, damage)
                }
            }
            try body(UnsafeRawBufferPointer(piece))
            position = end
        }
    }

    /// Ends the pass at the first bytes that cannot be read.
    static func stopAtDamage(_ bytes: Range<UInt64>, _ error: ZarrError) throws(ZarrError) {
        throw error
    }

    /// Lets bytes in damaged chunks count as zeros, for scanners that never take other bytes for a frame: they find the frames in
    /// all other chunks.
    static func passOverDamagedChunks(_ bytes: Range<UInt64>, _ error: ZarrError) throws(ZarrError) {
        guard error.kind == .damagedChunk else { throw error }
    }

    /// Reads `range` in small parts; those that cannot be read become zeros.
    private func readParts(
        _ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer, _ lost: inout LostRun,
        _ damage: DamageHandler
    ) throws(ZarrError) {
        var position = range.lowerBound
        while position < range.upperBound {
            let part = try readPart(from: position, of: range, into: buffer, &lost)
            if let error = part.error {
                guard !error.isCancellation else { throw error }
                try damage(position..<part.end, error)
                let place = Int(position - range.lowerBound)..<Int(part.end - range.lowerBound)
                _ = UnsafeMutableRawBufferPointer(rebasing: buffer[place]).initializeMemory(
                    as: UInt8.self, repeating: 0)
            } else {
                lost = LostRun()
            }
            position = part.end
        }
    }

    /// Reads the bytes of `range` from `position` on that lie in one chunk, a few of them, and returns where they end, and why they cannot
    /// be read if they cannot. Of a chunk that is lost, those are all that lie in `range`.
    private func readPart(
        from position: UInt64, of range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer,
        _ lost: inout LostRun
    ) throws(ZarrError) -> (end: UInt64, error: ZarrError?) {
        if let (end, error) = lost.error(at: position) { return (min(end, range.upperBound), error) }
        let partByteCount: UInt64 = 4 << 10
        let chunk = array.bytes(lostWith: position)
        let end = min(
            chunk.upperBound, position + min(partByteCount - position % partByteCount, range.upperBound - position))
        let place = Int(position - range.lowerBound)..<Int(end - range.lowerBound)
        do throws(ZarrError) {
            try read(position..<end, into: UnsafeMutableRawBufferPointer(rebasing: buffer[place]))
            return (end, nil)
        } catch {
            // A chunk that is there may have bytes that do not have their checksum.
            guard error.kind == .damagedChunk, array.lostChunk(at: position) != nil else {
                try lost.addPart(of: array, error)
                return (end, error)
            }
            try lost.find(from: chunk, of: array, error)
            return (min(chunk.upperBound, range.upperBound), error)
        }
    }
}
