import AudioCoding
import Support
import Zarr

/// An Ogg Vorbis stream, cut into decode units of a fixed number of samples.
///
/// The row of a unit in the stored index says which pages it is decoded from. It is used if those are whole and prove by their
/// granule positions that they have the unit's samples; else a table that is built from the stream says which pages these are.
/// Which of the two it is depends on that row and the stream alone. If the table has another number of samples than the index,
/// pages are lost: nothing says how many samples those had, so a unit that cannot be had by the index cannot be had at all.
final class VorbisStream: DecodeUnits {
    /// Bytes behind the pages of the last row that are looked at for more: what is left of a page that was cut.
    private static let tailByteCountLimit = 2 * UInt64(OggPage.byteCountLimit)

    /// Samples of one channel that are to be heard.
    let sampleCount: UInt64

    private let path: String
    private let blob: CodedBlob
    private let frames: FrameFinder<VorbisFormat>
    /// The stored index; nil if it has not proved right.
    private let index: StoredFrameIndex?
    private let decoder: VorbisUnitDecoder
    private let counter: DecodeCounter

    /// Reads the front of `audio`, and the pages of the last row of its index; without an index that is right, all of it.
    init(
        _ audio: StoredAudio, decoders: DecoderPool<VorbisHeaders, VorbisDecoder>, _ services: StreamServices
    ) throws(RecordingError) {
        path = audio.path
        blob = try audio.blob()
        counter = services.counter
        frames = FrameFinder(VorbisFormat(), in: blob, of: audio, services)
        do {
            decoder = VorbisUnitDecoder(try VorbisStart(of: blob.stream), decoders: decoders)
            let stored = frames.index
            if let stored,
                let sampleCount = try Self.sampleCount(
                    by: stored, frames, decoder, announced: audio.attributes.totalSamples)
            {
                index = stored
                self.sampleCount = sampleCount
            } else {
                index = nil
                sampleCount = try frames.table().endSample
            }
        } catch {
            throw RecordingError("its Vorbis stream cannot be read", recording: path, cause: error)
        }
    }

    /// What the stream's headers say.
    var headers: VorbisHeaders { decoder.start.headers }

    /// Samples of one channel that are to be heard, by the pages of the last row of `index`; nil if these do not prove that. If their
    /// bytes are damaged, as many as are `announced`, if that fits the index. Throws if it does not: nothing says then where the stream
    /// ends.
    private static func sampleCount(
        by index: StoredFrameIndex, _ frames: FrameFinder<VorbisFormat>, _ decoder: VorbisUnitDecoder,
        announced: UInt64?
    ) throws -> UInt64? {
        do {
            return try provenSampleCount(by: index, frames, decoder)
        } catch let error as ZarrError where error.kind == .damagedChunk {
            guard let announced, let start = (index.count - 1).multiplied(by: decoder.start.headers.samplesPerUnit),
                start < announced, announced - start <= decoder.start.headers.samplesPerUnit
            else { throw error }
            return announced
        } catch {
            return nil
        }
    }

    private static func provenSampleCount(
        by index: StoredFrameIndex, _ frames: FrameFinder<VorbisFormat>, _ decoder: VorbisUnitDecoder
    ) throws -> UInt64? {
        // A unit has a byte at least.
        guard index.count <= frames.blob.byteCount, let row = try index.row(index.count - 1),
            let bytes = frames.bytes(of: row)
        else { return nil }
        let last = try frames.blob.withBytes(bytes) {
            decoder.provenPages($0, at: bytes.lowerBound, firstSample: row.firstSample)
        }
        let length = decoder.start.headers.samplesPerUnit
        guard let last, let start = (index.count - 1).multiplied(by: length), row.firstSample <= start,
            start < last.end, last.end - start <= length
        else { return nil }
        guard !last.scanner.hasEnded, bytes.upperBound < frames.blob.byteCount else { return last.end }
        guard frames.blob.byteCount - bytes.upperBound <= tailByteCountLimit else { return nil }
        let rest = bytes.lowerBound..<frames.blob.byteCount
        let all = try frames.blob.withBytes(rest) {
            try decoder.pages($0, at: bytes.lowerBound, firstSample: row.firstSample)
        }
        return all.packets.count == last.packets.count ? last.end : nil
    }

