import Zarr

extension Store {
    /// A number that changes whenever the recording at `path` is written anew, or a part of it is added or removed; nil
    /// if the store does not know the version of every part. Writing into its chunks in place does not change it.
    func version(ofRecording path: String, isGroup: Bool) -> UInt64? {
        let blob = "\(path)/\(HierarchyNames.blob)"
        let keys =
            isGroup
            ? [path, "\(path)/zarr.json", blob, "\(blob)/zarr.json", "\(blob)/c"]
            : [path, "\(path)/zarr.json", "\(path)/c"]
        return version(of: keys)
    }
}
