import Recordings
import Support

extension SourceFile {
    /// Whether the file is an MP4 (m4a, mov, 3gp) whose recorder has not finished it: without the index, `moov`, which is written last.
    /// See ISO/IEC 14496-12, 4.2: boxes of a size, big-endian, and a name of four characters.
    var lacksMovieIndex: Bool {
        get throws(ImportError) {
            var offset: UInt64 = 0
            var names: [String] = []
            while names.count < 1024, let header = try box(at: offset) {
                names.append(header.name)
                guard header.byteCount >= 8, let next = offset.adding(header.byteCount) else { break }
                offset = next
            }
            return names.first == "ftyp" && names.contains("mdat") && !names.contains("moov") && !names.contains("moof")
        }
    }

    /// The box at `offset`, with the size that it claims; 0 stands for the rest of the file. Nil if there is none.
    private func box(at offset: UInt64) throws(ImportError) -> (name: String, byteCount: UInt64)? {
        guard offset < byteCount else { return nil }
        var reader = ByteReader(try bytes(offset..<min(byteCount, offset + 16)))
        guard let size = reader.readBigEndian(UInt32.self), let name = reader.read(4) else { return nil }
        let large = size == 1 ? reader.readBigEndian(UInt64.self) : nil
        return (String(decoding: name, as: UTF8.self), large ?? UInt64(size))
    }
}
