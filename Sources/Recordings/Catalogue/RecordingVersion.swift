import Support
import Zarr

extension Store {
    /// A number that is another one whenever the recording at `path` was written anew, or a part of it came or went. What was
    /// written into its chunks in place does not show.
    func version(ofRecording path: String, isGroup: Bool) -> UInt64 {
        let blob = "\(path)/\(HierarchyNames.blob)"
        let keys =
            isGroup
            ? [path, "\(path)/zarr.json", blob, "\(blob)/zarr.json", "\(blob)/c"]
            : [path, "\(path)/zarr.json", "\(path)/c"]
        return FNV1a(of: keys.map { key in (try? status(of: key))?.version ?? 0 }).value
    }
}
