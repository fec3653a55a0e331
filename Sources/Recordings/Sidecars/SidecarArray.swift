import Support
public import Zarr

/// An array of a group that holds sidecar files, end to end. It is an array of bytes without a sample rate, which no mount shows.
public struct SidecarArray: Sendable {
    /// The beginning of the names of such arrays; a number follows.
    private static let namePrefix = "sidecars-"
    /// The name of the array that is written as the `number`th, counted from zero.
    static func name(_ number: Int) -> String { "\(namePrefix)\(number)" }
    private static let pieceByteCount: UInt64 = 1 << 20

    /// The files, in the order of their bytes.
    public let files: [SidecarFile]
    private let array: ZarrArray

    /// All such arrays in the group at `group` of `store`, in the order in which they were written.
    public static func all(in group: String, of store: any Store) throws(ZarrError) -> [SidecarArray] {
        let cache = BlockCache(budget: 0)
        var found: [(number: Int, array: SidecarArray)] = []
        let node = try ZarrGroup.open(store, path: group)
        for name in try node.children() {
            guard name.hasPrefix(namePrefix), let number = Int(name.dropFirst(namePrefix.count)),
                let array = try? ZarrArray.open(store, path: node.path(of: name), cache: cache, absent: .damage),
                let attributes = try? array.attributes(as: SidecarAttributes.self),
                attributes.type == SidecarAttributes.type
            else { continue }
            found.append((number, SidecarArray(files: attributes.files, array: array)))
        }
        return found.sorted { $0.number < $1.number }.map(\.array)
    }

    /// Hands the bytes of `file`, one of `files`, to `body`, piece by piece.
    public func forEachPiece(
        of file: SidecarFile, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard let end = file.offset.adding(file.byteCount), end <= array.byteCount else {
            throw ZarrError(.invalidDocument, "\(file.path) lies outside the array", path: array.path)
        }
        guard file.byteCount <= SidecarFile.byteCountLimit else {
            throw ZarrError(
                .invalidDocument, "\(file.path) has \(file.byteCount) bytes, more than any sidecar", path: array.path)
        }
        var position = file.offset
        while position < end {
            let next = min(position + Self.pieceByteCount, end)
            let piece = try Block(count: Int(next - position)) { buffer throws(ZarrError) in
                try array.read(bytes: position..<next, into: buffer)
            }
            try body(piece.bytes)
            position = next
        }
    }

    /// Writes `files`, each with its path below the imported folder, as a new array of the group at `group` of `store`, which exists.
    /// Nobody else does so meanwhile.
    public static func write(
        _ files: [(path: String, bytes: [UInt8])], to group: String, of store: any WritableStore
    ) throws {
        let node = try store.stageNode()
        let array = ArrayWriter(in: node, .bytes)
        var entries: [SidecarFile] = []
        for (path, bytes) in files {
            let digest = try MessageDigest.sha256()
            bytes.withUnsafeBytes { digest.update($0) }
            entries.append(
                SidecarFile(
                    path: path, offset: entries.last.map { $0.offset + $0.byteCount } ?? 0,
                    byteCount: UInt64(bytes.count), sha256: digest.finish().hexadecimal))
            try array.append(bytes)
        }
        try array.finish(attributes: SidecarAttributes(type: SidecarAttributes.type, files: entries))
        var number = 0
        while try !node.publish(as: "\(group.isEmpty ? "" : "\(group)/")\(name(number))") { number += 1 }
    }
}
