import Zarr

extension ArrayPlan {
    /// How an array called `name` of a recording is written anew, with the elements and the type of `array`. Throws if an import writes no
    /// such array.
    static func replacing(_ array: ZarrArray, _ name: String) throws -> ArrayPlan {
        switch (name, array.dataType, array.shape.count) {
        case (HierarchyNames.blob, .uint8, 1): return .blob
        case (HierarchyNames.blobChecksums, .uint32, 1): return .checksums
        case (HierarchyNames.damagedSource, .uint8, 1): return .file
        case (HierarchyNames.blob, _, 1...2):
            guard let channels = Int(exactly: array.shape.count == 2 ? array.shape[1] : 1) else { break }
            return try .samples(array.dataType, channels: channels)
        case (_, .uint64, 2):
            guard let columns = Int(exactly: array.shape[1]), columns > 0 else { break }
            return try .index(columns: columns)
        case (_, .uint8, 1): return .bytes
        default: break
        }
        throw ZarrError(.unsupported, "is no array that an import writes, and is not written anew", path: array.path)
    }
}
