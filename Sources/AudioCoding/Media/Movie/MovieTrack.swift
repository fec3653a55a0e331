import Support

/// What the index of an MP4 file says of the times of one track. ISO/IEC 14496-12, section 8.
struct MovieTrack {
    /// Packets in a row that take the same time.
    struct Run {
        let packetCount: UInt32
        /// How long each of them takes, in ticks of the track.
        let step: UInt32
    }

    /// A part of the track that is heard.
    struct Edit {
        /// How long it is, in ticks of the file; 0 if it has no end.
        let duration: UInt64
        /// Where it begins, in ticks of the track; -1 stands for silence.
        let start: Int64
    }

    /// Its number in the file.
    let id: UInt32
    /// Ticks a second of the file, and of the track.
    let fileTimescale: UInt32, timescale: UInt32
    /// How long the track is, in its ticks; nil if that is not known.
    let duration: UInt64?
    /// All packets, in order.
    let runs: [Run]
    /// What is heard; empty if it is all.
    let edits: [Edit]
    /// Where in the file the step of all packets stands if it is one tick; nil if it is more, and for samples that are not packed. libavformat
    /// takes such a track for PCM, and finds none of its packets.
    let soleTickOffset: UInt64?

    /// The tracks of the MP4 file `stream` whose packets are listed in its index; none if it has no index.
    static func all(of stream: CodedStream) throws -> [MovieTrack] {
        var reader = MovieReader(stream)
        let boxes = try reader.boxes()
        guard boxes.first.map({ MovieReader.firstNames.contains($0.name) }) == true,
            let movie = boxes.first(where: { $0.name == "moov" }),
            let header = try reader.box("mvhd", in: movie),
            let (fileTimescale, _) = try reader.clock(of: header)
        else { return [] }
        return try reader.boxes(in: movie).filter { $0.name == "trak" }.compactMap { box in
            try MovieTrack(box, &reader, fileTimescale: fileTimescale)
        }
    }

    /// The track `box`; nil if its packets are not listed.
    private init?(_ box: MovieBox, _ reader: inout MovieReader, fileTimescale: UInt32) throws {
        guard let head = try reader.box("tkhd", in: box), let id = try reader.trackNumber(of: head),
            let clock = try reader.box("mdia", "mdhd", in: box),
            let (timescale, duration) = try reader.clock(of: clock), timescale > 0,
            let table = try reader.box("mdia", "minf", "stbl", "stts", in: box)
        else { return nil }
        // The table may claim more packets than there are.
        let runs = try reader.runs(of: table, atMost: reader.packetCount(in: box))
        guard !runs.isEmpty else { return nil }
        self.id = id
        self.fileTimescale = fileTimescale
        self.timescale = timescale
        self.duration = duration
        self.runs = runs
        soleTickOffset = try reader.isPacked(box) ? reader.soleTickOffset(of: table) : nil
        edits = try reader.box("edts", "elst", in: box).map { try reader.edits(of: $0) } ?? []
    }
}

extension MovieTrack {
    /// The first sample of one channel at `sampleRate` that is heard, and the end of what is, by the edit list or the length of the track;
    /// no end if neither says. Nil if the edit list has several parts.
    func heard(sampleRate: UInt32) -> (start: Int64, end: Int64?)? {
        func samples(_ ticks: Double, _ timescale: UInt32) -> Int64? {
            Int64(exactly: (ticks * Double(sampleRate) / Double(max(timescale, 1))).rounded())
        }
        let media = edits.filter { $0.start >= 0 }
        guard let edit = media.first else { return (0, duration.flatMap { samples(Double($0), timescale) }) }
        guard media.count == 1 else { return nil }
        let start = samples(Double(edit.start), timescale) ?? 0
        let length = edit.duration > 0 ? samples(Double(edit.duration), fileTimescale) : nil
        return (start, length.flatMap(start.adding))
    }

    /// Codecs of MP4 files by their names there (ISO/IEC 14496-12, section 8.5.2) whose samples are packets, whatever their size.
    fileprivate static let packedCodecs: Set = ["mp4a", "alac", "Opus", "fLaC", "ac-3", "ec-3", ".mp3"]

    /// Whether all packets but the last take the same time.
    var isEven: Bool { runs.count <= 1 || runs.count == 2 && runs[1].packetCount == 1 }

    /// How many packets of `length` ticks are as long as `ticks`, at least two; nil if that is no whole number.
    static func stepCount(of ticks: Double, _ length: Double) -> Double? {
        let count = (ticks / length).rounded()
        return count >= 2 && abs(ticks - count * length) <= 1 ? count : nil
    }
}

