public import Support

/// A chunk of a source that is kept as it is: what it says has a form of its own (`iXML`, `wamd`, `id3 `, `_PMX`, `axml` and others).
public struct SourceChunk: Sendable, Equatable {
    /// The name: four printable characters of ASCII.
    public let identifier: String
    /// The bytes between the header and the pad byte.
    public private(set) var contents: [UInt8]

    /// Bytes of all such chunks of a file that are kept.
    public static let byteCountLimit = 512 << 10

    /// The chunk `identifier` with these contents; nil if `isKept` says that there is none.
    public init?(_ identifier: String, _ contents: [UInt8]) {
        guard Self.isKept(identifier, contents) else { return nil }
        self.identifier = identifier
        self.contents = contents
    }

    /// Whether the chunk `identifier` is kept, which begins with the bytes `start`. It is not if another chunk of the file is made of what
    /// it says, if it says something of the bytes of the samples, or if it says nothing.
    static func isKept(_ identifier: String, _ start: [UInt8]) -> Bool {
        guard identifier.utf8.count == 4, identifier.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !start.isEmpty
        else { return false }
        if identifier == "LIST" { return !listTypes.contains { start.starts(with: $0.utf8) } }
        return !otherIdentifiers.contains(identifier)
    }

    private static let otherIdentifiers: Set = [
        // Written anew.
        "fmt ", "fact", "data", "ds64", "bext", "guan", "cue ", "smpl",
        // About samples by their places or values: peaks, play lists, silence, regions, overviews, marks, quality, frames of MPEG.
        "PEAK", "levl", "plst", "slnt", "regn", "minf", "elm1", "umid", "ovwf", "r64m", "qlty", "mext",
        // Other files.
        "RIFF", "RIFX", "RF64", "BW64",
        // Room, and the character set of lists, which are UTF-8 here.
        "JUNK", "junk", "PAD ", "FLLR", "filr", "Fake", "CSET",
    ]

    /// The types of lists that are not kept: what is read of them is written anew, and a list of waves has samples.
    private static let listTypes = ["INFO", "adtl", "wavl"]

    /// Whether the contents of a chunk `identifier` are the same in RIFX, since there are no numbers in them.
    static func isText(_ identifier: String) -> Bool { textIdentifiers.contains(identifier) }

    private static let textIdentifiers: Set = ["iXML", "axml", "aXML", "_PMX", "id3 ", "ID3 ", "afsp"]

    // MARK: - In another file

    /// The chunk, header included. Chunks that are odd in number get something at their end that says nothing: libsndfile cannot read RF64
    /// with a padded chunk before the samples.
    var bytes: [UInt8] {
        var contents = contents
        if contents.count % 2 == 1 {
            switch identifier {
            // An entry that aligns: its name, its size, its byte.
            case "wamd": contents += [0xFF, 0xFF, 1, 0, 0, 0, 0]
            case _ where Self.isText(identifier) && identifier.lowercased() != "id3 ": contents.append(0x20)
            default: contents.append(0)
            }
        }
        return Array(identifier.utf8) + UInt32(clamping: contents.count).littleEndianBytes + contents
    }

    /// The same, without what an `iXML` chunk says of the file's format that `format` contradicts, and of its samples' numbers if the
    /// rate is another: spaces are in the place of it.
    func adapted(to format: WaveFormat) -> SourceChunk {
        guard identifier == "iXML" else { return self }
        var chunk = self
        let document = IXMLChunk(WaveMetadata.text(contents[...]))
        if let rate = document.element("FILE_SAMPLE_RATE"), UInt32(rate) != format.sampleRate {
            for name in ["FILE_SAMPLE_RATE", "BWF_TIME_REFERENCE_LOW", "BWF_TIME_REFERENCE_HIGH", "SYNC_POINT_LIST"] {
                chunk.blank(element: name)
            }
        }
        if let bits = document.element("AUDIO_BIT_DEPTH"), Int(bits) != format.encoding.bits {
            chunk.blank(element: "AUDIO_BIT_DEPTH")
        }
        return chunk
    }

    private mutating func blank(element name: String) {
        let (opening, closing) = (Array("<\(name)>".utf8), Array("</\(name)>".utf8))
        guard let start = contents.firstRange(of: opening)?.lowerBound,
            let end = contents[start...].firstRange(of: closing)?.upperBound
        else { return }
        for index in start..<end { contents[index] = 0x20 }
    }

    /// Whether the recorder's clock in it may have said `start` when the recording began: it does not contradict that by more than a
    /// second, or says nothing of it.
    public func agrees(with start: Timestamp?) -> Bool {
        guard let start, let time else { return true }
        let isZoned = start.offsetMinutes != nil && time.offsetMinutes != nil
        let seconds = [start, time].map { time in
            isZoned ? time.seconds : time.seconds.adding(Int64(time.offsetMinutes ?? 0) * 60) ?? time.seconds
        }
        return (seconds[0].subtracting(seconds[1])?.magnitude ?? .max) <= 1
    }

    /// When the recording began, if the chunk is one of those that are read for that.
    private var time: Timestamp? {
        switch identifier {
        case "wamd":
            WaveMetadata.wamdFields(contents).first { $0.name == "timestamp" }.flatMap { Timestamp(metadata: $0.value) }
        case "iXML": Timestamp(ixml: WaveMetadata.text(contents[...]))
        default: nil
        }
    }
}

extension UInt32 {
    fileprivate var littleEndianBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(self)
        return bytes
    }
}
