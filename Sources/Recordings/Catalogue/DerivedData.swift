import Support

/// What takes long to find out about one recording's stream, kept in the file of the catalogue.
struct DerivedData: Sendable {
    /// Opens them when something is to be found out; nil where nothing is kept.
    typealias Opener = @Sendable () -> DerivedData?

    let file: CatalogueFile
    /// The recording's path.
    let path: String
    /// The version of its stream before anything was found out.
    let version: UInt64

    /// What was found out before; nil where that was of another stream, or is damaged.
    func content(_ kind: CatalogueFile.DerivedKind) -> ArraySlice<UInt8>? {
        guard let bytes = file.content(kind, of: path, version: version), bytes.count >= 8 else { return nil }
        let content = bytes.dropLast(8)
        return bytes.suffix(8).elementsEqual(check(of: content)) ? content : nil
    }

    /// Keeps what was found out.
    func keep(_ content: [UInt8], as kind: CatalogueFile.DerivedKind) {
        file.keep(content + check(of: content[...]), as: kind, of: path, version: version)
    }

    /// Samples would be wrong where a bit of this fell over.
    private func check(of content: ArraySlice<UInt8>) -> [UInt8] {
        var hash = FNV1a()
        for byte in content { hash.add(byte) }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash.value >> (8 * UInt64($0))) }
    }
}