extension MovieReader {
    /// The boxes that an MP4 file may begin with.
    fileprivate static let firstNames: Set = ["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot", "uuid", "styp"]

    /// The ticks a second, and the length in ticks, of a header (`mvhd`, `mdhd`); no length if it is 0 or not known.
    fileprivate mutating func clock(of box: MovieBox) throws -> (timescale: UInt32, duration: UInt64?)? {
        guard let (contents, version) = try contents(of: box) else { return nil }
        var bytes = contents
        // The times at which it was made and changed are before them.
        guard bytes.skip(version == 1 ? 16 : 8), let timescale = bytes.readBigEndian(UInt32.self) else { return nil }
        let isLong = version == 1
        let duration = isLong ? bytes.readBigEndian(UInt64.self) : bytes.readBigEndian(UInt32.self).map(UInt64.init)
        let unknown = isLong ? UInt64.max : UInt64(UInt32.max)
        return (timescale, duration.flatMap { $0 == 0 || $0 == unknown ? nil : $0 })
    }

    fileprivate mutating func trackNumber(of box: MovieBox) throws -> UInt32? {
        guard let (contents, version) = try contents(of: box) else { return nil }
        var bytes = contents
        guard bytes.skip(version == 1 ? 16 : 8) else { return nil }
        return bytes.readBigEndian(UInt32.self)
    }

    /// How many packets the table of the sizes of the track `box` has.
    fileprivate mutating func packetCount(in box: MovieBox) throws -> UInt32 {
        let tables = try ["stsz", "stz2"].compactMap { try self.box("mdia", "minf", "stbl", $0, in: box) }
        guard let table = tables.first, var (bytes, _) = try contents(of: table), bytes.skip(4) else { return 0 }
        return bytes.readBigEndian(UInt32.self) ?? 0
    }

    /// Whether the samples of the track `box` are packets: if each has a size of its own, or if their codec has only such.
    fileprivate mutating func isPacked(_ box: MovieBox) throws -> Bool {
        guard let sizes = try self.box("mdia", "minf", "stbl", "stsz", in: box),
            var (bytes, _) = try contents(of: sizes), let commonSize = bytes.readBigEndian(UInt32.self)
        else { return false }
        guard commonSize > 0 else { return true }
        guard let table = try self.box("mdia", "minf", "stbl", "stsd", in: box),
            var (entry, _) = try contents(of: table),
            entry.skip(8), let codec = entry.read(4), entry.skip(8), let version = entry.readBigEndian(UInt16.self)
        else { return false }
        // Later versions of QuickTime's description count samples by themselves.
        return version == 0 && MovieTrack.packedCodecs.contains(String(decoding: codec, as: UTF8.self))
    }

    /// Where in the file the only step that `box`, a table of times, has stands, if it is one tick.
    fileprivate mutating func soleTickOffset(of box: MovieBox) throws -> UInt64? {
        guard var (bytes, _) = try contents(of: box), bytes.readBigEndian(UInt32.self) == 1, bytes.skip(4),
            bytes.readBigEndian(UInt32.self) == 1
        else { return nil }
        return box.contentOffset + 12
    }

    fileprivate mutating func runs(of box: MovieBox, atMost limit: UInt32) throws -> [MovieTrack.Run] {
        guard var (bytes, _) = try contents(of: box), let count = bytes.readBigEndian(UInt32.self) else { return [] }
        var runs: [MovieTrack.Run] = []
        var left = limit
        while left > 0, runs.count < Int(count), let packetCount = bytes.readBigEndian(UInt32.self),
            let step = bytes.readBigEndian(UInt32.self)
        {
            guard packetCount > 0 else { continue }
            runs.append(MovieTrack.Run(packetCount: min(packetCount, left), step: step))
            left -= min(packetCount, left)
        }
        return runs
    }

    fileprivate mutating func edits(of box: MovieBox) throws -> [MovieTrack.Edit] {
        guard let (contents, version) = try contents(of: box) else { return [] }
        var bytes = contents
        guard let count = bytes.readBigEndian(UInt32.self) else { return [] }
        var edits: [MovieTrack.Edit] = []
        while edits.count < Int(count) {
            let isLong = version == 1
            guard
                let duration = isLong
                    ? bytes.readBigEndian(UInt64.self) : bytes.readBigEndian(UInt32.self).map(UInt64.init),
                let start = isLong ? bytes.readBigEndian(Int64.self) : bytes.readBigEndian(Int32.self).map(Int64.init),
                bytes.skip(4)
            else { break }
            edits.append(MovieTrack.Edit(duration: duration, start: start))
        }
        return edits
    }
}
