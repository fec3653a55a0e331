import Support

/// Data about one recording's stream that takes long to compute, kept in the catalogue's file.
struct DerivedData: Sendable {
    /// Opens the data when it is first needed; returns nil if nothing is kept.
    typealias Opener = @Sendable () -> DerivedData?

    let file: CatalogueFile
    /// The recording's path.
    let path: String
    /// The version that its stream had before anything was computed from it.
    let version: UInt64

    /// The data of `kind` that was kept for this version; nil if there is none, or if it is damaged.
    func content(_ kind: CatalogueFile.DerivedKind) -> ArraySlice<UInt8>? {
        guard let bytes = file.content(kind, of: path, version: version), bytes.count >= 8 else { return nil }
        let content = bytes.dropLast(8)
        return bytes.suffix(8).elementsEqual(check(of: content)) ? content : nil
    }

    /// Keeps `content` and a checksum of it.
    func keep(_ content: [UInt8], as kind: CatalogueFile.DerivedKind) {
        file.keep(content + check(of: content[...]), as: kind, of: path, version: version)
    }

    /// A checksum, since one wrong bit in this data, or in what it is about, would give wrong samples.
    private func check(of content: ArraySlice<UInt8>) -> [UInt8] {
        var hash = FNV1a(of: [version])
        for byte in path.utf8 { hash.add(byte) }
        hash.add(0)
        for byte in content { hash.add(byte) }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash.value >> (8 * UInt64($0))) }
    }
}