    func unit(containing sample: UInt64) -> DecodeUnit {
        let length = headers.samplesPerUnit
        let number = sample / length
        let start = number * length
        return DecodeUnit(number: number, samples: start..<min(start.adding(length) ?? .max, sampleCount))
    }

    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
        try decode(unit, by: row(of: unit), from: blob)
    }

    /// The stored row of `unit`; nil if there is none, or none that can be read.
    private func row(of unit: DecodeUnit) -> FrameIndexRow? {
        index.flatMap { index in (try? index.row(unit.number)) ?? nil }
    }

    /// Decodes `unit` by `row`, the stored one of its number if there is one; coded bytes are read from `blob`, which is the
    /// stream's.
    private func decode(
        _ unit: DecodeUnit, by row: FrameIndexRow?, from blob: CodedBlob
    ) throws(RecordingError) -> Block {
        // Any failure here only means that the index is of no use for this unit.
        if let row, let block = try? decode(unit, byStored: row, from: blob) { return block }
        do {
            let table = try frames.table()
            guard table.endSample == sampleCount, let frame = Int(exactly: unit.number).flatMap({ table[$0] }) else {
                throw AudioCodingError(
                    .vorbis,
                    "the stream is damaged here: of its \(sampleCount) samples it has pages for "
                        + "\(table.endSample)")
            }
            guard let bytes = frames.bytes(of: FrameIndexRow(frame)) else {
                throw AudioCodingError(.vorbis, "the pages of these samples lie too far apart", at: frame.offset)
            }
            return try blob.withBytes(bytes) { coded in
                let pages = try decoder.pages(coded, at: bytes.lowerBound, firstSample: frame.firstSample)
                return try decoder.decode(
                    unit, from: pages, in: coded, at: bytes.lowerBound, counter: counter)
            }
        } catch {
            throw RecordingError("packets cannot be decoded", recording: path, samples: unit.samples, cause: error)
        }
    }

    /// Decodes `unit` by `row`; nil if the pages that it points at do not prove that they have the unit's samples.
    private func decode(_ unit: DecodeUnit, byStored row: FrameIndexRow, from blob: CodedBlob) throws -> Block? {
        guard let bytes = frames.bytes(of: row) else { return nil }
        return try blob.withBytes(bytes) { coded -> Block? in
            guard let pages = decoder.provenPages(coded, at: bytes.lowerBound, firstSample: row.firstSample),
                decoder.canDecode(unit, from: pages)
            else { return nil }
            return try decoder.decode(
                unit, from: pages, in: coded, at: bytes.lowerBound, counter: counter)
        }
    }

    /// The samples whose pages the stored index does not lead to, in a stream that is damaged; nil if it has no index that is right
    /// at its end: then nothing says which samples are missing.
    func lostSamples() throws -> [Range<UInt64>]? {
        guard let index else { return nil }
        var lost: [Range<UInt64>] = []
        var position: UInt64 = 0
        try index.forEachBatch { rows in
            for row in rows {
                let unit = unit(containing: position)
                position = unit.samples.upperBound
                guard !proves(row, unit) else { continue }
                if let last = lost.last, last.upperBound == unit.samples.lowerBound {
                    lost[lost.count - 1] = last.lowerBound..<unit.samples.upperBound
                } else {
                    lost.append(unit.samples)
                }
            }
        }
        return lost
    }

    private func proves(_ row: FrameIndexRow, _ unit: DecodeUnit) -> Bool {
        guard let bytes = frames.bytes(of: row) else { return false }
        let pages = try? blob.withBytes(bytes) {
            decoder.provenPages($0, at: bytes.lowerBound, firstSample: row.firstSample)
        }
        return pages.flatMap(\.self).map { decoder.canDecode(unit, from: $0) } ?? false
    }

    // MARK: - Runs

    func decoder(of run: ArraySlice<DecodeUnit>) -> any UnitDecoder {
        guard let first = run.first?.number, let last = run.last?.number else { return self }
        var rows: [FrameIndexRow] = []
        if let index, first < index.count {
            rows = (try? index.rowsAndNeighbours(first..<min(last + 1, index.count))) ?? []
        }
        let table = index == nil ? try? frames.table() : nil
        let extents = run.map { unit -> Range<UInt64>? in
            let frame = table.flatMap { table in Int(exactly: unit.number).flatMap { table[$0] } }
            let row = frame.map { FrameIndexRow($0) } ?? Self.row(of: unit, in: rows, from: first)
            return row.flatMap { frames.bytes(of: $0) }
        }
        return Run(of: self, first: first, rows, CodedRun(run, in: blob, extents: extents))
    }

    private static func row(of unit: DecodeUnit, in rows: [FrameIndexRow], from first: UInt64) -> FrameIndexRow? {
        guard let place = unit.number.subtracting(first), place < UInt64(rows.count) else { return nil }
        return rows[Int(place)]
    }

    /// Units that follow each other, whose pages are read together.
    private final class Run: UnitDecoder {
        private let stream: VorbisStream
        private let first: UInt64
        private let rows: [FrameIndexRow]
        private var coded: CodedRun

        init(of stream: VorbisStream, first: UInt64, _ rows: [FrameIndexRow], _ coded: CodedRun) {
            self.stream = stream
            self.first = first
            self.rows = rows
            self.coded = coded
        }

        func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
            guard let position = coded.position(of: unit) else { return try stream.decode(unit) }
            let row = VorbisStream.row(of: unit, in: rows, from: first)
            return try stream.decode(unit, by: row, from: coded.blob(at: position))
        }

        func fetchAhead() -> FetchedBytes? { coded.fetchAhead() }

        func expect() { coded.expect() }
    }
}

extension FrameTable {
    /// Where the last frame's samples end.
    fileprivate var endSample: UInt64 { self[count - 1]?.samples.upperBound ?? 0 }
}
