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

    /// The version of the document of the recording at `path`, if that can be had only by reading it: it takes a round trip unless it was
    /// fetched. It does not change if only other parts of the recording do, which shows when it is opened.
    func documentVersion(ofRecording path: String) -> UInt64? {
        guard requestsAtOnce != nil else { return nil }
        let nothing = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        return (try? get("\(path)/zarr.json", .range(0..<0)) { _ in nothing })?.version
    }
}
