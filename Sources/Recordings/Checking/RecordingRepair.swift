import Support
import Zarr

/// Something that puts a recording right without its source.
protocol RecordingRepair {
    /// Puts the recording at `path` of `store` right.
    func apply(to store: any WritableStore, path: String, cache: BlockCache) throws
}
