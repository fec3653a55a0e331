import Support

extension WaveMetadata {
    /// Reads the metadata chunks of a Sony Wave64 or AIFF file; nil if `file` is of another kind. Fields that are not valid are left out.
    ///
    /// In Wave64, the chunks of RIFF have GUIDs that are made of their names, and marks have a chunk of their own. Of AIFF, only marks and comments are read.
    public init?(ofOtherFile file: WaveBytes) throws(WaveSourceError) {
        guard let format = ChunkFormat(start: try file.bytes(from: 0, atMost: 16)), format != .caf else { return nil }
        self.init()
        var marks = AIFFMarks()
        for chunk in try format.allChunks(of: file) where !chunk.name.isEmpty && chunk.name != format.samplesName {
            guard let end = chunk.end, let byteCount = end.subtracting(chunk.contentsOffset) else { continue }
            let contents = try file.bytes(from: chunk.contentsOffset, atMost: min(byteCount, Self.contentsLimit))
            switch format {
            case .aiff: marks.add(chunk.name, contents)
            case _ where chunk.name == ChunkFormat.markerName: add(marks: Wave64Marks.points(in: contents))
            default: add(chunk.name, contents, byteCount: byteCount, isBigEndian: false)
            }
        }
        add(marks: marks.points)
        for comment in marks.comments.prefix(1) { add(comment: comment) }
    }
}
